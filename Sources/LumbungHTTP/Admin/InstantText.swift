import LumbungCore

/// Points in time as a person or a program writes them in a parameter (ISO 8601, RFC 3339).
///
/// A day alone is its beginning in UTC. A time needs a zone: `Z`, or hours and minutes such as `+07:00`.
enum InstantText {
    /// Reads a day, or a day and a time; a fraction beyond milliseconds is cut.
    static func read(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes.count <= 35 else { return nil }
        let day = String(decoding: bytes[..<10], as: UTF8.self)
        guard bytes.count > 10 else { return Timestamp(iso8601: day + "T00:00:00.000Z") }
        guard ASCII.lowercased(bytes[10]) == UInt8(ascii: "t"), let zone = zone(bytes),
            let time = time(bytes[11..<zone.start]), let local = Timestamp(iso8601: "\(day)T\(time)Z")
        else { return nil }
        return local.advanced(by: .seconds(-60 * zone.minutes))
    }

    /// Where the zone begins, and how many minutes it is ahead of UTC.
    private static func zone(_ bytes: [UInt8]) -> (start: Int, minutes: Int)? {
        if let last = bytes.last, ASCII.lowercased(last) == UInt8(ascii: "z") { return (bytes.count - 1, 0) }
        let start = bytes.count - 6
        guard start > 11, bytes[start + 3] == UInt8(ascii: ":"), let hours = number(bytes[start + 1...start + 2]),
            let minutes = number(bytes[start + 4...start + 5]), hours < 24, minutes < 60
        else { return nil }
        switch bytes[start] {
        // A plus that was not encoded comes as a blank.
        case UInt8(ascii: "+"), UInt8(ascii: " "): return (start, hours * 60 + minutes)
        case UInt8(ascii: "-"): return (start, -(hours * 60 + minutes))
        default: return nil
        }
    }

    /// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f…` as `hh:mm:ss.fff`.
    private static func time(_ bytes: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        switch bytes.count {
        case 5: return text + ":00.000"
        case 8: return text + ".000"
        case 10...18:
            let fraction = bytes.dropFirst(9)
            guard fraction.allSatisfy(ASCII.isDigit) else { return nil }
            let padded = Array(fraction) + [UInt8](repeating: UInt8(ascii: "0"), count: 2)
            return String(decoding: Array(bytes.prefix(9)) + padded.prefix(3), as: UTF8.self)
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(ASCII.isDigit) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
