/// What a form says at one name.
enum FormValue: Sendable, Equatable {
    case absent
    case bytes([UInt8])
    /// The name occurs more than once, so that readers could differ on which of them counts.
    case repeated
}

/// The reader of `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
enum FormFields {
    /// What stands at each of the names, in their order; names are compared byte for byte once they are decoded.
    ///
    /// Every body can be read; time is linear in its length.
    static func values(of names: [[UInt8]], in body: [UInt8]) -> [FormValue] {
        var values = [FormValue](repeating: .absent, count: names.count)
        var start = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: UInt8(ascii: "&")) ?? body.count
            read(body[start..<end], names, into: &values)
            start = end + 1
        }
        return values
    }

    private static func read(_ pair: ArraySlice<UInt8>, _ names: [[UInt8]], into values: inout [FormValue]) {
        let mark = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
        let name = pair[..<mark]
        // Nothing is decoded for the many fields that nobody asks for.
        let isPlain = !name.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
        let decodedName = isPlain ? name : decoded(name)[...]
        for (index, wanted) in names.enumerated() where wanted.elementsEqual(decodedName) {
            values[index] = values[index] == .absent ? .bytes(decoded(pair[mark...].dropFirst())) : .repeated
        }
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        PercentCoding.decoded(text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 })
    }
}

/// Percent-encoded octets (RFC 3986, section 2.1).
enum PercentCoding {
    /// One round of decoding; a percent sign without two hexadecimal digits behind it stands for itself.
    static func decoded(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            if text[position] == UInt8(ascii: "%"), position + 2 < text.count,
                let high = digit(text[position + 1]), let low = digit(text[position + 2])
            {
                bytes.append(high << 4 | low)
                position += 3
            } else {
                bytes.append(text[position])
                position += 1
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
