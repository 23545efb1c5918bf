import LumbungCore
import Testing

@testable import LumbungServer

@Suite struct RouteReaderTests {
    private static let parts = "sources: {one: {}, two: {}}\ndestinations: {app: {log: true}, copy: {log: true}}\n"

    @Test func `without routes every source goes to every destination`() {
        #expect(
            inbox(Self.parts).routes == [RouteConfiguration(sources: ["one", "two"], destinations: ["app", "copy"])])
        #expect(inbox("sources: {one: {}}").routes == [RouteConfiguration(sources: ["one"], destinations: ["log"])])
        #expect(
            inbox("destinations: {app: {log: true}}").routes == [
                RouteConfiguration(sources: ["accurate"], destinations: ["app"])
            ])
    }

    @Test(arguments: [
        ("{from: one, to: [app]}", ["one"], ["app"]), ("{from: [one, two], to: app}", ["one", "two"], ["app"]),
        ("{from: \"*\", to: [app, copy]}", ["one", "two"], ["app", "copy"]),
        ("{from: [two, '*'], to: [copy]}", ["two", "one"], ["copy"]),
        ("{from: [one, one], to: [app, app]}", ["one"], ["app"]),
    ])
    func `routes are read`(_ route: String, _ sources: [String], _ destinations: [String]) {
        #expect(
            inbox(Self.parts + "routes:\n  - \(route)\n").routes
                == [RouteConfiguration(sources: sources, destinations: destinations)])
    }

    @Test(arguments: [
        ("SALES_RECEIPT", ["SALES_RECEIPT"]), ("[SALES_RECEIPT, \"PURCHASE_*\"]", ["SALES_RECEIPT", "PURCHASE_*"]),
        ("'*'", ["*"]), ("[X, X, 7]", ["X", "7"]), ("\"with blank\"", ["with blank"]),
    ])
    func `types are read, each once`(_ type: String, _ expected: [String]) {
        let route = inbox(Self.parts + "routes:\n  - {from: one, to: app, type: \(type)}\n").routes.first
        #expect(route?.types == expected.map { Written(TypePattern($0), text: $0) })
    }

    @Test(arguments: [
        ("1293289", ["1293289"]), ("[7, \"shop-*\", 7]", ["7", "shop-*"]), ("'*'", ["*"]),
    ])
    func `tenants are read, each once`(_ tenant: String, _ expected: [String]) {
        let route = inbox(Self.parts + "routes:\n  - {from: one, to: app, tenant: \(tenant)}\n").routes.first
        #expect(route?.tenants == expected.map { Written(TypePattern($0), text: $0) } && route?.types == [])
    }

    @Test func `a type from a variable is shown by its name`() {
        let yaml = Self.parts + "routes:\n  - {from: one, to: app, type: '${T}_*'}\n"
        let route = inbox(yaml, environment: ["T": "SALES"]).routes.first
        #expect(route?.types == [Written(TypePattern("SALES_*"), text: "${T}_*")])
    }

    @Test func `types are counted and measured`() {
        let types = { (count: Int) in
            Self.parts
                + "routes: [{from: one, to: app, type: [\((0..<count).map { "T\($0)" }.joined(separator: ", "))]}]\n"
        }
        #expect(inbox(types(RouteReader.maxTypes)).routes.first?.types.count == 100)
        #expect(problems(types(101)) == ["f:3:37: `type`: expected at most 100, found 101"])
        let long = { (bytes: Int) in
            Self.parts + "routes: [{from: one, to: app, type: \(String(repeating: "T", count: bytes))}]\n"
        }
        #expect(inbox(long(256)).routes.first?.types.count == 1)
        let cut = String(repeating: "T", count: 80)
        #expect(
            problems(long(257)) == [
                "f:3:37: `type`: expected 1 to 256 bytes of text without control characters, found \"\(cut)…\""
            ])
    }

    @Test func `places in payloads are counted over all routes, each once`() {
        let yaml = { (count: Int) in
            Self.parts + "routes:\n"
                + (0..<count).map { "  - {from: one, to: app, when: {/same: 1, /p\($0): 1}}\n" }.joined()
        }
        #expect(inbox(yaml(RouteReader.maxPlaces - 1)).routes.count == 99)
        #expect(
            problems(yaml(RouteReader.maxPlaces)) == [
                "f:4:3: `routes`: expected at most 100 different JSON Pointers in all `when`, found 101"
            ])
    }

    /// From the file's text to where an event goes.
    @Test func `routes of a file choose by source, type and payload`() throws {
        let routes = """
            routes:
              - {from: one, type: "SALES_*", when: {/total: {gt: 0}}, to: app}
              - {from: [one, two], type: [SALES_ORDER], to: copy}

            """
        let numbers = ["app": DestinationID(1), "copy": DestinationID(2)]
        let read = inbox(Self.parts + routes).routes
        func destinations(_ source: String, _ type: String, _ json: String) throws -> [Int64] {
            let table = Wiring.table(of: read.filter { $0.sources.contains(source) }, numbers)
            let body = try JSONScanner.scan(Array(json.utf8), plan: ScanPlan(pointers: table.pointers))
            return table.destinations(type: type, values: body.elements.first?.values[...] ?? []).map(\.value)
        }
        #expect(try destinations("one", "SALES_ORDER", "{\"total\":1}") == [1, 2])
        #expect(try destinations("one", "SALES_ORDER", "{\"total\":0}") == [2])
        #expect(try destinations("one", "SALES_RECEIPT", "{\"total\":\"0.01\"}") == [1])
        #expect(try destinations("two", "SALES_ORDER", "{\"total\":1}") == [2])
        #expect(try destinations("two", "SALES_RECEIPT", "{\"total\":1}") == [])
    }

    @Test func `routes may name the defaults`() {
        #expect(
            inbox("routes: [{from: accurate, to: [log]}]").routes
                == [RouteConfiguration(sources: ["accurate"], destinations: ["log"])])
    }

    @Test(arguments: [
        ("{from: on, to: [app]}", "f:4:12: there is no source \"on\"; did you mean `one`?"),
        ("{from: x, to: [app]}", "f:4:12: there is no source \"x\"; there are: one, two"),
        ("{from: one, to: [app, cpoy]}", "f:4:27: there is no destination \"cpoy\"; did you mean `copy`?"),
        ("{from: one, to: \"*\"}", "f:4:21: there is no destination \"*\"; there are: app, copy"),
        ("{from: one}", "f:4:5: the route has no `to`"), ("{to: [app]}", "f:4:5: the route has no `from`"),
        ("{from: [], to: [app]}", "f:4:12: `from` is empty: expected a source's name, a list of names, or \"*\""),
        ("{from: one, to: []}", "f:4:21: `to` is empty: expected a list of destinations' names"),
        (
            "{from: {a: b}, to: [app]}",
            "f:4:12: `from`: expected a source's name, a list of names, or \"*\", found a mapping"
        ),
        ("{from: one, to: }", "f:4:21: `to`: expected a list of destinations' names, found nothing"),
        ("{from: one, to: [[app]]}", "f:4:22: `to`: expected a destination's name, found a list"),
        ("{from: one, to: [app], tpye: [X]}", "f:4:28: unknown key `tpye`; did you mean `type`?"),
        ("{from: one, to: [app], whne: {/a: 1}}", "f:4:28: unknown key `whne`; did you mean `when`?"),
        ("{from: one, to: [app], if: x}", "f:4:28: unknown key `if`; known keys: from, type, tenant, when, to"),
        (
            "{from: one, to: [app], type: }",
            "f:4:34: `type`: expected a type, a pattern such as SALES_*, or a list of them, found nothing"
        ),
        (
            "{from: one, to: [app], type: {X: 1}}",
            "f:4:34: `type`: expected a type, a pattern such as SALES_*, or a list of them, found a mapping"
        ),
        (
            "{from: one, to: [app], type: []}",
            "f:4:34: `type` is empty: expected a type, a pattern such as SALES_*, or a list of them; "
                + "leave it out to take every type"
        ),
        (
            "{from: one, to: [app], tenant: }",
            "f:4:36: `tenant`: expected a tenant, a pattern such as shop-*, or a list of them, found nothing"
        ),
        (
            "{from: one, to: [app], tenant: []}",
            "f:4:36: `tenant` is empty: expected a tenant, a pattern such as shop-*, or a list of them; "
                + "leave it out to take every tenant"
        ),
        ("{from: one, to: [app], tenant: [{}]}", "f:4:37: `tenant`: expected a tenant or a pattern, found a mapping"),
        ("{from: one, to: [app], type: [[X]]}", "f:4:35: `type`: expected a type or a pattern, found a list"),
        ("{from: one, to: [app], type: [X, null]}", "f:4:38: `type`: expected a type or a pattern, found nothing"),
        (
            "{from: one, to: [app], type: ''}",
            "f:4:34: `type`: expected 1 to 256 bytes of text without control characters, found \"\""
        ),
        (
            "{from: one, to: [app], type: \"a\\tb\"}",
            "f:4:34: `type`: expected 1 to 256 bytes of text without control characters, found \"a\\u{9}b\""
        ),
        ("{from: one, to: [app], form: x}", "f:4:28: unknown key `form`; did you mean `from`?"),
        ("one", "f:4:5: `routes`: expected a mapping, found text"),
    ])
    func `each problem has its place`(_ route: String, _ expected: String) {
        #expect(problems(Self.parts + "routes:\n  - \(route)\n") == [expected])
    }

    @Test(arguments: [
        (
            "routes: []",
            "f:3:9: `routes` is empty: expected a list of routes, such as - {from: accurate, to: [app]}; "
                + "leave it out for the default"
        ),
        ("routes:", "f:3:8: `routes`: expected a list of routes, such as - {from: accurate, to: [app]}, found nothing"),
        (
            "routes: {}",
            "f:3:9: `routes`: expected a list of routes, such as - {from: accurate, to: [app]}, found a mapping"
        ),
    ])
    func `the section itself`(_ yaml: String, _ expected: String) {
        #expect(problems(Self.parts + yaml) == [expected])
    }

    @Test func `a part with a problem is still known to the routes`() {
        let yaml = "sources: {a: {verify: x}}\ndestinations: {b: {url: x}}\nroutes: [{from: a, to: [b]}]\n"
        #expect(
            problems(yaml) == [
                "f:1:23: `verify`: expected a mapping with `scheme`, such as {scheme: none}, found text",
                "f:2:25: `url` must start with http:// or https://",
            ])
    }

    @Test func `routes are counted`() {
        let yaml = { (count: Int) in
            Self.parts + "routes:\n" + String(repeating: "  - {from: one, to: [app]}\n", count: count)
        }
        #expect(inbox(yaml(RouteReader.maxRoutes)).routes.count == RouteReader.maxRoutes)
        #expect(problems(yaml(RouteReader.maxRoutes + 1)) == ["f:4:3: `routes`: expected at most 1000, found 1001"])
    }
}
