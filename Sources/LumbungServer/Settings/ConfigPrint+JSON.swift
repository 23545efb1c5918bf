import LumbungCore
import LumbungKit

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ConfigPrint {
    /// The same as ``table()`` for programs: one JSON object with sorted keys; ends with a line end.
    ///
    /// Durations are in milliseconds, as the keys say; what is not set is null. The test of a route's condition is text,
    /// as the file writes it.
    public func json() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // The document is made of text, whole numbers and truth values, which every encoder takes.
        guard let data = try? encoder.encode(Document(loaded)) else { return "{}\n" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

/// The JSON document.
private struct Document: Encodable {
    struct Setting: Encodable {
        let name: String
        let value: Nullable<String>
        let origin: String
        let secret: Bool
    }

    struct Source: Encodable {
        let name: String
        let preset: String
        let verify: [Check]
        let publicUrl: Nullable<String>
        let id: [String]
        let type: String
        let tenant: Nullable<String>
        let time: [String]
        let split: String
        let format: [String]
        let maxBodyBytes: Nullable<Int>
        let resendRevives: Bool
        let handshake: [String]
        let verifyToken: Nullable<String>
        let allow: [String]
        let token: Nullable<String>
        let rate: Nullable<String>
        let answerStatus: Int
        let onFailedCheck: String
        let quarantine: Nullable<Quarantine>
    }

    struct Quarantine: Encodable {
        let answer: Int
        let requests: Int
        let bytes: Int
        let lifetimeMs: Int64

        init(_ rule: QuarantineRule) {
            answer = rule.answerStatus
            requests = rule.limits.requests
            bytes = rule.limits.bytes
            lifetimeMs = rule.lifetime.wholeMilliseconds
        }
    }

    struct Check: Encodable {
        let scheme: String
        let secrets: Int
    }

    struct Condition: Encodable {
        let pointer: String
        let test: String
    }

    struct Route: Encodable {
        let from: [String]
        let type: [String]
        let tenant: [String]
        let when: [Condition]
        let to: [String]
    }

    let configFile: Nullable<String>
    let settings: [Setting]
    let sources: [Source]
    let destinations: [DestinationDocument]
    let routes: [Route]

    init(_ loaded: LoadedConfiguration) {
        configFile = Nullable(loaded.settings.configFile)
        settings = loaded.resolved.map { setting in
            let isFile = setting.definition.name == .configFile
            return Setting(
                name: setting.definition.environmentName,
                value: Nullable(isFile ? loaded.settings.configFile : setting.shownValue),
                origin: setting.origin.description, secret: setting.definition.isSecret)
        }
        sources = loaded.inbox.sources.map { source in
            Source(
                name: source.name, preset: source.preset,
                verify: source.verification.map { Check(scheme: "\($0.rule)", secrets: $0.secrets.count) },
                publicUrl: Nullable(source.publicURL), id: source.identity.map(\.description),
                type: source.type.description, tenant: Nullable(source.tenant?.description),
                time: source.time.map(\.description),
                split: source.split.description, format: source.formats.map(\.rawValue),
                maxBodyBytes: Nullable(source.maxBodyBytes), resendRevives: source.resendRevives,
                handshake: source.handshakes.map(\.rawValue),
                verifyToken: Nullable(source.verifyToken?.description),
                allow: source.allow.map(\.description), token: Nullable(source.token?.description),
                rate: Nullable(source.rate?.description), answerStatus: source.answerStatus,
                onFailedCheck: source.quarantine == nil ? "refuse" : "quarantine",
                quarantine: Nullable(source.quarantine.map(Quarantine.init)))
        }
        destinations = loaded.inbox.destinations.map(DestinationDocument.init)
        routes = loaded.inbox.routes.map { route in
            Route(
                from: route.sources, type: route.types.map(\.text), tenant: route.tenants.map(\.text),
                when: route.conditions.map { Condition(pointer: $0.value.pointer.description, test: $0.text) },
                to: route.destinations)
        }
    }
}

/// A value that is written as null, not left out, when it is nil.
struct Nullable<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value {
            try container.encode(value)
        } else {
            try container.encodeNil()
        }
    }
}
