/// A rate as the config file and the admin API write it: `50/s`, `600/m`, `3600/h`.
extension DeliveryRate: CustomStringConvertible {
    /// The largest count of a written rate.
    public static let maxCount = 1_000_000

    /// Reads digits without a leading zero, a slash and one unit, nothing before, between or behind; nil for anything
    /// else.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts[0].first, first != UInt8(ascii: "0"),
            parts[0].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int(String(decoding: parts[0], as: UTF8.self)), count <= Self.maxCount,
            let unit = Self.units.first(where: { $0.name.utf8.elementsEqual(parts[1]) })
        else { return nil }
        self.init(count: count, period: unit.period)
    }

    /// The rate as the config file writes it; a period that has no letter there is told in seconds.
    public var description: String {
        "\(count)/\(Self.units.first { $0.period == period }?.name ?? "\(period)")"
    }

    private static let units: [(name: String, period: Duration)] = [
        ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
    ]
}
