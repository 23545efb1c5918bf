/// Reads the text of a config file (contract, section 2).
struct ConfigFileReader {
    /// What a file says.
    struct Content: Sendable {
        /// The `settings:` block.
        var settings: [SettingName: SettingsLayer.Value] = [:]
        /// Settings whose value stands in a file, by `name_file` keys.
        var settingFiles: [SettingName: SettingsLayer.Value] = [:]
        /// Sources, destinations and routes.
        var inbox = InboxConfiguration.builtIn
        /// What is wrong, from top to bottom; when there is anything, the rest is not to be used.
        var problems: [SettingsProblem] = []
        /// What can be used and hardly is what was meant.
        var warnings: [SettingsProblem] = []
    }

    /// Reads the text.
    ///
    /// - Parameters:
    ///   - text: The YAML.
    ///   - file: What places call the file.
    ///   - environment: Where `${NAME}` is looked up.
    ///   - workingDirectory: Where the relative paths that the file names start.
    static func read(
        _ text: String,
        file: String,
        environment: [String: String],
        workingDirectory: String = "."
    ) -> Content {
        var problems = ProblemList()
        var content = Content()
        if let root = YAMLDocument.root(of: text, file: file, environment: environment, &problems) {
            read(root, workingDirectory, into: &content, &problems)
        }
        content.problems = problems.sorted
        content.warnings = problems.warnings
        return content
    }

    private static func read(
        _ root: LocatedNode,
        _ workingDirectory: String,
        into content: inout Content,
        _ problems: inout ProblemList
    ) {
        if case .nothing = root.content { return }
        let sections = ["settings", "security", "sources", "destinations", "routes"]
        guard let top = MappingReader(root, name: root.location.file, keys: sections, &problems) else { return }
        if let settings = top["settings"] {
            SettingsBlockReader.read(settings.value, into: &content, &problems)
        }
        content.inbox = InboxReader.read(top, workingDirectory: workingDirectory, &problems)
    }
}
