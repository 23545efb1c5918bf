import LumbungCore
import Testing

struct JSONPointerTests {
    @Test(arguments: [
        ("", []), ("/", [""]), ("/uuid", ["uuid"]), ("/data/0/action", ["data", "0", "action"]), ("//", ["", ""]),
        ("/a~1b/m~0n/~01", ["a/b", "m~n", "~1"]), ("/é/\"", ["é", "\""]), ("/ ", [" "]),
    ])
    func `a pointer is read into its tokens and written back`(text: String, tokens: [String]) throws {
        let pointer = try JSONPointer(text)
        #expect(pointer.tokens == tokens.map { Array($0.utf8) })
        #expect(pointer.description == text)
    }

    @Test(arguments: [
        ("uuid", JSONPointerError.missingLeadingSlash), ("#/uuid", .missingLeadingSlash),
        ("/a~", .badTilde(byteOffset: 2)), ("/a~2", .badTilde(byteOffset: 2)), ("/é~~0", .badTilde(byteOffset: 3)),
        ("/~/a", .badTilde(byteOffset: 1)), ("~0", .missingLeadingSlash),
    ])
    func `a malformed pointer is refused with its place`(text: String, expected: JSONPointerError) {
        #expect(throws: expected) { try JSONPointer(text) }
    }

    @Test func `the number of tokens is bounded`() throws {
        let limit = JSONPointer.maxTokens
        #expect(try JSONPointer(String(repeating: "/a", count: limit - 1)).tokens.count == limit - 1)
        #expect(try JSONPointer(String(repeating: "/a", count: limit)).tokens.count == limit)
        #expect(throws: JSONPointerError.tooManyTokens(limit: limit)) {
            try JSONPointer(String(repeating: "/a", count: limit + 1))
        }
    }

    @Test(arguments: [
        ("0", 0), ("7", 7), ("10", 10), ("999999999999999999", 999_999_999_999_999_999), ("01", nil), ("00", nil),
        ("-", nil), ("-1", nil), ("", nil), ("1a", nil), ("１", nil), ("1000000000000000000", nil),
    ])
    func `an array position has digits and no leading zero`(token: String, index: Int?) {
        #expect(JSONPointer.arrayIndex(of: Array(token.utf8)) == index)
    }

    @Test func `the errors are sentences`() {
        #expect(JSONPointerError.missingLeadingSlash.description == "a JSON Pointer is empty or begins with '/'")
        #expect(
            JSONPointerError.badTilde(byteOffset: 2).description
                == "'~' must be followed by 0 (for '~') or 1 (for '/') at byte 2")
        #expect(JSONPointerError.tooManyTokens(limit: 128).description == "a JSON Pointer has at most 128 parts")
    }
}
