/// Finds and reads the config file that flags and environment ask for.
struct ConfigFileSource {
    /// The path as written.
    let path: String
    /// What the file says; nil when there is none or it cannot be read.
    private(set) var content: ConfigFileReader.Content?
    /// Why it cannot be read.
    private(set) var problems: [SettingsProblem] = []

    /// Reads the file that the layers name, or `lumbung.yaml` if it is there.
    init(_ input: ConfigurationInput, _ layers: SettingsLayers) {
        let chosen = SettingsReader(layers.layers).resolved.first { $0.definition.name == .configFile }
        path = chosen?.value ?? ConfigurationLoader.standardConfigFile
        // An empty path is the settings' own problem.
        guard !path.isEmpty else { return }
        let resolved = BoundedFile.resolve(path, in: input.workingDirectory)
        do throws(BoundedFile.Fault) {
            let text = try BoundedFile.text(at: resolved, limitBytes: YAMLDocument.maxBytes)
            content = ConfigFileReader.read(
                text, file: path, environment: input.environment, workingDirectory: input.workingDirectory)
        } catch {
            if error == .missing, chosen?.value == nil { return }
            let origin = chosen?.value == nil ? SettingOrigin.unreadableFile(path) : chosen?.origin ?? .defaultValue
            problems.append(
                SettingsProblem(
                    .configFile, at: origin,
                    "cannot read the config file \(DisplayText.quoted(path)): \(error.reason)"))
        }
    }
}
