/// The text that won for one setting, and where it was set.
public struct ResolvedSetting: Sendable {
    /// The setting.
    public let definition: SettingDefinition
    /// Where the text was set.
    public let origin: SettingOrigin
    /// The text, secrets in the clear; nil when nothing is set and there is no default.
    let value: String?
    /// How a problem may repeat the text.
    let repeating: SettingsLayer.Value.Repeating

    /// The text as an output may show it, secrets masked; nil when nothing is set.
    public var shownValue: String? { value.map(definition.shown) }
}

extension ResolvedSetting: CustomStringConvertible, CustomReflectable {
    /// Name, masked value and origin.
    public var description: String { "\(definition.environmentName)=\(shownValue ?? "") (\(origin))" }

    /// The masked value alone, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
