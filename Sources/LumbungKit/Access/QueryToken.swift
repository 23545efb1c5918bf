/// The value of `token` in a query.
struct QueryToken {
    let bytes: [UInt8]

    /// Reads the query of a target as sent; a `+` stands for itself, since tokens often are base64.
    ///
    /// Nil when there is none, when it is there twice, since readers disagree on which one counts, and when a percent sign
    /// is not followed by two digits.
    init?(target: String) {
        let text = Substring(target).utf8
        guard let mark = text.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        var found: [UInt8]?
        for pair in text[text.index(after: mark)...].split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = Self.decoded(pair[..<end]), name.elementsEqual("token".utf8) else { continue }
            guard found == nil, let value = Self.decoded(pair[end...].dropFirst()) else { return nil }
            found = value
        }
        guard let found else { return nil }
        bytes = found
    }

    private static func decoded(_ text: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
