/// Percent-encoded octets (RFC 3986, section 2.1).
package enum PercentCoding {
    /// One round of decoding; a percent sign without two hexadecimal digits behind it stands for itself.
    package static func decoded(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            if text[position] == UInt8(ascii: "%"), position + 2 < text.count,
                let high = Hexadecimal.value(text[position + 1]), let low = Hexadecimal.value(text[position + 2])
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

    /// One round of decoding; nil when a percent sign is not followed by two hexadecimal digits.
    /// - Parameters:
    ///   - text: The encoded text.
    ///   - plus: What a plus stands for.
    package static func strictlyDecoded(
        _ text: some Collection<UInt8>, plus: UInt8 = UInt8(ascii: "+")
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(plus)
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(Hexadecimal.value),
                    let low = rest.next().flatMap(Hexadecimal.value)
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
