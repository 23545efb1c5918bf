import LumbungCore

extension IntakePlan {
    /// The events of a request in one of the modes of the HTTP binding.
    func cloudEvents(in request: IngestRequest) throws(Problem) -> [NewEvent] {
        guard request.hasOneValue(of: "content-type") else { throw .repeatedContentType }
        let contentType = request.header("content-type")
        switch CloudEvents.mode(contentType: contentType) {
        case .binary:
            let values = dataValues(request.body, contentType)
            let content = Self.content(request.body, headers: source.keptHeaders(request.headers))
            return [event(try CloudEvents.name(in: request), content, values, receivedAt: request.receivedAt)]
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
            let values = element.values[CloudEvents.pointers.count...]
            events.append(event(name, content, values, receivedAt: request.receivedAt))
        }
        return events
    }

    /// The headers of one event of a batch, which is no batch any more.
    private static func headersOfOne(_ headers: [IngestRequest.Header]) -> [IngestRequest.Header] {
        headers.map { header in
            guard header.name.lowercased() == "content-type" else { return header }
            let parameters = header.value.drop { $0 != ";" }
            return IngestRequest.Header(name: header.name, value: CloudEvents.structuredType + parameters)
        }
    }

    /// What the routes ask for in data of the binary mode; conditions hold of data that is one JSON object only.
    private func dataValues(_ data: [UInt8], _ contentType: String?) -> ArraySlice<ScannedValue> {
        let read = MediaType(contentType).isJSON && !routes.pointers.isEmpty ? oneObject(data, object) : nil
        return (read ?? unreadValues)[naming.pointers.count...]
    }

    /// Where a stored CloudEvent goes.
    func cloudEventDestinations(of event: LeasedEvent, contentType: String?) -> [DestinationID]? {
        switch CloudEvents.mode(contentType: contentType) {
        case .binary:
            let type = event.keptHeader("ce-type").map { EventNaming.type(CloudEventHeader.decoded(Array($0.utf8))) }
            return routes.destinations(type: type ?? event.type, values: dataValues(event.payload, contentType))
        case .structured, .batch:
            guard let cloudEvent, let values = oneObject(event.payload, cloudEvent),
                let name = try? CloudEvents.name(of: values)
            else { return nil }
            return routes.destinations(type: name.type, values: values[CloudEvents.pointers.count...])
        case nil: return nil
        }
    }
}
