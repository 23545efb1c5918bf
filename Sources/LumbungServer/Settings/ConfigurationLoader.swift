/// Reads flags, environment and config file into one checked configuration.
public enum ConfigurationLoader {
    /// The config file that is read when `CONFIG_FILE` names none and it is there.
    public static let standardConfigFile = "lumbung.yaml"

    /// Reads everything anew; files are read, nothing is written.
    ///
    /// - Throws: ``InvalidConfiguration`` with every problem found, for an exit with code 78 (`EX_CONFIG` of
    ///   `sysexits.h`) at a start, and for a report at a reload.
    public static func load(_ input: ConfigurationInput) throws(InvalidConfiguration) -> LoadedConfiguration {
        var layers = SettingsLayers(input)
        let file = ConfigFileSource(input, layers)
        let content = file.content ?? ConfigFileReader.Content()
        layers.add(content)
        layers.addDefaults()
        var reader = SettingsReader(layers.layers)
        let settings = reader.read(configFile: file.content == nil ? nil : file.path)
        let settingsProblems = layers.problems + reader.problems
        let problems = ordered(settingsProblems, file.problems + content.problems)
        guard problems.isEmpty else { throw InvalidConfiguration(problems: problems) }
        return LoadedConfiguration(
            settings: settings, inbox: content.inbox, resolved: reader.resolved,
            warnings: content.warnings, input: input)
    }

    /// Flags and environment first, then the file's problems by their place.
    private static func ordered(_ settings: [SettingsProblem], _ file: [SettingsProblem]) -> [SettingsProblem] {
        var outside: [SettingsProblem] = []
        var inside = ProblemList()
        for problem in settings + file {
            if case .file = problem.origin {
                inside.add(problem)
            } else {
                outside.append(problem)
            }
        }
        return outside + inside.sorted
    }
}
