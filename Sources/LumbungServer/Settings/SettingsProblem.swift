/// One reason why the configuration is refused.
public struct SettingsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting it is about; nil for the rest of the config file.
    public let setting: SettingName?
    /// Where the refused value was set.
    public let origin: SettingOrigin
    /// What is wrong and what is allowed, with secrets masked.
    public let message: String

    init(_ setting: SettingName? = nil, at origin: SettingOrigin, _ message: String) {
        self.setting = setting
        self.origin = origin
        self.message = message
    }

    /// The whole line, `lumbung.yaml:3:9: …` or `environment PORT: …`, without raw control characters.
    public var description: String { DisplayText.escaped("\(origin): \(message)") }
}

/// The configuration cannot be used; every reason is listed.
public struct InvalidConfiguration: Error, Sendable, CustomStringConvertible {
    /// Every reason found: first flags and environment in the order of the settings, then the file from top to bottom.
    public let problems: [SettingsProblem]

    /// One line a problem.
    public var lines: [String] { problems.map(\.description) }

    /// The lines, joined.
    public var description: String { lines.joined(separator: "\n") }
}
