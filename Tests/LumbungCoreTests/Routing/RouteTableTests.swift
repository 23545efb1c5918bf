import LumbungCore
import LumbungTesting
import Testing

@Suite struct RouteTableTests {
    private typealias Route = (rule: RouteRule, destinations: [DestinationID])

    private static func ids(_ numbers: Int64...) -> [DestinationID] { numbers.map { DestinationID($0) } }

    private static func condition(_ pointer: String, _ test: ConditionTest) throws -> RouteCondition {
        try RouteCondition(try JSONPointer(pointer), test)
    }

    /// Where an event goes, with the values that a scan finds.
    private func destinations(_ table: RouteTable, type: String = "", _ json: String = "{}") throws -> [DestinationID] {
        let body = try JSONScanner.scan(Array(json.utf8), plan: ScanPlan(pointers: table.pointers))
        let values = try #require(body.elements.first?.values)
        return table.destinations(type: type, values: values[...])
    }

    @Test func `without conditions every event goes everywhere, each place once, in order`() throws {
        let table = RouteTable([(RouteRule(), Self.ids(3, 1)), (RouteRule(), Self.ids(2, 3, 3))])
        #expect(table.isConstant)
        #expect(table.pointers.isEmpty)
        #expect(try destinations(table, type: "X") == Self.ids(1, 2, 3))
        #expect(try destinations(RouteTable(always: Self.ids(2, 1, 2))) == Self.ids(1, 2))
    }

    @Test func `without routes an event goes nowhere`() throws {
        #expect(RouteTable([]).isConstant)
        #expect(try destinations(RouteTable([])).isEmpty)
        #expect(try destinations(RouteTable(always: [])).isEmpty)
    }

    @Test(
        arguments: [
            ("SALES_RECEIPT", [1, 9]), ("SALES_ORDER", [9]), ("PURCHASE_ORDER", [1, 2, 9]), ("OTHER", [9]), ("", [9]),
        ] as [(String, [Int64])])
    func `routes choose by type`(_ type: String, _ expected: [Int64]) throws {
        let table = RouteTable([
            (RouteRule(types: [TypePattern("SALES_RECEIPT"), TypePattern("PURCHASE_*")]), Self.ids(1)),
            (RouteRule(types: [TypePattern("PURCHASE_*")]), Self.ids(2, 1)),
            (RouteRule(), Self.ids(9)),
        ])
        #expect(!table.isConstant)
        #expect(try destinations(table, type: type).map(\.value) == expected)
    }

    @Test func `type and conditions must hold together`() throws {
        let write = ConditionTest.equal(.text(Array("WRITE".utf8)))
        let zero = try #require(DecimalNumber("0"))
        let rule = RouteRule(
            types: [TypePattern("SALES_*")],
            conditions: [try Self.condition("/a/0/b", write), try Self.condition("/total", .greater(zero))])
        let table = RouteTable([(rule, Self.ids(1))])
        let good = "{\"a\":[{\"b\":\"WRITE\"}],\"total\":\"10.5\"}"
        #expect(try destinations(table, type: "SALES_ORDER", good) == Self.ids(1))
        #expect(try destinations(table, type: "ORDER", good).isEmpty)
        #expect(try destinations(table, type: "SALES_ORDER", "{\"a\":[{\"b\":\"READ\"}],\"total\":1}").isEmpty)
        #expect(try destinations(table, type: "SALES_ORDER", "{\"a\":[{\"b\":\"WRITE\"}],\"total\":0}").isEmpty)
        #expect(try destinations(table, type: "SALES_ORDER").isEmpty)
    }

    @Test func `each place is asked for once, and only if a route can add something`() throws {
        let there = ConditionTest.exists(true)
        let table = RouteTable([
            (RouteRule(), Self.ids(1)),
            (RouteRule(conditions: [try Self.condition("/never", there)]), Self.ids(1)),
            (RouteRule(conditions: [try Self.condition("/b", there), try Self.condition("/a", there)]), Self.ids(2)),
            (RouteRule(conditions: [try Self.condition("/a", .exists(false))]), Self.ids(3)),
            (RouteRule(conditions: [try Self.condition("/none", there)]), []),
        ])
        #expect(table.pointers == [try JSONPointer("/b"), try JSONPointer("/a")])
        #expect(try destinations(table, "{\"a\":1,\"b\":1}") == Self.ids(1, 2))
        #expect(try destinations(table, "{\"b\":1}") == Self.ids(1, 3))
        #expect(try destinations(table, "{\"a\":1}") == Self.ids(1))
        let covered = RouteTable([
            (RouteRule(), Self.ids(1)), (RouteRule(types: [TypePattern("X")]), Self.ids(1)),
        ])
        #expect(covered.isConstant)
    }

    @Test func `a value left out counts as absent`() throws {
        let absent = RouteRule(conditions: [try Self.condition("/a", .exists(false))])
        let table = RouteTable([(absent, Self.ids(1))])
        #expect(table.destinations(type: "", values: []) == Self.ids(1))
    }

    @Test(
        arguments: [
            ("{\"a\":{\"b\":1}}", [1]), ("{\"a\":{}}", [2]), ("{}", [2]), ("{\"a\":{\"b\":1,\"b\":1}}", []),
            ("{\"a\":{\"b\":1},\"a\":{}}", []), ("{\"a\":{},\"a\":{\"b\":1}}", []),
        ] as [(String, [Int64])])
    func `what can be read two ways is taken by no condition, on no side of it`(
        _ json: String, _ expected: [Int64]
    ) throws {
        let table = RouteTable([
            (RouteRule(conditions: [try Self.condition("/a/b", .exists(true))]), Self.ids(1)),
            (RouteRule(conditions: [try Self.condition("/a/b", .not(.exists(true)))]), Self.ids(2)),
        ])
        #expect(try destinations(table, json).map(\.value) == expected)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a table agrees with its rules read one by one`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let two = try #require(DecimalNumber("2"))
        let tests: [ConditionTest] = [.exists(true), .exists(false), .greater(two), .equal(.null), .not(.less(two))]
        for round in 0..<300 {
            var routes: [Route] = []
            for _ in 0..<random.pick(0...5) {
                var rule = RouteRule()
                for _ in 0..<random.pick(0...2) {
                    rule.types.append(TypePattern(random.pick(from: ["A", "B", "A*", "*"]) ?? ""))
                }
                for _ in 0..<random.pick(0...2) {
                    let pointer = random.pick(from: ["/a", "/b", "/c"]) ?? ""
                    rule.conditions.append(try Self.condition(pointer, random.pick(from: tests) ?? .exists(true)))
                }
                routes.append((rule, (0..<random.pick(0...3)).map { _ in DestinationID(Int64(random.pick(1...4))) }))
            }
            let members = ["a", "b", "c"].filter { _ in random.chance(percent: 60) }.map { key in
                "\"\(key)\":\(random.pick(from: ["1", "\"3\"", "null", "2.0"]) ?? "0")"
            }
            let json = "{\(members.joined(separator: ","))}"
            let type = random.pick(from: ["A", "AB", "B", ""]) ?? ""
            let expected = try plain(routes, type: type, json)
            #expect(
                try destinations(RouteTable(routes), type: type, json) == expected,
                "seed \(seed), round \(round): \(json)")
        }
    }

    private func plain(_ routes: [Route], type: String, _ json: String) throws -> [DestinationID] {
        var found: Set<DestinationID> = []
        for (rule, destinations) in routes {
            let plan = ScanPlan(pointers: rule.conditions.map(\.pointer))
            let values = try #require(try JSONScanner.scan(Array(json.utf8), plan: plan).elements.first).values
            let isType = rule.types.isEmpty || rule.types.contains { $0.matches(type) }
            if isType, zip(rule.conditions, values).allSatisfy({ $0.holds(for: $1) }) { found.formUnion(destinations) }
        }
        return found.sorted()
    }

    @Test(arguments: [
        ("7", "A", [1, 2, 4]), ("7", "B", [1, 4]), ("70", "A", [4]), ("", "A", [4]), ("shop-9", "A", [3, 4]),
    ])
    func `a route that names tenants takes theirs alone`(_ tenant: String, _ type: String, _ expected: [Int]) {
        let table = RouteTable([
            (RouteRule(tenants: [TypePattern("7"), TypePattern("8")]), Self.ids(1)),
            (RouteRule(types: [TypePattern("A")], tenants: [TypePattern("7")]), Self.ids(2)),
            (RouteRule(tenants: [TypePattern("shop-*")]), Self.ids(3)),
            (RouteRule(tenants: [TypePattern("*")]), Self.ids(4)),
        ])
        #expect(!table.isConstant && table.pointers.isEmpty)
        #expect(table.destinations(type: type, tenant: tenant, values: []).map { Int($0.value) } == expected)
    }

    @Test func `the tenant is a key of an order without a place in the payload`() {
        let (app, other) = (DestinationID(1), DestinationID(2))
        let table = RouteTable(always: [app, other], orders: [app: OrderRule(by: .tenant, deadBlocks: true)])
        #expect(table.pointers.isEmpty)
        let keys = table.orderKeys(of: [app, other], tenant: "7", values: [])
        #expect(keys == [app: OrderKey("7", deadBlocks: true)])
        #expect(table.orderKeys(of: [app, other], tenant: "", values: []).isEmpty)
        #expect(table.orderKeys(of: [other], tenant: "7", values: []).isEmpty)
    }

    @Test func `a number of a megabyte is read once however many conditions ask`() throws {
        let bounds = try (0..<1000).map { try #require(DecimalNumber("\($0)")) }
        let table = RouteTable(
            try bounds.enumerated().map { index, bound in
                (RouteRule(conditions: [try Self.condition("/v", .greater(bound))]), [DestinationID(Int64(index))])
            })
        let json = "{\"v\":1\(String(repeating: "0", count: 1_000_000))}"
        #expect(try destinations(table, json).count == 1000)
    }
}
