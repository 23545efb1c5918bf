/// The reader of webhook bodies.
public enum JSONScanner {
    /// Checks a whole body against RFC 8259 and finds its events and the wanted values, in one pass.
    ///
    /// Time is linear in the body's length for every input, memory grows only with the events and values found, and no
    /// input makes it trap. Numbers are checked but not converted, so their size and precision have no limit. Keys that
    /// are repeated outside the wanted paths are let through. Nothing is changed: the payloads are slices of `body`.
    ///
    /// - Parameters:
    ///   - body: The bytes as received.
    ///   - plan: What to look for.
    /// - Throws: `ScanError`, the first fault from the left, with its byte offset.
    public static func scan(_ body: [UInt8], plan: ScanPlan) throws(ScanError) -> ScannedBody {
        var scan = BodyScan(plan)
        return try scan.run(body.span)
    }
}
