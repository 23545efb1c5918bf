import LumbungCore
import Testing

/// The events of a body as slices of it.
struct ScanSlicesTests {
    private func slices(_ text: String, split: String = "") throws -> [String] {
        let body = JSONFixtures.bytes(text)
        let scanned = try JSONScanner.scan(body, plan: try JSONFixtures.plan(["/id"], split: split))
        return scanned.elements.map { String(decoding: body[$0.range], as: UTF8.self) }
    }

    @Test(arguments: ["{}", " {} ", "\n{\"id\" : 1.0}\r\n", "\t{\"a\":[{\"id\":2}]}"])
    func `a top-level object is the whole body, white space included`(text: String) throws {
        #expect(try slices(text) == [text])
        #expect(try JSONFixtures.scan(text).shape == .object)
    }

    @Test(arguments: [
        ("[]", []), (" [ \n] ", []), ("[{}]", ["{}"]), (" [ {} , { } ] ", ["{}", "{ }"]),
        ("[{\"id\":\"}{][\"},\n{ \"x\":[{}] }\n]", ["{\"id\":\"}{][\"}", "{ \"x\":[{}] }"]),
        ("[{\"é\":\"😀\"},{}]", ["{\"é\":\"😀\"}", "{}"]),
    ])
    func `an element runs from brace to brace`(text: String, expected: [String]) throws {
        #expect(try slices(text) == expected)
        #expect(try JSONFixtures.scan(text).shape == .array)
    }

    @Test(arguments: [
        ("{\"events\":[{\"id\":1},{}],\"n\":2}", "/events", ["{\"id\":1}", "{}"]), ("{\"events\":[]}", "/events", []),
        ("{\"x\":[{}],\"d\":{\"y\":1,\"l\":[ {} ]}}", "/d/l", ["{}"]), ("{\"\\u0064\":{\"l\":[{}]}}", "/d/l", ["{}"]),
        ("{\"0\":[{}]}", "/0", ["{}"]),
    ])
    func `a split points at the array of events`(text: String, split: String, expected: [String]) throws {
        #expect(try slices(text, split: split) == expected)
    }

    @Test(arguments: [
        ("{\"events\":1}", "/events", ScanError(.notAnObjectOrArrayOfObjects, at: 10)),
        ("{\"events\":{}}", "/events", ScanError(.notAnObjectOrArrayOfObjects, at: 10)),
        ("{\"events\":[1]}", "/events", ScanError(.notAnObjectOrArrayOfObjects, at: 11)),
        ("[{}]", "/events", ScanError(.notAnObjectOrArrayOfObjects, at: 0)),
        ("{\"event\":[{}]}", "/events", ScanError(.splitNotFound, at: 14)),
        ("{}", "/events", ScanError(.splitNotFound, at: 2)),
        ("{\"d\":[{}]}", "/d/l", ScanError(.splitNotFound, at: 10)),
        ("{\"d\":1}", "/d/l", ScanError(.splitNotFound, at: 7)),
        ("{\"e\":[{}],\"\\u0065\":[]}", "/e", ScanError(.splitAmbiguous, at: 10)),
        ("{\"d\":{},\"d\":{\"l\":[]}}", "/d/l", ScanError(.splitAmbiguous, at: 8)),
        ("{\"d\":{\"l\":[],\"l\":[]}}", "/d/l", ScanError(.splitAmbiguous, at: 13)),
        ("{\"e\":}", "/e", ScanError(.unexpectedByte(expected: .value), at: 5)),
        ("{\"e\":", "/e", ScanError(.unexpectedEnd(expected: .value), at: 5)),
        ("{\"e\":[{}]", "/e", ScanError(.unexpectedEnd(expected: .commaOrObjectEnd), at: 9)),
        ("{\"e\":[{}],}", "/e", ScanError(.unexpectedByte(expected: .key), at: 10)),
        ("{\"e\":[{}]} x", "/e", ScanError(.trailingData, at: 11)),
    ])
    func `a body without that array is refused`(text: String, split: String, expected: ScanError) throws {
        let plan = try JSONFixtures.plan([], split: split)
        #expect(JSONFixtures.fault(JSONFixtures.bytes(text), plan: plan) == expected)
    }

    @Test func `values are found in the elements of a split`() throws {
        let plan = try JSONFixtures.plan(["/id"], split: "/d/l")
        let body = JSONFixtures.bytes("{\"id\":0,\"d\":{\"id\":1,\"l\":[{\"id\":2},{\"id\":\"x\"}]}}")
        let values = try JSONScanner.scan(body, plan: plan).elements.flatMap(\.values).map(\.content)
        #expect(values == [JSONFixtures.number("2"), JSONFixtures.string("x")])
    }
}
