/// What `lumbung config check [FILE]` finds.
public struct ConfigCheck: Sendable {
    /// Every problem; empty when the configuration can be used.
    public let problems: [SettingsProblem]
    /// What can be used and hardly is what was meant; told with a valid configuration only.
    public let warnings: [SettingsProblem]
    private let summary: String

    /// Whether the server would start with the configuration (exit code 0, else 78).
    public var isValid: Bool { problems.isEmpty }

    /// One line a problem, or one line a warning and one that sums the configuration up; ends with a line end.
    public var rendered: String {
        let lines = problems.isEmpty ? warnings.map(\.description) + [summary] : problems.map(\.description)
        return lines.joined(separator: "\n") + "\n"
    }

    /// Checks what the server would start with.
    ///
    /// - Parameters:
    ///   - input: As for a start.
    ///   - file: The config file to check in place of the one that `input` asks for; nil for that one.
    public static func run(_ input: ConfigurationInput, file: String? = nil) -> ConfigCheck {
        var input = input
        if let file { input.flags[SettingName.configFile.flagName] = file }
        do throws(InvalidConfiguration) {
            let loaded = try ConfigurationLoader.load(input)
            return ConfigCheck(problems: [], warnings: loaded.warnings, summary: summary(of: loaded))
        } catch {
            return ConfigCheck(problems: error.problems, warnings: [], summary: "")
        }
    }

    private static func summary(of loaded: LoadedConfiguration) -> String {
        let inbox = loaded.inbox
        let parts = [
            count(inbox.sources.count, "source"), count(inbox.destinations.count, "destination"),
            count(inbox.routes.count, "route"),
        ]
        let file = loaded.settings.configFile.map { DisplayText.escaped($0) } ?? "no config file"
        return "\(file): OK, " + parts.joined(separator: ", ")
    }

    private static func count(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
