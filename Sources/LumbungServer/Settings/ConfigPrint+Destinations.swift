import LumbungCore

extension ConfigPrint {
    /// The destinations, one line each; what has no column of its own stands in the last one.
    func destinationTable() -> TextTable {
        TextTable(
            ["DESTINATION", "KIND", "CONCURRENCY", "RATE", "RETRY", "DETAILS"],
            loaded.inbox.destinations.map(Self.row))
    }

    private static func row(_ destination: DestinationConfiguration) -> [String] {
        let retry = destination.retry
        let waits = "\(DurationText.describe(retry.firstWait))..\(DurationText.describe(retry.longestWait))"
        let details = details(destination)
        return [
            destination.name, destination.kind.name, destination.concurrency.map(String.init) ?? "-",
            destination.rate?.description ?? "-", "\(retry.attempts) x \(waits)",
            details.isEmpty ? "-" : details.joined(separator: "; "),
        ]
    }

    private static func details(_ destination: DestinationConfiguration) -> [String] {
        var details = destination.isPaused ? ["paused"] : []
        switch destination.kind {
        case .log: break
        case .http(let http): details += self.details(http)
        case .command(let command): details += self.details(command)
        }
        if !destination.permanent.isEmpty {
            details.append("gives up on " + destination.permanent.map(String.init).joined(separator: ", "))
        }
        if let order = destination.order {
            let onDead = order.deadBlocks ? "a dead event blocks" : "a dead event is skipped"
            details.append("ordered by \(order.key), \(onDead)")
        }
        return details
    }

    private static func details(_ http: HTTPDestinationConfiguration) -> [String] {
        var details = [http.shownURL, "timeout \(DurationText.describe(http.timeout))"]
        if http.allowPrivate { details.append("private addresses allowed") }
        if !http.secrets.isEmpty {
            details.append("signed with \(http.secrets.count) secret\(http.secrets.count == 1 ? "" : "s")")
        }
        if let resign = http.resign { details.append("signed anew as \(resign.preset)") }
        details += DestinationReader.fileKeys.compactMap { key in http.writtenFiles[key].map { "\(key) \($0)" } }
        return details + http.headers.map { "\($0.name): \($0.value)" }
    }

    private static func details(_ command: CommandDestinationConfiguration) -> [String] {
        var details = [command.shownArguments.map(shown).joined(separator: " ")]
        details.append("timeout \(DurationText.describe(command.timeout))")
        if let directory = command.shownDirectory { details.append("in \(shown(directory))") }
        return details + command.environment.map { "\($0.name)=\($0.value)" }
    }

    /// An argument, between quotation marks when it could be read as several or as something else.
    private static func shown(_ argument: String) -> String {
        let isPlain = !argument.isEmpty && !argument.contains { $0.isWhitespace || "\"';".contains($0) }
        return isPlain ? argument : "\"" + argument + "\""
    }
}

extension DestinationKind {
    /// The kind's name in outputs.
    var name: String {
        switch self {
        case .log: "log"
        case .http: "http"
        case .command: "command"
        }
    }
}
