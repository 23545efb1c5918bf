import LumbungCore

extension IntakePlan {
    /// The events of a request in one of the modes of the HTTP binding.
    func cloudEvents(in request: IngestRequest) throws(Problem) -> [NewEvent] {
        guard request.hasOneValue(of: "content-type") else { throw .repeatedContentType }
        let contentType = request.header("content-type")
        switch CloudEvents.mode(contentType: contentType) {
        case .binary:
            let facts = dataFacts(request.body, contentType)
            let content = Self.content(request.body, headers: source.keptHeaders(request.headers))
            return [named(try CloudEvents.name(in: request), content, facts, in: request)]
        case .structured: return try cloudEvents(of: .object, in: request)
        case .batch: return try cloudEvents(of: .array, in: request)
        case nil: throw .unsupportedMediaType("CloudEvents in JSON, or in headers and body")
        }
    }

    private func cloudEvents(
        of shape: ScannedBody.Shape, in request: IngestRequest
    ) throws(Problem) -> [NewEvent] {
        guard let cloudEvent else { return [] }
        let scanned: ScannedBody
        do throws(ScanError) {
            scanned = try JSONScanner.scan(request.body, plan: cloudEvent)
        } catch {
            throw .badRequest(error.description)
        }
        guard scanned.shape == shape else {
            throw .badRequest(shape == .array ? "a batch is an array of events" : "the event is not one JSON object")
        }
        let headers = source.keptHeaders(shape == .array ? Self.headersOfOne(request.headers) : request.headers)
        var events: [NewEvent] = []
        events.reserveCapacity(scanned.elements.count)
        for (index, element) in scanned.elements.enumerated() {
            let name: EventName
            do throws(Problem) {
                name = try CloudEvents.name(of: element.values)
            } catch {
                throw shape == .array ? error.of(event: index + 1) : error
            }
            let content = Self.content(of: element, in: request.body, headers: headers)
            events.append(named(name, content, Self.facts(element.values), in: request))
        }
        return events
    }

    /// The event under its own name; whose it is the source says.
    private func named(
        _ name: EventName, _ content: EventContent, _ facts: EventFacts, in request: IngestRequest
    ) -> NewEvent {
        var name = name
        name.tenant = naming.tenant(of: facts, header: request.onlyHeader)
        return event(name, content, facts.values[naming.pointers.count...], receivedAt: request.receivedAt)
    }

    /// What stands behind the attributes in the values of an event in JSON.
    private static func facts(_ values: [ScannedValue]) -> EventFacts {
        EventFacts(values: Array(values[CloudEvents.pointers.count...]))
    }

    /// The headers of one event of a batch, which is no batch any more.
    private static func headersOfOne(_ headers: [IngestRequest.Header]) -> [IngestRequest.Header] {
        headers.map { header in
            guard header.name.lowercased() == "content-type" else { return header }
            let parameters = header.value.drop { $0 != ";" }
            return IngestRequest.Header(name: header.name, value: CloudEvents.structuredType + parameters)
        }
    }

    /// What tenant and routes ask for in data of the binary mode; conditions hold of data that is one JSON object only.
    private func dataFacts(_ data: [UInt8], _ contentType: String?) -> EventFacts {
        let isWanted = naming.tenantIsInPayload || !routes.pointers.isEmpty
        let read = MediaType(contentType).isJSON && isWanted ? oneObject(data, object) : nil
        return EventFacts(values: read ?? unreadValues)
    }

    /// Where a stored CloudEvent goes.
    func cloudEventDestinations(of event: LeasedEvent, contentType: String?) -> [DestinationID]? {
        switch CloudEvents.mode(contentType: contentType) {
        case .binary:
            let type = event.keptHeader("ce-type").map { EventNaming.type(CloudEventHeader.decoded(Array($0.utf8))) }
            return destinations(of: event, type: type ?? event.type, dataFacts(event.payload, contentType))
        case .structured, .batch:
            guard let cloudEvent, let values = oneObject(event.payload, cloudEvent),
                let name = try? CloudEvents.name(of: values)
            else { return nil }
            return destinations(of: event, type: name.type, Self.facts(values))
        case nil: return nil
        }
    }
}
