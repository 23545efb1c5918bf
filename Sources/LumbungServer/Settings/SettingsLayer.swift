import Configuration

/// The settings that one origin gives, as a provider for the reader.
struct SettingsLayer: Sendable {
    /// One value of the layer.
    struct Value: Sendable {
        var text: String
        let origin: SettingOrigin
        var repeating = Repeating.asItIs

        /// How a problem may repeat the text.
        enum Repeating: Sendable, Equatable {
            /// The text itself.
            case asItIs
            /// As it was written before its variables were filled in.
            case written(String)
            /// Not at all: it stands in a file of its own, which is where secrets stand.
            case never
        }
    }

    /// What the reader calls the provider; its reports name the winner so.
    let providerName: String
    let provider: any ConfigProvider
    let values: [SettingName: Value]

    /// A layer whose values stand in memory under their file keys.
    init(_ name: String, _ values: [SettingName: Value]) {
        let pairs = values.map { name, value in
            let isSecret = SettingDefinition.of(name).isSecret
            return (AbsoluteConfigKey([name.fileKey]), ConfigValue(.string(value.text), isSecret: isSecret))
        }
        let provider = InMemoryProvider(name: name, values: Dictionary(pairs) { first, _ in first })
        self.init(provider, values)
    }

    /// A layer in the environment's own form.
    ///
    /// The provider looks names up without regard to case, so it is given the settings alone.
    init(environment values: [SettingName: Value]) {
        let pairs = values.map { ($0.key.rawValue, $0.value.text) }
        let secrets = Set(SettingDefinition.all.filter(\.isSecret).map(\.environmentName))
        let provider = EnvironmentVariablesProvider(
            environmentVariables: Dictionary(pairs) { first, _ in first },
            secretsSpecifier: .specific(secrets))
        self.init(provider, values)
    }

    private init(_ provider: some ConfigProvider, _ values: [SettingName: Value]) {
        self.provider = provider
        self.values = values
        providerName = provider.providerName
    }
}

extension SettingDefinition {
    /// The row of the setting.
    public static func of(_ name: SettingName) -> SettingDefinition {
        // The table has a row for every name; a test compares the two.
        all.first { $0.name == name } ?? all[0]
    }
}
