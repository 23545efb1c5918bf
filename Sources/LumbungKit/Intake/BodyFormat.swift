import LumbungCore

/// How a body becomes events.
public enum BodyFormat: String, Sendable, Hashable, CaseIterable {
    /// JSON: an object, or an array of objects, at the top level or where the source's split says.
    case json
    /// `application/x-www-form-urlencoded`: one event, which is kept as received.
    case form
    /// The same, with one JSON object in its field `payload`, where the values of the event stand.
    case formPayload = "form-payload"
    /// CloudEvents 1.0 in HTTP: one event in headers and body, one in JSON, or a batch of JSON.
    case cloudEvents = "cloudevents"
    /// Any bytes: one event, which is kept as received.
    case raw
}

/// A media type without its parameters (RFC 9110, section 8.3.1).
struct MediaType {
    /// Type and subtype in lower case; empty when there is none.
    let essence: String

    init(_ contentType: String?) {
        let value = (contentType ?? "").prefix { $0 != ";" }
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var trimmed = value.drop(while: isBlank)
        while let last = trimmed.last, isBlank(last) { trimmed.removeLast() }
        essence = trimmed.lowercased()
    }

    var isJSON: Bool {
        essence == "application/json" || essence == "text/json"
            || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }
    var isForm: Bool { essence == "application/x-www-form-urlencoded" }
    var isCloudEvents: Bool { essence.hasPrefix("application/cloudevents") }
}

extension [BodyFormat] {
    /// The format for a request; nil when its content type fits none of several.
    ///
    /// One alone is for everything. Of several the most particular counts, whatever their order; without a content type
    /// that is JSON, or any bytes.
    func choice(contentType: String?, isBinaryCloudEvent: Bool) -> BodyFormat? {
        guard count != 1 else { return first }
        let type = MediaType(contentType)
        if contains(.cloudEvents), type.isCloudEvents || isBinaryCloudEvent { return .cloudEvents }
        if contains(.json), type.isJSON || type.essence.isEmpty { return .json }
        if type.isForm, let form = first(where: { $0 == .form || $0 == .formPayload }) { return form }
        return contains(.raw) ? .raw : nil
    }
}

extension Source {
    /// How a request's body is read.
    /// - Throws: ``Problem`` with status 415 when none of several formats is for its content type, or 400 when that came twice.
    func format(of request: IngestRequest) throws(Problem) -> BodyFormat {
        guard formats.count != 1 else { return formats[0] }
        guard request.hasOneValue(of: "content-type") else { throw .repeatedContentType }
        let contentType = request.header("content-type")
        let isBinaryCloudEvent = request.header(CloudEvents.versionHeader) != nil
        guard let format = formats.choice(contentType: contentType, isBinaryCloudEvent: isBinaryCloudEvent) else {
            throw .unsupportedMediaType(formats.map(\.rawValue).joined(separator: ", "))
        }
        return format
    }
}
