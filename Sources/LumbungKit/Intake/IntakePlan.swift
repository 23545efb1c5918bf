import Crypto
import LumbungCore

/// A source made ready for its requests: the values to look for, and how they become identity, type, tenant and
/// destinations.
///
/// Pure: bytes in, events or a problem out.
struct IntakePlan: Sendable {
    let source: Source
    let naming: EventNaming
    let routes: RouteTable
    /// What is looked for in a JSON body: the values of the naming, then those of the routes.
    private let body: ScanPlan
    /// The same in one object.
    let object: ScanPlan
    /// The same in a CloudEvent in JSON; nil when the source takes none.
    let cloudEvent: ScanPlan?
    /// The values of a payload that is not read: there are none, and no condition of a route holds.
    let unreadValues: [ScannedValue]

    init(source: Source, routes: RouteTable) {
        self.source = source
        self.routes = routes
        naming = EventNaming(identity: source.identity, type: source.type, tenant: source.tenant, time: source.time)
        object = ScanPlan(pointers: naming.pointers + routes.pointers)
        body = source.split == .root ? object : ScanPlan(split: source.split, pointers: object.pointers)
        cloudEvent =
            source.formats.contains(.cloudEvents) ? ScanPlan(pointers: CloudEvents.pointers + object.pointers) : nil
        unreadValues =
            naming.pointers.map { _ in ScannedValue(content: .absent) }
            + routes.pointers.map { _ in ScannedValue(content: .absent, isAmbiguous: true) }
    }

    /// Reads the events out of a request.
    /// - Throws: ``Problem`` with status 400, or 415 when the source's formats are none of the request's.
    func events(in request: IngestRequest) throws(Problem) -> [NewEvent] {
        let format = try source.format(of: request)
        // A destination is not told of an encoding, and an encoded form would be read as another one.
        guard format == .json || Self.encodingHint(request).isEmpty else { throw .unsupportedEncoding }
        return switch format {
        case .json: try jsonEvents(in: request)
        case .form: [try event(formFacts(request.body), in: request)]
        case .formPayload: [try event(formPayloadFacts(request.body), in: request)]
        case .raw: [try event(EventFacts(values: unreadValues), in: request)]
        case .cloudEvents: try cloudEvents(in: request)
        }
    }

    private func jsonEvents(in request: IngestRequest) throws(Problem) -> [NewEvent] {
        let scanned: ScannedBody
        do throws(ScanError) {
            scanned = try JSONScanner.scan(request.body, plan: body)
        } catch {
            throw .badRequest(error.description + splitHint(error) + Self.encodingHint(request))
        }
        let headers = source.keptHeaders(request.headers)
        var events: [NewEvent] = []
        events.reserveCapacity(scanned.elements.count)
        for (index, element) in scanned.elements.enumerated() {
            let facts = EventFacts(values: element.values, isOnly: scanned.elements.count == 1)
            let content = Self.content(of: element, in: request.body, headers: headers)
            let name: EventName
            do throws(Problem) {
                name = try self.name(facts, digest: content.digest, in: request)
            } catch {
                throw scanned.shape == .array ? error.of(event: index + 1) : error
            }
            let values = facts.values[naming.pointers.count...]
            events.append(event(name, content, values, receivedAt: request.receivedAt))
        }
        return events
    }

    /// The whole body as one event.
    func event(_ facts: EventFacts, in request: IngestRequest) throws(Problem) -> NewEvent {
        let content = Self.content(request.body, headers: source.keptHeaders(request.headers))
        let name = try name(facts, digest: content.digest, in: request)
        return event(name, content, facts.values[naming.pointers.count...], receivedAt: request.receivedAt)
    }

    func event(
        _ name: EventName, _ content: EventContent, _ values: ArraySlice<ScannedValue>, receivedAt: Timestamp
    ) -> NewEvent {
        let destinations = routes.destinations(type: name.type, tenant: name.tenant, values: values)
        var event = NewEvent(
            source: source.name, identity: name.identity, type: name.type, content: content, receivedAt: receivedAt,
            routing: EventRouting(
                destinations: destinations,
                orderKeys: routes.orderKeys(of: destinations, tenant: name.tenant, values: values),
                resendRevives: source.resendRevives))
        event.tenant = name.tenant
        event.occurredAt = name.occurredAt
        event.provenAs = source.provenAs
        return event
    }

    private func name(
        _ facts: EventFacts, digest: [UInt8], in request: IngestRequest
    ) throws(Problem) -> EventName {
        let identity = try naming.identity(of: facts, in: request)
        return EventName(
            identity: identity ?? standIn(digest, request), type: naming.type(of: facts, header: request.onlyHeader),
            tenant: naming.tenant(of: facts, header: request.onlyHeader),
            occurredAt: naming.time(of: facts, header: request.onlyHeader))
    }

    /// The identity of an event that nothing in its request names.
    private func standIn(_ digest: [UInt8], _ request: IngestRequest) -> String {
        guard naming.isNamedByArrival else { return "sha256:" + Hexadecimal.encoded(digest) }
        return "arrival:\(request.receivedAt.iso8601):" + Hexadecimal.encoded(digest)
    }

    static func content(of element: ScannedElement, in body: [UInt8], headers: String) -> EventContent {
        let isWhole = element.range.count == body.count
        return content(isWhole ? body : Array(body[element.range]), headers: headers)
    }

    static func content(_ payload: [UInt8], headers: String) -> EventContent {
        EventContent(payload: payload, digest: Array(SHA256.hash(data: payload)), headers: headers)
    }

    /// Where the events of the source stand, for a sender whose body has them elsewhere.
    private func splitHint(_ error: ScanError) -> String {
        switch error.reason {
        case .splitNotFound, .splitAmbiguous, .notAnObjectOrArrayOfObjects:
            source.split == .root
                ? "" : "; the events of this source are the objects of the array at \(source.split)"
        default: ""
        }
    }

    /// Why a body cannot be read that is JSON to its sender.
    private static func encodingHint(_ request: IngestRequest) -> String {
        guard let encoding = request.header("content-encoding"), encoding.lowercased() != "identity" else { return "" }
        return "; the body has a Content-Encoding, which is not decoded here: send it as it is"
    }
}

/// What names an event, whose it is, and when it happened.
struct EventName {
    var identity: String
    var type: String
    var tenant = ""
    var occurredAt: Timestamp?
}
