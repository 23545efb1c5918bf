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
        ("{from: one, to: [app], type: [X]}", "f:4:28: `type` is not supported in this version"),
        ("{from: one, to: [app], when: {/a: 1}}", "f:4:28: `when` is not supported in this version"),
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
                "f:1:15: `verify` is not supported in this version",
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
