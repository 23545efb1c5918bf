import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

@Suite struct IntakeRoutesTests {
    private static func rule(types: [String] = [], _ pointer: String? = nil, _ test: ConditionTest = .exists(true))
        throws -> RouteRule
    {
        let conditions = try pointer.map { [try RouteCondition(try JSONPointer($0), test)] } ?? []
        return RouteRule(types: types.map { TypePattern($0) }, conditions: conditions)
    }

    /// Hands a body in; where its events went, by the names of the destinations.
    private func routed(
        _ routes: [(rule: RouteRule, destinations: [String])], _ body: String,
        source: Source = Source(name: "accurate"), headers: [IngestRequest.Header] = []
    ) async throws -> [[String]] {
        let store = MemoryInbox()
        let numbers = try await store.register(destinations: ["app", "copy", "log"])
        let names = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })
        let table = RouteTable(routes.map { ($0.rule, $0.destinations.compactMap { numbers[$0] }) })
        let intake = Intake(store: store, sources: [(source, table)], patience: .seconds(5), committed: {})
        let request = IngestRequest(
            source: source.name, headers: headers, body: Array(body.utf8), receivedAt: NewEvent.sampleTime)
        _ = await withCheckedContinuation { continuation in
            intake.accept(request) { continuation.resume(returning: $0) }
        }
        return store.model.events.map { event in
            #expect(event.isUnrouted == event.deliveries.isEmpty)
            return event.deliveries.map(\.destination).sorted().compactMap { names[$0] }
        }
    }

    @Test func `each event of a body goes where its own type and values say`() async throws {
        let ten = try #require(DecimalNumber("10"))
        let routes = [
            (rule: try Self.rule(types: ["SALES_*"]), destinations: ["app", "log"]),
            (rule: try Self.rule("/total", .greaterOrEqual(ten)), destinations: ["copy", "log"]),
        ]
        let events = [
            "{\"uuid\":\"1\",\"type\":\"SALES_RECEIPT\",\"total\":9.99}",
            "{\"uuid\":\"2\",\"type\":\"SALES_RECEIPT\",\"total\":\"10.00\"}",
            "{\"uuid\":\"3\",\"type\":\"PURCHASE\",\"total\":10}", "{\"uuid\":\"4\",\"type\":\"PURCHASE\"}",
        ]
        #expect(
            try await routed(routes, "[\(events.joined(separator: ","))]")
                == [["app", "log"], ["app", "copy", "log"], ["copy", "log"], []])
    }

    @Test func `an event that no route takes is stored without destinations`() async throws {
        #expect(try await routed([], "{\"uuid\":\"a\"}") == [[]])
        #expect(try await routed([(try Self.rule(types: ["X"]), ["app"])], "{\"uuid\":\"a\",\"type\":\"Y\"}") == [[]])
        #expect(try await routed([(try Self.rule(types: ["X"]), ["app"])], "{\"uuid\":\"a\"}") == [[]])
    }

    @Test func `routes may ask about the places of identity and type`() async throws {
        let routes = [
            (rule: try Self.rule("/uuid", .prefix(Array("a".utf8))), destinations: ["app"]),
            (rule: try Self.rule("/type", .equal(.text(Array("T".utf8)))), destinations: ["copy"]),
        ]
        #expect(try await routed(routes, "{\"uuid\":\"a1\",\"type\":\"T\"}") == [["app", "copy"]])
        #expect(try await routed(routes, "{\"uuid\":\"b1\",\"type\":\"T\"}") == [["copy"]])
    }

    @Test func `values are found behind any number of identity rules`() async throws {
        let source = Source(
            name: "s", identity: [.json(JSONPointer(key: "x")), .header("X-Id"), .json(JSONPointer(key: "y"))],
            type: .header("X-Kind"))
        let routes = [(rule: try Self.rule(types: ["order"], "/z", .equal(.bool(true))), destinations: ["app"])]
        let kind = [IngestRequest.Header(name: "x-kind", value: "order")]
        #expect(try await routed(routes, "{\"y\":\"1\",\"z\":true}", source: source, headers: kind) == [["app"]])
        #expect(try await routed(routes, "{\"y\":\"1\",\"z\":false}", source: source, headers: kind) == [[]])
        #expect(try await routed(routes, "{\"y\":\"1\",\"z\":true}", source: source) == [[]])
    }

    @Test(arguments: [
        "{\"uuid\":\"a\",\"type\":\"A\",\"type\":\"B\"}", "{\"uuid\":\"a\",\"type\":\"B\",\"type\":\"A\"}",
        "{\"uuid\":\"a\",\"type\":\"A\",\"\\u0074ype\":\"A\"}",
    ])
    func `a type that stands twice is none`(_ body: String) async throws {
        let routes = [
            (rule: try Self.rule(types: ["A"]), destinations: ["app"]),
            (rule: try Self.rule(types: ["B"]), destinations: ["copy"]),
            (rule: try Self.rule(types: ["*"]), destinations: ["log"]),
        ]
        #expect(try await routed(routes, body) == [["log"]])
    }

    @Test func `a value that stands twice is taken by no condition`() async throws {
        let routes = [
            (rule: try Self.rule("/v", .equal(.null)), destinations: ["app"]),
            (rule: try Self.rule("/v", .not(.equal(.null))), destinations: ["copy"]),
        ]
        #expect(try await routed(routes, "{\"uuid\":\"a\",\"v\":null,\"v\":1}") == [[]])
        #expect(try await routed(routes, "{\"uuid\":\"a\",\"v\":1,\"v\":null}") == [[]])
        #expect(try await routed(routes, "{\"uuid\":\"a\",\"v\":1}") == [["copy"]])
    }
}
