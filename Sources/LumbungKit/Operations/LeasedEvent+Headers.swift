public import LumbungCore

extension LeasedEvent {
    /// The value of a request header that was kept with the event, whatever the case of the name; nil when it was not
    /// sent, or dropped as a secret.
    public func keptHeader(_ name: String) -> String? {
        let plan = ScanPlan(pointers: [JSONPointer(key: name.lowercased())])
        guard let kept = try? JSONScanner.scan(Array(headers.utf8), plan: plan),
            case .string(let bytes, _)? = kept.elements.first?.values.first?.content
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
