import Crypto
import LumbungCore

/// A source made ready for its requests: the values to look for, and how they become identity, type and destinations.
///
/// Pure: bytes in, events or a problem out.
struct IntakePlan: Sendable {
    let source: Source
    private let routes: RouteTable
    /// Where the values that the routes ask about begin among the scanned ones.
    private let firstRouteValue: Int
    private let scan: ScanPlan
    private let identity: [Step]
    private let type: TypeStep

    private enum Step: Sendable {
        case value(Int)
        case header(String)
        case sha256
    }

    private enum TypeStep: Sendable {
        case value(Int)
        case header(String)
        case text(String)
    }

    init(source: Source, routes: RouteTable) {
        self.source = source
        self.routes = routes
        var pointers: [JSONPointer] = []
        identity =
            source.identity.map { rule in
                switch rule {
                case .json(let pointer):
                    pointers.append(pointer)
                    return .value(pointers.count - 1)
                case .header(let name): return .header(name)
                case .sha256: return .sha256
                }
            } + [.sha256]
        switch source.type {
        case .json(let pointer):
            pointers.append(pointer)
            type = .value(pointers.count - 1)
        case .header(let name): type = .header(name)
        case .text(let text): type = .text(text)
        }
        firstRouteValue = pointers.count
        scan = ScanPlan(pointers: pointers + routes.pointers)
    }

    /// Reads the events out of a request.
    /// - Throws: ``Problem`` with status 400.
    func events(in request: IngestRequest) throws(Problem) -> [NewEvent] {
        let body: ScannedBody
        do throws(ScanError) {
            body = try JSONScanner.scan(request.body, plan: scan)
        } catch {
            throw .badRequest(error.description + Self.encodingHint(request))
        }
        let headers = KeptHeaders.json(request.headers)
        var events: [NewEvent] = []
        events.reserveCapacity(body.elements.count)
        for (index, element) in body.elements.enumerated() {
            let isWhole = element.range.count == request.body.count
            let payload = isWhole ? request.body : Array(request.body[element.range])
            let digest = Array(SHA256.hash(data: payload))
            let place = body.shape == .array ? "event \(index + 1): " : ""
            let identity = try identity(
                of: element, digest: digest, request: request, isOnly: body.elements.count == 1, place: place)
            let type = type(of: element, header: request.header)
            let values = element.values[firstRouteValue...]
            let destinations = routes.destinations(type: type, values: values)
            events.append(
                NewEvent(
                    source: source.name,
                    identity: identity,
                    type: type,
                    content: EventContent(payload: payload, digest: digest, headers: headers),
                    receivedAt: request.receivedAt,
                    routing: EventRouting(
                        destinations: destinations, orderKeys: routes.orderKeys(of: destinations, values: values),
                        resendRevives: source.resendRevives)
                ))
        }
        return events
    }

    /// Where a stored event goes by this source's rules and routes, sorted, each once.
    ///
    /// Its type is found again in payload and kept headers; the stored one stands in for a header that was not kept.
    /// - Returns: Nil when the stored payload is no longer one JSON object.
    func destinations(of event: LeasedEvent) -> [DestinationID]? {
        guard let body = try? JSONScanner.scan(event.payload, plan: scan), body.shape == .object,
            let element = body.elements.first
        else { return nil }
        let type = type(of: element) { event.keptHeader($0) ?? event.type }
        return routes.destinations(type: type, values: element.values[firstRouteValue...])
    }

    /// Why a body cannot be read that is JSON to its sender.
    private static func encodingHint(_ request: IngestRequest) -> String {
        guard let encoding = request.header("content-encoding"), encoding.lowercased() != "identity" else { return "" }
        return "; the body has a Content-Encoding, which is not decoded here: send it as it is"
    }

    private func identity(
        of element: ScannedElement, digest: [UInt8], request: IngestRequest, isOnly: Bool, place: String
    ) throws(Problem) -> String {
        for step in identity {
            switch step {
            case .value(let index):
                if let found = try text(element.values[index], place: place) { return found }
            case .header(let name):
                guard isOnly, let value = request.header(name), !value.isEmpty else { continue }
                guard request.hasOneValue(of: name) else {
                    throw .badRequest(place + "the identity is named twice (the header \(name) came more than once)")
                }
                // What is no UTF-8 reaches this point with this character in its place: two such values look the same.
                guard !value.unicodeScalars.contains("\u{FFFD}") else {
                    throw .badRequest(place + "the identity in the header \(name) is not UTF-8")
                }
                return try checked(Array(value.utf8), place: place)
            case .sha256:
                return "sha256:" + Hex.text(digest)
            }
        }
        return "sha256:" + Hex.text(digest)
    }

    /// The identity in a value of the payload; nil when there is none.
    private func text(_ value: ScannedValue, place: String) throws(Problem) -> String? {
        guard !value.isAmbiguous else {
            throw .badRequest(place + "the identity is named twice (a key occurs more than once)")
        }
        switch value.content {
        case .string(let bytes, let hasLoneSurrogate):
            guard !hasLoneSurrogate else {
                throw .badRequest(place + "the identity has a lone surrogate escape, which is no character")
            }
            return bytes.isEmpty ? nil : try checked(bytes, place: place)
        case .number(let digits):
            return try checked(digits, place: place)
        case .absent, .null, .bool, .object, .array:
            return nil
        }
    }

    private func checked(_ bytes: [UInt8], place: String) throws(Problem) -> String {
        guard bytes.count <= IdentityRule.longestBytes else {
            throw .badRequest(
                place + "the identity has \(bytes.count) bytes; at most \(IdentityRule.longestBytes) are allowed")
        }
        guard !ControlCharacters.occur(in: bytes) else {
            throw .badRequest(place + "the identity contains a control character")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The event's type; empty when there is none, when it is unusable, and when its key occurs more than once, so
    /// that no route takes an event for a type that its destination may read differently.
    private func type(of element: ScannedElement, header: (String) -> String?) -> String {
        let bytes: [UInt8]
        switch type {
        case .text(let text): return text
        case .header(let name): bytes = Array((header(name) ?? "").utf8)
        case .value(let index):
            let value = element.values[index]
            switch value.content {
            case _ where value.isAmbiguous: bytes = []
            case .string(let text, hasLoneSurrogate: false): bytes = text
            case .number(let digits): bytes = digits
            case .string, .absent, .null, .bool, .object, .array: bytes = []
            }
        }
        let isUsable = bytes.count <= TypeRule.longestBytes && !ControlCharacters.occur(in: bytes)
        return isUsable ? String(decoding: bytes, as: UTF8.self) : ""
    }
}

/// The characters that no identity and no type may have: C0, DEL, and C1 in its UTF-8 form.
enum ControlCharacters {
    static func occur(in bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F { return true }
            if previous == 0xC2 && (0x80...0x9F).contains(byte) { return true }
            previous = byte
        }
        return false
    }
}

/// Lower-case hexadecimal text.
enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
