import LumbungCore

extension EventNaming {
    /// The event's type; empty when there is none, when it is unusable, and when its key occurs more than once, so
    /// that no route takes an event for a type that its destination may read differently.
    func type(of facts: EventFacts, header: (String) -> String?) -> String {
        Self.text(by: typeStep, facts, header)
    }

    /// The event's tenant; empty in the same cases.
    func tenant(of facts: EventFacts, header: (String) -> String?) -> String {
        Self.text(by: tenantStep, facts, header)
    }

    /// When the event happened, by the first place with a time that can be read in one way; nil when there is none.
    func time(of facts: EventFacts, header: (String) -> String?) -> Timestamp? {
        for place in timePlaces {
            if let text = Self.textPart(place, facts, header), let time = SenderTime.read(text) { return time }
        }
        return nil
    }

    /// The type of a stored event by the rules of now; the stored one stands in for a header that was not kept.
    func type(ofStored event: LeasedEvent, _ facts: EventFacts) -> String {
        Self.lacksHeader(typeStep, event.keptHeader) ? event.type : type(of: facts, header: event.keptHeader)
    }

    /// The tenant of a stored event, likewise.
    func tenant(ofStored event: LeasedEvent, _ facts: EventFacts) -> String {
        Self.lacksHeader(tenantStep, event.keptHeader) ? event.tenant : tenant(of: facts, header: event.keptHeader)
    }

    private static func text(by step: TextStep, _ facts: EventFacts, _ header: (String) -> String?) -> String {
        switch step {
        case .text(let text): text
        case .place(let place): type(textPart(place, facts, header) ?? [])
        case .template(let parts): type(joined(parts, facts, header) ?? [])
        }
    }

    /// Whether a step needs a header for which the function has nothing.
    private static func lacksHeader(_ step: TextStep, _ header: (String) -> String?) -> Bool {
        let places: [Place] =
            switch step {
            case .text: []
            case .place(let place): [place]
            case .template(let parts):
                parts.compactMap { if case .place(let place, _) = $0 { place } else { nil } }
            }
        return places.contains { if case .header(let name) = $0 { header(name) == nil } else { false } }
    }

    /// The text as a type or a tenant.
    static func type(_ bytes: [UInt8]) -> String {
        let isUsable = bytes.count <= TypeRule.longestBytes && !ControlCharacters.occur(in: bytes)
        return isUsable ? String(decoding: bytes, as: UTF8.self) : ""
    }

    private static func joined(_ parts: [Part], _ facts: EventFacts, _ header: (String) -> String?) -> [UInt8]? {
        var joined: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): joined += text
            case .place(let place, let isOptional):
                guard let found = textPart(place, facts, header) else { return nil }
                guard isOptional || !found.isEmpty else { return nil }
                joined += found
            }
        }
        return joined
    }

    /// What stands at a place, empty when nothing usable does; nil when it could be read two ways.
    private static func textPart(_ place: Place, _ facts: EventFacts, _ header: (String) -> String?) -> [UInt8]? {
        switch place {
        case .header(let name): return Array((header(name) ?? "").utf8)
        case .value(let index):
            let value = facts.values[index]
            switch value.content {
            case _ where value.isAmbiguous: return nil
            case .string(let text, hasLoneSurrogate: false): return text
            case .string: return nil
            case .number(let digits): return digits
            case .absent, .null, .bool, .object, .array: return []
            }
        case .field(let index):
            guard !facts.form.isEmpty else { return [] }
            switch facts.form[index] {
            case .absent: return []
            case .repeated: return nil
            case .bytes(let bytes): return String(validating: bytes, as: UTF8.self) == nil ? nil : bytes
            }
        }
    }
}
