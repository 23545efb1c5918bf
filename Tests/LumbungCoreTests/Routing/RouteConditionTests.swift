import LumbungCore
import Testing

@Suite struct RouteConditionTests {
    private static let numbers = ["5", "5.0", "-1", "0", "1e400"]

    /// The value at `/v` of an event.
    private func value(_ json: String) throws -> ScannedValue {
        let body = try JSONScanner.scan(Array(json.utf8), plan: ScanPlan(pointers: [try JSONPointer("/v")]))
        return try #require(body.elements.first?.values.first)
    }

    private func holds(_ test: ConditionTest, _ json: String) throws -> Bool {
        try RouteCondition(try JSONPointer("/v"), test).holds(for: try value(json))
    }

    private static func number(_ text: String) throws -> DecimalNumber {
        try #require(DecimalNumber(text))
    }

    private static let one: ConditionValue = DecimalNumber("1").map(ConditionValue.number) ?? .null
    private static let text: ConditionValue = .text(Array("1".utf8))

    @Test(arguments: [
        // The event, and whether it equals the text "1", the number 1, true, null.
        ("{\"v\":\"1\"}", [true, false, false, false]), ("{\"v\":1}", [false, true, false, false]),
        ("{\"v\":10e-1}", [false, true, false, false]), ("{\"v\":true}", [false, false, true, false]),
        ("{\"v\":false}", [false, false, false, false]), ("{\"v\":null}", [false, false, false, true]),
        ("{}", [false, false, false, false]), ("{\"v\":{}}", [false, false, false, false]),
        ("{\"v\":[1]}", [false, false, false, false]), ("{\"v\":\"\\u0031\"}", [true, false, false, false]),
        ("{\"v\":\"1 \"}", [false, false, false, false]), ("{\"v\":\"\"}", [false, false, false, false]),
        ("{\"v\":\"true\"}", [false, false, false, false]), ("{\"v\":\"null\"}", [false, false, false, false]),
    ])
    func `equality minds the kind`(_ json: String, _ expected: [Bool]) throws {
        let wanted: [ConditionValue] = [Self.text, Self.one, .bool(true), .null]
        for (value, expected) in zip(wanted, expected) {
            #expect(try holds(.equal(value), json) == expected, "\(json), \(value)")
            #expect(try holds(.not(.equal(value)), json) == !expected, "\(json), not \(value)")
            #expect(try holds(.anyOf([.bool(false), value]), json) == (expected || json.contains("false")), "\(json)")
        }
        #expect(try !holds(.anyOf([]), json))
        #expect(try holds(.anyOf(wanted), json) == expected.contains(true))
    }

    @Test(arguments: [
        // The event, and whether it is above, not below, below, not above 10.5.
        ("{\"v\":10.5}", [false, true, false, true]), ("{\"v\":\"10.50\"}", [false, true, false, true]),
        ("{\"v\":11}", [true, true, false, false]), ("{\"v\":\"1e300\"}", [true, true, false, false]),
        ("{\"v\":10}", [false, false, true, true]),
        ("{\"v\":\"-99999999999999999999999\"}", [false, false, true, true]),
        ("{\"v\":9.99}", [false, false, true, true]), ("{\"v\":100}", [true, true, false, false]),
    ])
    func `numbers, and texts that are numbers, are in order`(_ json: String, _ expected: [Bool]) throws {
        let bound = try Self.number("10.5")
        let tests: [ConditionTest] = [.greater(bound), .greaterOrEqual(bound), .less(bound), .lessOrEqual(bound)]
        #expect(try tests.map { try holds($0, json) } == expected)
    }

    @Test(arguments: [
        "{}", "{\"v\":null}", "{\"v\":true}", "{\"v\":{}}", "{\"v\":[11]}", "{\"v\":\"\"}", "{\"v\":\" 11\"}",
        "{\"v\":\"11 \"}", "{\"v\":\"+11\"}", "{\"v\":\"011\"}", "{\"v\":\"1,000\"}", "{\"v\":\"11\\ud800\"}",
    ])
    func `anything else is in no order`(_ json: String) throws {
        let bound = try Self.number("10.5")
        for test in [ConditionTest.greater(bound), .greaterOrEqual(bound), .less(bound), .lessOrEqual(bound)] {
            #expect(try !holds(test, json))
            #expect(try holds(.not(test), json))
        }
    }

    @Test(arguments: [
        ("{}", false), ("{\"w\":1}", false), ("{\"v\":null}", true), ("{\"v\":false}", true), ("{\"v\":[]}", true),
        ("{\"v\":\"\"}", true), ("{\"v\":\"\\ud800\"}", true),
    ])
    func `null is something, and only absence is nothing`(_ json: String, _ isThere: Bool) throws {
        #expect(try holds(.exists(true), json) == isThere)
        #expect(try holds(.exists(false), json) == !isThere)
        #expect(try holds(.not(.exists(true)), json) == !isThere)
    }

    @Test(arguments: [
        ("{\"v\":\"INV-1\"}", true), ("{\"v\":\"INV-\"}", true), ("{\"v\":\"\\u0049NV-\"}", true),
        ("{\"v\":\"INV\"}", false), ("{\"v\":\"inv-1\"}", false), ("{\"v\":\"XINV-\"}", false), ("{\"v\":5}", false),
        ("{}", false), ("{\"v\":null}", false), ("{\"v\":[\"INV-1\"]}", false), ("{\"v\":\"INV-\\udc00\"}", false),
    ])
    func `a text begins with a prefix`(_ json: String, _ expected: Bool) throws {
        #expect(try holds(.prefix(Array("INV-".utf8)), json) == expected)
    }

    @Test func `half of a character equals nothing, not even what stands in for it`() throws {
        let stand = ConditionTest.equal(.text(Array("\u{FFFD}".utf8)))
        #expect(try !holds(stand, "{\"v\":\"\\ud800\"}"))
        #expect(try holds(stand, "{\"v\":\"\u{FFFD}\"}"))
    }

    @Test func `all and not`() throws {
        let (low, high) = (try Self.number("1"), try Self.number("5"))
        let between = ConditionTest.all([.greaterOrEqual(low), .less(high)])
        for (number, expected) in [("0", false), ("1", true), ("4.9", true), ("5", false)] {
            #expect(try holds(between, "{\"v\":\(number)}") == expected)
            #expect(try holds(.not(between), "{\"v\":\(number)}") == !expected)
            #expect(try holds(.not(.not(between)), "{\"v\":\(number)}") == expected)
        }
        #expect(try holds(.all([]), "{}"))
    }

    @Test(arguments: [
        "{\"v\":1,\"v\":1}", "{\"v\":1,\"v\":2}", "{\"v\":2,\"v\":1}", "{\"v\":1,\"\\u0076\":1}",
        "{\"v\":null,\"v\":1}",
    ])
    func `a place that stands twice fulfils no condition, whatever it asks`(_ json: String) throws {
        let one = try Self.number("1")
        let tests: [ConditionTest] = [
            .equal(Self.one), .anyOf([Self.one, Self.text, .null]), .greaterOrEqual(one), .lessOrEqual(one),
            .greater(one),
            .less(one), .exists(true), .exists(false), .prefix([]), .all([]),
        ]
        for test in tests {
            #expect(try !holds(test, json))
            #expect(try !holds(.not(test), json))
        }
    }

    @Test func `tests stand inside one another up to a limit`() throws {
        func nested(_ depth: Int) -> ConditionTest {
            (1..<depth).reduce(ConditionTest.exists(true)) { test, level in
                level.isMultiple(of: 2) ? .not(test) : .all([.exists(true), test])
            }
        }
        let pointer = try JSONPointer("/v")
        #expect(throws: Never.self) { try RouteCondition(pointer, nested(RouteCondition.maxDepth)) }
        #expect(throws: RouteConditionError.tooDeep(limit: 32)) {
            try RouteCondition(pointer, nested(RouteCondition.maxDepth + 1))
        }
        #expect(RouteConditionError.tooDeep(limit: 32).description == "at most 32 tests stand inside one another")
    }
}
