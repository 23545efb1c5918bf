/// A checked configuration: what the server starts with.
public struct LoadedConfiguration: Sendable {
    /// The settings in force.
    public let settings: Settings
    /// The sources, destinations and routes in force.
    public let inbox: InboxConfiguration
    /// Every setting with its origin, in the order of ``SettingDefinition/all``.
    public let resolved: [ResolvedSetting]
}
