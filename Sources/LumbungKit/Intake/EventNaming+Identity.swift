import LumbungCore

extension EventNaming {
    /// The identity of an event by the first rule that finds one; nil when its digest has to stand in.
    /// - Throws: ``Problem`` with status 400 when what is found could be read two ways, or is unfit.
    func identity(of facts: EventFacts, in request: IngestRequest) throws(Problem) -> String? {
        for step in identitySteps {
            switch step {
            case .place(let place):
                if case .header = place, !facts.isOnly { continue }
                guard let found = try Self.identityPart(place, facts, request) else { continue }
                return try Self.identity(found)
            case .template(let parts):
                guard let found = try Self.joined(parts, facts, request) else { continue }
                return try Self.identity(found)
            case .standIn:
                return nil
            }
        }
        return nil
    }

    /// The text as an identity.
    static func identity(_ bytes: [UInt8]) throws(Problem) -> String {
        guard bytes.count <= IdentityRule.longestBytes else {
            throw .badRequest(
                "the identity has \(bytes.count) bytes; at most \(IdentityRule.longestBytes) are allowed")
        }
        guard !ControlCharacters.occur(in: bytes) else {
            throw .badRequest("the identity contains a control character")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The parts one after the other; nil when one that has to be there is not.
    private static func joined(
        _ parts: [Part], _ facts: EventFacts, _ request: IngestRequest
    ) throws(Problem) -> [UInt8]? {
        var joined: [UInt8] = []
        var isOwn = facts.isOnly
        for part in parts {
            switch part {
            case .text(let text): joined += text
            case .place(let place, let isOptional):
                if let found = try identityPart(place, facts, request) {
                    joined += found
                    if case .value = place { isOwn = true }
                } else if !isOptional {
                    return nil
                }
            }
        }
        // Of several events none may be named by what all of them share.
        return isOwn ? joined : nil
    }

    /// What stands at a place, not empty; nil when nothing does that could be an identity.
    private static func identityPart(
        _ place: Place, _ facts: EventFacts, _ request: IngestRequest
    ) throws(Problem) -> [UInt8]? {
        switch place {
        case .value(let index): try identityPart(facts.values[index])
        case .header(let name): try identityHeader(name, request)
        case .field(let index): facts.form.isEmpty ? nil : try identityField(facts.form[index])
        }
    }

    private static func identityPart(_ value: ScannedValue) throws(Problem) -> [UInt8]? {
        guard !value.isAmbiguous else {
            throw .badRequest("the identity is named twice (a key occurs more than once)")
        }
        switch value.content {
        case .string(let bytes, let hasLoneSurrogate):
            guard !hasLoneSurrogate else {
                throw .badRequest("the identity has a lone surrogate escape, which is no character")
            }
            return bytes.isEmpty ? nil : bytes
        case .number(let digits):
            return digits
        case .absent, .null, .bool, .object, .array:
            return nil
        }
    }

    /// The one value of a header; nil when it is not there or empty.
    static func identityHeader(_ name: String, _ request: IngestRequest) throws(Problem) -> [UInt8]? {
        guard let value = request.header(name), !value.isEmpty else { return nil }
        guard request.hasOneValue(of: name) else {
            throw .badRequest("the identity is named twice (the header \(name) came more than once)")
        }
        // What is no UTF-8 reaches this point with this character in its place: two such values look the same.
        guard !value.unicodeScalars.contains("\u{FFFD}") else {
            throw .badRequest("the identity in the header \(name) is not UTF-8")
        }
        return Array(value.utf8)
    }

    private static func identityField(_ value: FormValue) throws(Problem) -> [UInt8]? {
        switch value {
        case .absent: return nil
        case .repeated: throw .badRequest("the identity is named twice (a field of the form occurs more than once)")
        case .bytes(let bytes):
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw .badRequest("the identity in a field of the form is not UTF-8")
            }
            return bytes.isEmpty ? nil : bytes
        }
    }
}
