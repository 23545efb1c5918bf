import Testing

@testable import LumbungServer

/// Reads YAML that is expected to be fit.
func inbox(_ yaml: String, environment: [String: String] = [:]) -> InboxConfiguration {
    let content = ConfigFileReader.read(yaml, file: "f", environment: environment)
    #expect(content.problems.isEmpty, "\(content.problems)")
    return content.inbox
}

/// The problems of YAML, as lines.
func problems(_ yaml: String, environment: [String: String] = [:]) -> [String] {
    ConfigFileReader.read(yaml, file: "f", environment: environment).problems.map(\.description)
}
