import LumbungCore

/// Hides secrets in what is kept of a refused request, in each way in which senders write them: as they stand,
/// percent-encoded, with JSON's escapes, and with those percent-encoded.
struct SecretMask {
    static let mask = Array("********".utf8)
    /// A shorter secret, in bytes, is hidden only where it is a value of its own: in a longer word it is chance.
    static let anywhereFromBytes = 8

    private let secrets: [[UInt8]]
    /// Whether a secret may begin with a byte, in any writing: most bytes of a text are told apart by this alone.
    private let begins: [Bool]

    init(_ secrets: [[UInt8]]) {
        // Of two that begin alike the longer one counts.
        self.secrets = secrets.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        let first = Set(self.secrets.map { $0[0] } + "%\\+".utf8)
        begins = (0...UInt8.max).map(first.contains)
    }

    /// The beginning of a text without secrets; what stands where it ends is read whole, so that no part of one is left.
    func masked(_ text: [UInt8], upTo limitBytes: Int = .max) -> [UInt8] {
        guard !secrets.isEmpty else { return Array(text.prefix(limitBytes)) }
        var kept: [UInt8] = []
        var position = 0
        while position < text.count, kept.count < limitBytes {
            if begins[Int(text[position])], let end = endOfSecret(in: text, at: position) {
                kept += Self.mask
                position = end
            } else {
                kept.append(text[position])
                position += 1
            }
        }
        return Array(kept.prefix(limitBytes))
    }

    private func endOfSecret(in text: [UInt8], at start: Int) -> Int? {
        for secret in secrets {
            for writing in Writing.all {
                guard let end = writing.end(of: secret, in: text, at: start) else { continue }
                if secret.count >= Self.anywhereFromBytes || Self.isAlone(start..<end, in: text) { return end }
            }
        }
        return nil
    }

    /// Whether neither a letter nor a digit stands beside a part of a text; those of an escape are none.
    private static func isAlone(_ part: Range<Int>, in text: [UInt8]) -> Bool {
        func stands(_ mark: String, before distance: Int) -> Bool {
            part.lowerBound >= distance && text[(part.lowerBound - distance)...].starts(with: mark.utf8)
        }
        let isBegun =
            part.lowerBound > 0 && isWord(text[part.lowerBound - 1])
            && !stands("%", before: 3) && !stands("\\", before: 2) && !stands("\\u", before: 6)
        return !isBegun && (part.upperBound == text.count || !isWord(text[part.upperBound]))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// A way of writing text within other text.
private struct Writing {
    let isPercentEncoded: Bool
    let isJSON: Bool

    static let all = [false, true].flatMap { percent in
        [false, true].map { Writing(isPercentEncoded: percent, isJSON: $0) }
    }

    /// What is written at one place.
    private enum Written {
        case byte(UInt8)
        case scalar(Unicode.Scalar)

        /// The position in a secret behind this, if it stands there.
        func end(in secret: [UInt8], at position: Int) -> Int? {
            switch self {
            case .byte(let byte): return secret[position] == byte ? position + 1 : nil
            case .scalar(let scalar):
                guard let bytes = UTF8.encode(scalar), secret[position...].starts(with: bytes) else { return nil }
                return position + bytes.count
            }
        }
    }

    /// The position behind the secret, if it begins here.
    func end(of secret: [UInt8], in text: [UInt8], at start: Int) -> Int? {
        var position = start
        var known = 0
        while known < secret.count {
            guard position < text.count, let (written, next) = character(text, position) else { return nil }
            if isPercentEncoded, text[position] == UInt8(ascii: "+"), secret[known] == UInt8(ascii: " ") {
                known += 1
            } else {
                guard let end = written.end(in: secret, at: known) else { return nil }
                known = end
            }
            position = next
        }
        return position
    }

    /// What is written at a position, and the position behind it; nil when it is no character.
    private func character(_ text: [UInt8], _ position: Int) -> (Written, Int)? {
        let (first, afterFirst) = byte(text, position)
        guard isJSON, first == UInt8(ascii: "\\"), afterFirst < text.count else { return (.byte(first), afterFirst) }
        let (letter, next) = byte(text, afterFirst)
        switch letter {
        case UInt8(ascii: "b"): return (.byte(0x08), next)
        case UInt8(ascii: "f"): return (.byte(0x0C), next)
        case UInt8(ascii: "n"): return (.byte(0x0A), next)
        case UInt8(ascii: "r"): return (.byte(0x0D), next)
        case UInt8(ascii: "t"): return (.byte(0x09), next)
        case UInt8(ascii: "u"): return scalar(text, next)
        default: return (.byte(letter), next)
        }
    }

    /// The character of `\u` and four digits, or of two such that are halves of one.
    private func scalar(_ text: [UInt8], _ position: Int) -> (Written, Int)? {
        guard let (high, next) = unit(text, position) else { return nil }
        if let scalar = Unicode.Scalar(high) { return (.scalar(scalar), next) }
        guard next < text.count else { return nil }
        let (mark, afterMark) = byte(text, next)
        guard mark == UInt8(ascii: "\\"), afterMark < text.count else { return nil }
        let (letter, afterLetter) = byte(text, afterMark)
        guard letter == UInt8(ascii: "u"), let (low, end) = unit(text, afterLetter),
            0xD800..<0xDC00 ~= high, 0xDC00..<0xE000 ~= low
        else { return nil }
        let value = 0x10000 + (UInt32(high - 0xD800) << 10) + UInt32(low - 0xDC00)
        return Unicode.Scalar(value).map { (.scalar($0), end) }
    }

    private func unit(_ text: [UInt8], _ position: Int) -> (UInt16, Int)? {
        var value: UInt16 = 0
        var position = position
        for _ in 0..<4 {
            guard position < text.count else { return nil }
            let (digit, next) = byte(text, position)
            guard let number = Hexadecimal.value(digit) else { return nil }
            value = value << 4 | UInt16(number)
            position = next
        }
        return (value, position)
    }

    private func byte(_ text: [UInt8], _ position: Int) -> (UInt8, Int) {
        guard isPercentEncoded, text[position] == UInt8(ascii: "%"), position + 2 < text.count,
            let high = Hexadecimal.value(text[position + 1]), let low = Hexadecimal.value(text[position + 2])
        else { return (text[position], position + 1) }
        return (high << 4 | low, position + 3)
    }
}
