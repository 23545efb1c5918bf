/// A number as JSON writes it (RFC 8259, section 6), compared by its exact value: no digit is lost to a `Double`.
///
/// `1`, `1.0` and `10e-1` are equal, and so are `0` and `-0`. Reading and comparing take time linear in the length of
/// the text, whatever its digits and its exponent say.
public struct DecimalNumber: Sendable, Hashable, Comparable {
    /// The largest exponent that is read; one beyond it, or below its negative, counts as this one.
    ///
    /// No text is long enough to bring a number with such an exponent back to an everyday size, so only two numbers
    /// that are both beyond it are no longer told apart exactly.
    public static let largestExponent = 100_000_000_000_000_000

    private let isNegative: Bool
    /// The digits as ASCII from the first that is not 0 to the last that is not 0; none for zero.
    private let digits: [UInt8]
    /// The power of ten: the value is 0.DIGITS times ten to this.
    private let magnitude: Int

    /// Reads a number; nil when the whole text is not exactly one JSON number.
    public init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// Reads a number given as UTF-8; nil when the whole text is not exactly one JSON number.
    public init?(_ text: [UInt8]) {
        guard Self.isNumber(text) else { return nil }
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        var magnitude = 0
        var isBehindPoint = false
        var exponent = 0
        for (position, byte) in text.enumerated() {
            if byte == UInt8(ascii: ".") {
                isBehindPoint = true
            } else if byte | 0x20 == UInt8(ascii: "e") {
                exponent = Self.exponent(text[(position + 1)...])
                break
            } else if byte != UInt8(ascii: "-") {
                if byte != UInt8(ascii: "0") || !digits.isEmpty {
                    digits.append(byte)
                    if !isBehindPoint { magnitude += 1 }
                } else if isBehindPoint {
                    magnitude -= 1
                }
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.digits = digits
        self.magnitude = digits.isEmpty ? 0 : magnitude + exponent
        isNegative = !digits.isEmpty && text.first == UInt8(ascii: "-")
    }

    /// Orders by value.
    public static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.sign != right.sign { return left.sign < right.sign }
        return left.isNegative ? right.isNearerToZero(than: left) : left.isNearerToZero(than: right)
    }

    private var sign: Int { isNegative ? -1 : digits.isEmpty ? 0 : 1 }

    private func isNearerToZero(than other: DecimalNumber) -> Bool {
        if magnitude != other.magnitude { return magnitude < other.magnitude }
        return digits.lexicographicallyPrecedes(other.digits)
    }

    private static func isNumber(_ text: [UInt8]) -> Bool {
        guard let first = text.first, first == UInt8(ascii: "-") || JSONGrammar.isDigit(first) else { return false }
        do throws(ScanError) {
            return try JSONGrammar.skipNumber(text.span, at: 0) == text.count
        } catch {
            return false
        }
    }

    /// The exponent behind the `e`, within the bounds of ``largestExponent``.
    private static func exponent(_ text: ArraySlice<UInt8>) -> Int {
        var size = 0
        for byte in text where JSONGrammar.isDigit(byte) {
            size = min(largestExponent, size * 10 + Int(byte - UInt8(ascii: "0")))
        }
        return text.first == UInt8(ascii: "-") ? -size : size
    }
}
