import LumbungCore
import LumbungTesting

@testable import LumbungKit

/// What a source makes of one request, without a store.
struct FormatBench {
    var source = Source(name: "shop")
    var routes = RouteTable(always: [DestinationID(1)])

    init(_ formats: [BodyFormat] = [.json], id: [IdentityRule]? = nil, type: TypeRule? = nil) {
        source = Source(name: "shop", identity: id, type: type)
        source.formats = formats
    }

    var plan: IntakePlan { IntakePlan(source: source, routes: routes) }

    func events(_ body: [UInt8], _ headers: [(String, String)] = []) throws(Problem) -> [NewEvent] {
        let headers = headers.map { IngestRequest.Header(name: $0.0, value: $0.1) }
        return try plan.events(
            in: IngestRequest(source: "shop", headers: headers, body: body, receivedAt: NewEvent.sampleTime))
    }

    func events(_ body: String, _ headers: [(String, String)] = []) throws(Problem) -> [NewEvent] {
        try events(Array(body.utf8), headers)
    }

    /// The problem, or nil when the request was taken.
    func problem(_ body: String, _ headers: [(String, String)] = []) -> Problem? {
        do throws(Problem) {
            _ = try events(body, headers)
            return nil
        } catch {
            return error
        }
    }

    /// Where the events went, and where each of them goes when it is routed again.
    func ways(_ body: [UInt8], _ headers: [(String, String)]) throws(Problem) -> [[[Int]?]] {
        let plan = plan
        return try events(body, headers).map { event in
            let content = EventContent(payload: event.payload, digest: event.digest, headers: event.headers)
            var stored = LeasedEvent(
                id: EventID(1), source: event.source, identity: event.identity, type: event.type, content: content)
            stored.tenant = event.tenant
            let again = plan.destinations(of: stored)
            return [event.destinations.map { Int($0.value) }, again?.map { Int($0.value) }]
        }
    }

    /// A table whose rows go to destinations 1, 2 and so on.
    static func table(_ rules: [RouteRule]) -> RouteTable {
        RouteTable(rules.enumerated().map { ($0.element, [DestinationID(Int64($0.offset + 1))]) })
    }
}

extension ValueTemplate {
    /// `{json:/a}` and the like for tests: texts as they stand, places by themselves.
    init(_ first: Part, _ others: Part...) {
        guard let made = ValueTemplate([first] + others) else { preconditionFailure("no place has to be there") }
        self = made
    }
}

extension ValueTemplate.Part {
    static func json(_ key: String, isOptional: Bool = false) -> Self {
        .place(.json(JSONPointer(key: key)), isOptional: isOptional)
    }
    static func header(_ name: String, isOptional: Bool = false) -> Self {
        .place(.header(name), isOptional: isOptional)
    }
    static func form(_ name: String, isOptional: Bool = false) -> Self { .place(.form(name), isOptional: isOptional) }
}
