import LumbungCore

extension TimestampRule.Unit {
    /// Reads a time as it is written; nil for a sign, anything but digits, and what no 64 bits can hold.
    func time(_ bytes: [UInt8]) -> Timestamp? {
        switch self {
        case .seconds:
            Self.number(bytes).flatMap { seconds in
                let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
                return overflow ? nil : Timestamp(milliseconds: milliseconds)
            }
        case .milliseconds: Self.number(bytes).map { Timestamp(milliseconds: $0) }
        case .iso: Self.iso(bytes)
        }
    }

    private static func number(_ bytes: [UInt8]) -> Int64? {
        guard (1...19).contains(bytes.count),
            bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(String(decoding: bytes, as: UTF8.self))
    }

    /// `2020-10-21T03:38:28Z`, with a fraction of seconds that is left out, and with `+07:00` in the place of `Z`.
    private static func iso(_ bytes: [UInt8]) -> Timestamp? {
        guard (20...35).contains(bytes.count),
            let time = Timestamp(iso8601: String(decoding: bytes[..<19], as: UTF8.self) + ".000Z")
        else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        if rest.elementsEqual("Z".utf8) { return time }
        let digits = Array(rest)
        guard digits.count == 6, digits[3] == UInt8(ascii: ":"), let hours = number(Array(digits[1...2])),
            let minutes = number(Array(digits[4...5])), hours < 24, minutes < 60
        else { return nil }
        let offset = Duration.seconds(hours * 3600 + minutes * 60)
        switch digits[0] {
        case UInt8(ascii: "+"): return time.advanced(by: .zero - offset)
        case UInt8(ascii: "-"): return time.advanced(by: offset)
        default: return nil
        }
    }
}
