/// Everything the configuration is read from; the process's own state is never consulted.
public struct ConfigurationInput: Sendable {
    /// The flags given, by name without the two hyphens.
    public var flags: [String: String]
    /// The environment, where a variable that is there but empty counts as unset.
    public var environment: [String: String]
    /// Where relative paths start.
    public var workingDirectory: String

    /// Gathers the input.
    ///
    /// - Parameters:
    ///   - flags: Names as ``SettingDefinition/flagName`` and ``SettingDefinition/fileFlagName`` give them; others are
    ///     the command line's matter and ignored here.
    ///   - environment: The process's environment. Variables that are no setting serve `${NAME}` in the config file.
    ///   - workingDirectory: Where relative paths start.
    public init(flags: [String: String] = [:], environment: [String: String], workingDirectory: String = ".") {
        self.flags = flags
        self.environment = environment
        self.workingDirectory = workingDirectory
    }
}
