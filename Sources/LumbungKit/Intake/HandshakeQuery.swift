/// The query of a request target, read as a form (`application/x-www-form-urlencoded`).
struct HandshakeQuery: Sendable {
    private let query: Substring.UTF8View

    /// Takes the query of a target as sent; without a question mark it is empty.
    init(target: String) {
        let bytes = Substring(target).utf8
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else {
            query = Substring().utf8
            return
        }
        query = bytes[bytes.index(after: mark)...]
    }

    /// The decoded value of a name that stands there once.
    ///
    /// Nil for a name that stands there twice, since readers disagree on which one counts, and for a value whose percent
    /// signs are not followed by two digits.
    func value(_ name: StaticString) -> [UInt8]? {
        let wanted = Array(name.description.utf8)
        var found: [UInt8]?
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard Self.decoded(pair[..<end]) == wanted else { continue }
            guard found == nil, let value = Self.decoded(pair[end...].dropFirst()) else { return nil }
            found = value
        }
        return found
    }

    private static func decoded(_ text: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
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
