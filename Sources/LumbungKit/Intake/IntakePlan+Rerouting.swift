import LumbungCore

extension IntakePlan {
    /// Where a stored event goes by this source's rules and routes, sorted, each once.
    ///
    /// Its type and its tenant are found again in payload and kept headers; the stored one stands in for a header that
    /// was not kept.
    /// - Returns: Nil when the stored payload is nothing that the source's formats could have brought.
    func destinations(of event: LeasedEvent) -> [DestinationID]? {
        let isBinaryCloudEvent = event.keptHeader(CloudEvents.versionHeader) != nil
        let contentType = event.keptHeader("content-type")
        switch source.formats.choice(contentType: contentType, isBinaryCloudEvent: isBinaryCloudEvent) {
        case .json: return oneObject(event.payload, object).flatMap { destinations(of: event, EventFacts(values: $0)) }
        case .form: return (try? formFacts(event.payload)).flatMap { destinations(of: event, $0) }
        case .formPayload: return (try? formPayloadFacts(event.payload)).flatMap { destinations(of: event, $0) }
        case .raw: return destinations(of: event, EventFacts(values: unreadValues))
        case .cloudEvents: return cloudEventDestinations(of: event, contentType: contentType)
        case nil: return nil
        }
    }

    private func destinations(of event: LeasedEvent, _ facts: EventFacts) -> [DestinationID] {
        destinations(of: event, type: naming.type(ofStored: event, facts), facts)
    }

    /// Where a stored event of a type goes.
    func destinations(of event: LeasedEvent, type: String, _ facts: EventFacts) -> [DestinationID] {
        routes.destinations(
            type: type, tenant: naming.tenant(ofStored: event, facts), values: facts.values[naming.pointers.count...])
    }

    /// The values of a payload that is one JSON object.
    func oneObject(_ payload: [UInt8], _ plan: ScanPlan) -> [ScannedValue]? {
        guard let scanned = try? JSONScanner.scan(payload, plan: plan), scanned.shape == .object else { return nil }
        return scanned.elements.first?.values
    }
}
