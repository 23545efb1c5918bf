import LumbungCore
import LumbungKit
import LumbungSignatures

/// A request as a source's sender would post it, with a fresh identity and signed.
struct SampleRequest {
    let source: SourceConfiguration
    let preset: Preset
    private let signer: RequestSigner

    /// Takes a source as it is configured, or a preset with the secret of its example.
    /// - Throws: ``ServerFailure`` when nobody but the sender can sign.
    init(_ source: SourceConfiguration) throws(ServerFailure) {
        guard let preset = PresetCatalog.all[source.preset] else {
            throw ServerFailure("there is no preset \(source.preset)")
        }
        self.source = source
        self.preset = preset
        do throws(VerifierError) {
            signer = try RequestSigner(source.verification.map(\.keyed))
        } catch {
            throw ServerFailure("a sample for the source \(source.name) cannot be signed: \(error)")
        }
    }

    /// The signed request.
    /// - Parameters:
    ///   - given: The body; nil for the preset's example with a fresh identity.
    ///   - unique: What no other sample has.
    ///   - url: The URL that is called.
    func make(given: [UInt8]?, unique: String, url: String, now: Timestamp) throws(ServerFailure) -> SignedRequest {
        var received = IngestRequest(
            source: source.name, headers: preset.exampleHeaders.map { .init(name: $0.name, value: $0.value) },
            body: given ?? body(now: now), receivedAt: now)
        received.target = Self.target(of: url)
        var request = try Wiring.source(source).signed(received)
        if request.url == nil { request.url = url }
        if given == nil { makeFresh(&request, unique) }
        do throws(VerificationFailure) {
            return try signer.sign(request, now: now, id: "sample-" + unique)
        } catch {
            throw ServerFailure("the sample cannot be signed: \(error)")
        }
    }

    private func body(now: Timestamp) -> [UInt8] {
        preset.name == "accurate"
            ? SamplePayload.accurate(uuid: "test-accurate-1", now: now) : preset.exampleBody ?? Array("{}".utf8)
    }

    /// Puts a fresh value where the identity stands.
    private func makeFresh(_ request: inout SignedRequest, _ unique: String) {
        for place in places {
            switch place {
            case .header(let name):
                request.headers.removeAll { $0.name.lowercased() == name.lowercased() }
                request.headers.append((name, unique))
                return
            case .json(let pointer):
                if replace(pointer, in: &request.body, unique) { return }
            case .form(let name):
                if let range = request.body.firstRange(of: Array("\(name)=".utf8)) {
                    let end = request.body[range.upperBound...].firstIndex(of: UInt8(ascii: "&"))
                    request.body.replaceSubrange(
                        range.upperBound..<(end ?? request.body.endIndex), with: Array(unique.utf8))
                    return
                }
            }
        }
        // Nothing names it but its bytes.
        let events = try? JSONScanner.scan(request.body, plan: ScanPlan(split: source.split, pointers: []))
        let first = events?.elements.first?.range.lowerBound ?? 0
        if let brace = request.body[first...].firstIndex(of: UInt8(ascii: "{")) {
            request.body.insert(contentsOf: Array("\"sample\":\"\(unique)\",".utf8), at: brace + 1)
        }
    }

    /// The places of the first rule that has any.
    private var places: [ValuePlace] {
        // The format names its events itself, by source and id.
        if source.formats == [.cloudEvents] { return [.json(JSONPointer(key: "id"))] }
        return source.identity.flatMap { rule -> [ValuePlace] in
            switch rule {
            case .json(let pointer): [.json(pointer)]
            case .header(let name): [.header(name)]
            case .form(let name): [.form(name)]
            case .template(let template):
                template.parts.compactMap { if case .place(let place, isOptional: false) = $0 { place } else { nil } }
            case .sha256, .arrival: []
            }
        }
    }

    private func replace(_ pointer: JSONPointer, in body: inout [UInt8], _ unique: String) -> Bool {
        let plan = ScanPlan(split: source.split, pointers: [pointer])
        guard let value = try? JSONScanner.scan(body, plan: plan).elements.first?.values.first else { return false }
        switch value.content {
        case .string(let text, _):
            guard let range = body.firstRange(of: Array("\"".utf8) + text + Array("\"".utf8)) else { return false }
            body.replaceSubrange(range, with: Array("\"\(unique)\"".utf8))
        case .number(let digits):
            let number = String(unique.utf8.reduce(UInt64(7)) { ($0 &* 31 &+ UInt64($1)) % 1_000_000_000_000 })
            guard let range = body.firstRange(of: Array(":".utf8) + digits) else { return false }
            body.replaceSubrange(range, with: Array((":" + number).utf8))
        default: return false
        }
        return true
    }

    private static func target(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count == 4 ? "/" + parts[3] : "/"
    }
}

extension Preset {
    /// The headers of its example; JSON's content type when there is none.
    var exampleHeaders: [(name: String, value: String)] {
        guard case .mapping(let entries)? = example("headers")?.content else {
            return [("content-type", "application/json")]
        }
        return entries.compactMap { entry in
            if case .scalar(let scalar) = entry.value.content { (entry.key, scalar.text) } else { nil }
        }
    }

    /// The body of its example.
    var exampleBody: [UInt8]? {
        if case .scalar(let scalar)? = example("body")?.content { Array(scalar.text.utf8) } else { nil }
    }

    /// The secret of its example.
    var exampleSecret: String? {
        if case .scalar(let scalar)? = example("secret")?.content { scalar.text } else { nil }
    }

    private func example(_ key: String) -> LocatedNode? {
        guard case .mapping(let entries)? = about.first(where: { $0.key == "example" })?.value.content else {
            return nil
        }
        return entries.first { $0.key == key }?.value
    }
}
