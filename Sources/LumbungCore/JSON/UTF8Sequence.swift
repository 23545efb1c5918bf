/// One well-formed UTF-8 sequence outside ASCII, or the ill-formed bytes that one U+FFFD stands for.
///
/// The ranges are Table 3-7 of the Unicode Standard: no overlong forms, no surrogates, nothing above U+10FFFF. An
/// ill-formed part is the longest beginning of a sequence, as the section after that table recommends.
struct UTF8Sequence {
    let byteCount: Int
    let isValid: Bool

    /// Reads the sequence whose first byte, 0x80 or above, is at `start`.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at start: Int) {
        let needed: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[start] {
        case 0xC2...0xDF: needed = 2
        case 0xE0: (needed, second) = (3, 0xA0...0xBF)
        case 0xED: (needed, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: needed = 3
        case 0xF0: (needed, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: needed = 4
        case 0xF4: (needed, second) = (4, 0x80...0x8F)
        default: needed = 0
        }
        var count = 1
        while count < needed, start + count < bytes.count {
            let byte = bytes[start + count]
            guard count == 1 ? second.contains(byte) : byte & 0xC0 == 0x80 else { break }
            count += 1
        }
        byteCount = count
        isValid = count == needed
    }
}
