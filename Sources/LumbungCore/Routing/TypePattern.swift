/// Which types of event a route takes: one type exactly, or a pattern in which `*` stands for any run of bytes.
///
/// Bytes are compared as they are: upper and lower case differ, and Unicode forms are not folded. A `*` may stand for
/// nothing, may occur several times, and is always a star: no type with a star of its own can be told from others.
public struct TypePattern: Sendable, Hashable, CustomStringConvertible {
    /// The pattern as it was given.
    public let description: String

    /// What stands before, between and behind the stars; one piece when there is no star.
    ///
    /// The first and the last may be empty, those between are not.
    private let pieces: [Piece]

    /// Takes a pattern, such as `SALES_RECEIPT`, `SALES_*` or `*`.
    public init(_ text: String) {
        description = text
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        pieces = parts.enumerated().compactMap { position, part in
            let isBetween = position > 0 && position < parts.count - 1
            return part.isEmpty && isBetween ? nil : Piece(Array(part))
        }
    }

    /// Whether the pattern takes a type; linear in the lengths of the two, whatever they are.
    public func matches(_ type: String) -> Bool {
        matches(Array(type.utf8))
    }

    /// Whether the pattern takes a type given as UTF-8; linear in the lengths of the two, whatever they are.
    public func matches(_ type: [UInt8]) -> Bool {
        guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else {
            return pieces.first?.bytes == type
        }
        guard type.count >= first.bytes.count + last.bytes.count,
            type.starts(with: first.bytes),
            type.suffix(last.bytes.count).elementsEqual(last.bytes)
        else { return false }
        // The leftmost place of each piece leaves the most room for the next, so that none has to be tried again.
        var position = first.bytes.count
        let end = type.count - last.bytes.count
        for piece in pieces.dropFirst().dropLast() {
            guard let found = piece.endOfFirst(in: type, from: position, to: end) else { return false }
            position = found
        }
        return true
    }

    /// A run of bytes without a star, ready to be searched for (Knuth, Morris, Pratt: "Fast Pattern Matching in
    /// Strings", SIAM Journal on Computing 6(2), 1977).
    private struct Piece: Sendable, Hashable {
        let bytes: [UInt8]
        /// For each byte, how many bytes before it and with it are also the piece's beginning.
        private let borders: [Int]

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            var borders = Array(repeating: 0, count: bytes.count)
            var matched = 0
            for position in bytes.indices.dropFirst() {
                while matched > 0, bytes[position] != bytes[matched] { matched = borders[matched - 1] }
                if bytes[position] == bytes[matched] { matched += 1 }
                borders[position] = matched
            }
            self.borders = borders
        }

        /// The position behind the leftmost occurrence that lies within `start` and `end`, or nil.
        func endOfFirst(in text: [UInt8], from start: Int, to end: Int) -> Int? {
            var matched = 0
            var position = start
            while matched < bytes.count {
                guard position < end else { return nil }
                while matched > 0, text[position] != bytes[matched] { matched = borders[matched - 1] }
                if text[position] == bytes[matched] { matched += 1 }
                position += 1
            }
            return position
        }
    }
}
