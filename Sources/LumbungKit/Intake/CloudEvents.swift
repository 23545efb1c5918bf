import LumbungCore

/// The attributes of CloudEvents 1.0 that name an event, and when it happened
/// (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>).
enum CloudEvents {
    /// How a request carries its events.
    enum Mode {
        /// The attributes are headers, the body is the data.
        case binary
        /// The body is one event in JSON.
        case structured
        /// The body is an array of events in JSON.
        case batch
    }

    static let versionHeader = "ce-specversion"
    static let structuredType = "application/cloudevents+json"
    static let batchType = "application/cloudevents-batch+json"
    private static let attributes = ["id", "source", "type", "specversion"]

    /// Where the attributes stand in an event in JSON.
    static let pointers = (attributes + [time]).map { JSONPointer(key: $0) }
    /// The attribute that may be missing.
    private static let time = "time"

    /// The mode that the content type asks for; nil for another event format than JSON.
    static func mode(contentType: String?) -> Mode? {
        let type = MediaType(contentType)
        return switch type.essence {
        case structuredType: .structured
        case batchType: .batch
        default: type.isCloudEvents ? nil : .binary
        }
    }

    /// The name of an event whose attributes are headers.
    /// - Throws: ``Problem`` with status 400 when one is missing or cannot be read.
    static func name(in request: IngestRequest) throws(Problem) -> EventName {
        var found: [[UInt8]] = []
        for attribute in attributes {
            let header = "ce-" + attribute
            guard let value = try EventNaming.identityHeader(header, request) else {
                throw .badRequest("the CloudEvent has no \(header)")
            }
            let bytes = CloudEventHeader.decoded(value)
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw .badRequest("the header \(header) is not UTF-8 once it is percent-decoded")
            }
            guard !bytes.isEmpty else { throw .badRequest("the CloudEvent has an empty \(header)") }
            found.append(bytes)
        }
        return try name(found, time: request.header("ce-" + time).map { CloudEventHeader.decoded(Array($0.utf8)) })
    }

    /// The name of an event in JSON, whose values at ``pointers`` begin the scanned ones.
    /// - Throws: ``Problem`` with status 400 when one is missing or is no text.
    static func name(of values: [ScannedValue]) throws(Problem) -> EventName {
        var found: [[UInt8]] = []
        for (attribute, value) in zip(attributes, values) {
            guard !value.isAmbiguous else {
                throw .badRequest("the CloudEvent has more than one `\(attribute)`")
            }
            guard case .string(let bytes, hasLoneSurrogate: false) = value.content, !bytes.isEmpty else {
                throw .badRequest("the CloudEvent has no text at `\(attribute)`")
            }
            found.append(bytes)
        }
        guard let last = values.dropFirst(attributes.count).first, !last.isAmbiguous,
            case .string(let time, hasLoneSurrogate: false) = last.content
        else { return try name(found, time: nil) }
        return try name(found, time: time)
    }

    /// The identity is the source, a blank and the id: a source is a URI reference, in which no blank stands, so two
    /// pairs never become one identity.
    private static func name(_ attributes: [[UInt8]], time: [UInt8]?) throws(Problem) -> EventName {
        let (id, source, type) = (attributes[0], attributes[1], attributes[2])
        guard !source.contains(UInt8(ascii: " ")) else {
            throw .badRequest("the CloudEvent's source has a blank, which a URI reference cannot have")
        }
        return EventName(
            identity: try EventNaming.identity(source + [UInt8(ascii: " ")] + id), type: EventNaming.type(type),
            occurredAt: time.flatMap(SenderTime.read))
    }
}
