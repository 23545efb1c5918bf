extension JSONScanner {
    /// The members of an object that has nothing but texts, in their order, such as the headers kept with an event.
    ///
    /// - Returns: nil for anything else. Time is linear in the length.
    public static func texts(inObject text: String) -> [(name: String, value: String)]? {
        let bytes = Array(text.utf8)
        return try? members(bytes.span)
    }

    private static func members(_ bytes: Span<UInt8>) throws(ScanError) -> [(name: String, value: String)] {
        var members: [(name: String, value: String)] = []
        var position = try skip(UInt8(ascii: "{"), bytes, at: 0)
        while position < bytes.count, bytes[position] != UInt8(ascii: "}") {
            if !members.isEmpty { position = try skip(UInt8(ascii: ","), bytes, at: position) }
            let (name, nameEnd) = try string(bytes, at: position)
            let (value, end) = try string(bytes, at: try skip(UInt8(ascii: ":"), bytes, at: nameEnd))
            members.append((name, value))
            position = JSONGrammar.skipSpace(bytes, from: end)
        }
        position = try skip(UInt8(ascii: "}"), bytes, at: position)
        guard position == bytes.count else { throw ScanError(.trailingData, at: position) }
        return members
    }

    /// The position of what follows a mark and the white space around it.
    private static func skip(_ mark: UInt8, _ bytes: Span<UInt8>, at start: Int) throws(ScanError) -> Int {
        let position = JSONGrammar.skipSpace(bytes, from: start)
        guard position < bytes.count, bytes[position] == mark else {
            throw JSONGrammar.mismatch(bytes, at: position, expected: .value)
        }
        return JSONGrammar.skipSpace(bytes, from: position + 1)
    }

    private static func string(_ bytes: Span<UInt8>, at quote: Int) throws(ScanError) -> (String, Int) {
        guard quote < bytes.count, bytes[quote] == UInt8(ascii: "\"") else {
            throw JSONGrammar.mismatch(bytes, at: quote, expected: .value)
        }
        let token = try JSONGrammar.skipString(bytes, at: quote)
        let (text, hasLoneSurrogate) = JSONString.unescape(token, in: bytes)
        guard !hasLoneSurrogate else { throw ScanError(.badEscape, at: quote) }
        return (String(decoding: text, as: UTF8.self), token.end)
    }
}
