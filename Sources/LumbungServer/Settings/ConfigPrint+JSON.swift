import LumbungCore

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
        let id: [String]
        let type: String
        let maxBodyBytes: Nullable<Int>
        let resendRevives: Bool
    }

    struct Retry: Encodable {
        let attempts: Int
        let firstMs: Int
        let longestMs: Int
    }

    struct Header: Encodable {
        let name: String
        let value: String
    }

    struct Destination: Encodable {
        let name: String
        let kind: String
        let url: Nullable<String>
        let headers: [Header]
        let timeoutMs: Nullable<Int>
        let allowPrivate: Nullable<Bool>
        let concurrency: Nullable<Int>
        let paused: Bool
        let retry: Retry
    }

    struct Condition: Encodable {
        let pointer: String
        let test: String
    }

    struct Route: Encodable {
        let from: [String]
        let type: [String]
        let when: [Condition]
        let to: [String]
    }

    let configFile: Nullable<String>
    let settings: [Setting]
    let sources: [Source]
    let destinations: [Destination]
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
                name: source.name, id: source.identity.map(\.description), type: source.type.description,
                maxBodyBytes: Nullable(source.maxBodyBytes), resendRevives: source.resendRevives)
        }
        destinations = loaded.inbox.destinations.map(Self.destination)
        routes = loaded.inbox.routes.map { route in
            Route(
                from: route.sources, type: route.types.map(\.text),
                when: route.conditions.map { Condition(pointer: $0.value.pointer.description, test: $0.text) },
                to: route.destinations)
        }
    }

    private static func destination(_ destination: DestinationConfiguration) -> Destination {
        let http: HTTPDestinationConfiguration? =
            if case .http(let http) = destination.kind { http } else { nil }
        return Destination(
            name: destination.name,
            kind: http == nil ? "log" : "http",
            url: Nullable(http.map { $0.shownURL }),
            headers: http?.headers.map { Header(name: $0.name, value: $0.value.description) } ?? [],
            timeoutMs: Nullable(http.map { milliseconds($0.timeout) }),
            allowPrivate: Nullable(http?.allowPrivate),
            concurrency: Nullable(destination.concurrency),
            paused: destination.isPaused,
            retry: Retry(
                attempts: destination.retry.attempts,
                firstMs: milliseconds(destination.retry.firstWait),
                longestMs: milliseconds(destination.retry.longestWait)))
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

/// A value that is written as null, not left out, when it is nil.
private struct Nullable<Value: Encodable>: Encodable {
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
