/// Gathers the layers from the strongest to the weakest: flags, environment, config file, defaults.
///
/// A value that stands in a file (`NAME_FILE`) is read only where no stronger layer sets the setting.
struct SettingsLayers {
    private(set) var layers: [SettingsLayer] = []
    private(set) var problems: [SettingsProblem] = []
    private let input: ConfigurationInput

    init(_ input: ConfigurationInput) {
        self.input = input
        addFlags()
        addEnvironment()
    }

    /// Adds the config file's `settings:` block.
    mutating func add(_ content: ConfigFileReader.Content) {
        add(content.settings, content.settingFiles) { SettingsLayer("file", $0) }
    }

    /// Adds the defaults.
    mutating func addDefaults() {
        let pairs = SettingDefinition.all.compactMap { definition in
            definition.defaultValue.map { text in
                (definition.name, SettingsLayer.Value(text: text, origin: .defaultValue))
            }
        }
        layers.append(SettingsLayer("defaults", Dictionary(pairs) { first, _ in first }))
    }

    private mutating func addFlags() {
        var values: [SettingName: SettingsLayer.Value] = [:]
        var files: [SettingName: SettingsLayer.Value] = [:]
        for definition in SettingDefinition.all {
            let name = definition.flagName
            if let text = input.flags[name] {
                values[definition.name] = SettingsLayer.Value(text: text, origin: .flag(name))
            }
            if let flag = definition.fileFlagName, let path = input.flags[flag] {
                files[definition.name] = SettingsLayer.Value(text: path, origin: .flag(flag))
            }
        }
        add(values, files) { SettingsLayer("flags", $0) }
    }

    private mutating func addEnvironment() {
        var values: [SettingName: SettingsLayer.Value] = [:]
        var files: [SettingName: SettingsLayer.Value] = [:]
        for definition in SettingDefinition.all {
            values[definition.name] = variable(definition.environmentName)
            if definition.hasFileForm { files[definition.name] = variable(definition.environmentName + "_FILE") }
        }
        add(values, files) { SettingsLayer(environment: $0) }
    }

    private func variable(_ name: String) -> SettingsLayer.Value? {
        guard let text = input.environment[name], !text.isEmpty else { return nil }
        return SettingsLayer.Value(text: text, origin: .environment(name))
    }

    private mutating func add(
        _ values: [SettingName: SettingsLayer.Value],
        _ files: [SettingName: SettingsLayer.Value],
        _ makeLayer: ([SettingName: SettingsLayer.Value]) -> SettingsLayer
    ) {
        var values = values
        for definition in SettingDefinition.all {
            guard let path = files[definition.name] else { continue }
            if let value = values[definition.name] {
                problems.append(
                    SettingsProblem(
                        definition.name, at: path.origin,
                        "\(definition.environmentName) is set here by a file and also as it is (\(value.origin)); "
                            + "leave one out"))
            } else if !layers.contains(where: { $0.values[definition.name] != nil }) {
                values[definition.name] = read(path, for: definition)
            }
        }
        layers.append(makeLayer(values))
    }

    private static func quoted(_ path: SettingsLayer.Value) -> String {
        if case .written(let written) = path.repeating { return DisplayText.quoted(written) }
        return DisplayText.quoted(path.text)
    }

    private mutating func read(
        _ path: SettingsLayer.Value,
        for definition: SettingDefinition
    ) -> SettingsLayer.Value? {
        let file = "the file \(Self.quoted(path)) for \(definition.environmentName)"
        do throws(BoundedFile.Fault) {
            let resolved = BoundedFile.resolve(path.text, in: input.workingDirectory)
            let text = try BoundedFile.value(at: resolved)
            if !text.isEmpty {
                return SettingsLayer.Value(text: text, origin: path.origin, repeating: .never)
            }
            problems.append(SettingsProblem(definition.name, at: path.origin, "\(file) is empty"))
        } catch {
            problems.append(
                SettingsProblem(definition.name, at: path.origin, "cannot read \(file): \(error.reason)"))
        }
        return nil
    }
}
