/// A checked configuration: what the server starts with.
public struct LoadedConfiguration: Sendable {
    /// The settings in force.
    public let settings: Settings
    /// The sources, destinations and routes in force.
    public let inbox: InboxConfiguration
    /// Every setting with its origin, in the order of ``SettingDefinition/all``.
    public let resolved: [ResolvedSetting]
    /// What can be used and hardly is what was meant.
    let warnings: [SettingsProblem]
    /// What it was read from, to be read anew at a reload; it holds the environment with its secrets.
    let input: ConfigurationInput
}

extension LoadedConfiguration: CustomReflectable {
    /// Without the input, so that `dump` shows no secret.
    public var customMirror: Mirror {
        Mirror(self, children: ["settings": settings, "inbox": inbox, "resolved": resolved])
    }
}
