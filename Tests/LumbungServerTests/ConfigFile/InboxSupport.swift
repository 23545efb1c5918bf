import Testing

@testable import LumbungServer

/// Reads YAML that is expected to be fit.
func inbox(
    _ yaml: String, environment: [String: String] = [:], workingDirectory: String = "."
) -> InboxConfiguration {
    let content = ConfigFileReader.read(
        yaml, file: "f", environment: environment, workingDirectory: workingDirectory)
    #expect(content.problems.isEmpty, "\(content.problems)")
    return content.inbox
}

/// The problems of YAML, as lines.
func problems(
    _ yaml: String, environment: [String: String] = [:], workingDirectory: String = "."
) -> [String] {
    ConfigFileReader.read(yaml, file: "f", environment: environment, workingDirectory: workingDirectory)
        .problems.map(\.description)
}

/// The problems of one destination, `app`, whose value stands on line 3 from column 5.
func destinationProblems(
    _ value: String, environment: [String: String] = [:], workingDirectory: String = "."
) -> String {
    problems(
        "destinations:\n  app:\n    \(value)\n", environment: environment, workingDirectory: workingDirectory
    ).joined(separator: "\n")
}

/// The `http` destination that YAML describes first.
func firstHTTP(
    _ yaml: String, environment: [String: String] = [:], workingDirectory: String = "."
) -> HTTPDestinationConfiguration? {
    let inbox = inbox(yaml, environment: environment, workingDirectory: workingDirectory)
    return if case .http(let http) = inbox.destinations.first?.kind { http } else { nil }
}

/// The `command` destination that YAML describes first.
func firstCommand(_ yaml: String, environment: [String: String] = [:]) -> CommandDestinationConfiguration? {
    let inbox = inbox(yaml, environment: environment)
    return if case .command(let command) = inbox.destinations.first?.kind { command } else { nil }
}
