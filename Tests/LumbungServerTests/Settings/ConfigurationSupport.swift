import Testing

@testable import LumbungServer

/// Loads from a folder of its own with the given config file.
func load(
    flags: [String: String] = [:],
    environment: [String: String] = [:],
    yaml: String? = nil,
    files: [String: String] = [:]
) throws -> Result<LoadedConfiguration, InvalidConfiguration> {
    let folder = try TemporaryFolder()
    if let yaml { try folder.write(yaml) }
    for (name, text) in files { try folder.write(text, to: name) }
    let input = ConfigurationInput(flags: flags, environment: environment, workingDirectory: folder.path)
    do throws(InvalidConfiguration) {
        return .success(try ConfigurationLoader.load(input))
    } catch {
        return .failure(error)
    }
}

/// The lines with which the configuration is refused; empty when it is accepted.
func problemLines(
    flags: [String: String] = [:],
    environment: [String: String] = [:],
    yaml: String? = nil,
    files: [String: String] = [:]
) throws -> [String] {
    switch try load(flags: flags, environment: environment, yaml: yaml, files: files) {
    case .success: []
    case .failure(let error): error.lines
    }
}
