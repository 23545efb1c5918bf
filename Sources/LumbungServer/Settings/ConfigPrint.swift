import LumbungCore
import LumbungKit

/// Renders the configuration in force for `lumbung config print`, secrets masked.
public struct ConfigPrint: Sendable {
    let loaded: LoadedConfiguration

    /// Takes the configuration to render.
    public init(_ loaded: LoadedConfiguration) {
        self.loaded = loaded
    }

    /// Tables for a person: settings with their origin, sources, destinations, routes; ends with a line end.
    public func table() -> String {
        let inbox = loaded.inbox
        let settings = loaded.resolved.map { [$0.definition.environmentName, shownValue($0), $0.origin.description] }
        let sources = inbox.sources.map(\.shownRow)
        let routes = inbox.routes.map { route in
            let patterns = [route.types, route.tenants].map { $0.map(\.text).joined(separator: ", ") }
            let conditions = route.conditions.map { "\($0.value.pointer): \($0.text)" }
            return [
                route.sources.joined(separator: ", "),
                patterns[0].isEmpty ? "-" : patterns[0], patterns[1].isEmpty ? "-" : patterns[1],
                conditions.isEmpty ? "-" : conditions.joined(separator: ", "),
                route.destinations.joined(separator: ", "),
            ]
        }
        return [
            TextTable(["NAME", "VALUE", "ORIGIN"], settings),
            TextTable(
                [
                    "SOURCE", "PRESET", "VERIFY", "ID", "TYPE", "TENANT", "TIME", "SPLIT", "FORMAT", "MAX BODY BYTES",
                    "RESEND REVIVES", "ALLOW", "TOKEN", "RATE", "ANSWER", "FAILED CHECK", "HANDSHAKE",
                ], sources),
            destinationTable(),
            TextTable(["FROM", "TYPE", "TENANT", "WHEN", "TO"], routes),
        ].map { $0.rendered() }.joined(separator: "\n")
    }

    private func shownValue(_ setting: ResolvedSetting) -> String {
        if setting.definition.name == .configFile { return loaded.settings.configFile ?? "-" }
        return setting.shownValue ?? "-"
    }
}

extension SourceConfiguration {
    /// Its line of the table.
    fileprivate var shownRow: [String] {
        [name, preset, shownChecks.joined(separator: ", ")] + shownContent + [
            maxBodyBytes.map(String.init) ?? "-", resendRevives ? "yes" : "no",
            allow.isEmpty ? "-" : String(allow.count), token?.description ?? "-", rate?.description ?? "-",
            String(answerStatus), shownFailedCheck, shownHandshakes.joined(separator: ", "),
        ]
    }

    /// What is an event, and what names it.
    private var shownContent: [String] {
        [
            identity.map(\.description).joined(separator: ", "), type.description, tenant?.description ?? "-",
            time.isEmpty ? "-" : time.map(\.description).joined(separator: ", "),
            split == .root ? "-" : split.description, formats.map(\.rawValue).joined(separator: ", "),
        ]
    }

    /// The checks of requests, each with how many secrets are live; what they are is never shown.
    fileprivate var shownChecks: [String] {
        verification.map { check in
            check.secrets.isEmpty ? "\(check.rule)" : "\(check.rule) (\(check.secrets.count))"
        }
    }

    /// What becomes of a request whose check fails.
    fileprivate var shownFailedCheck: String {
        quarantine.map { "quarantine, answered \($0.answerStatus)" } ?? "refuse"
    }

    /// The handshakes in words, with the token's mask where there is one; `-` when there is none.
    fileprivate var shownHandshakes: [String] {
        let words = handshakes.map(\.rawValue) + (verifyToken.map { ["verify_token \($0)"] } ?? [])
        return words.isEmpty ? ["-"] : words
    }
}
