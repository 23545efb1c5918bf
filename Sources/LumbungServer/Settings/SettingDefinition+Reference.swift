extension SettingDefinition {
    /// The whole table in Markdown, for the documentation: name, flag, file key, default, allowed, meaning.
    public static var markdownTable: String {
        let heading = ["environment", "flag", "`settings:` key", "default", "allowed", "meaning"]
        let rows = all.map { definition in
            [
                "`\(definition.environmentName)`", "`--\(definition.flagName)`", "`\(definition.fileKey)`",
                definition.defaultValue.map { "`\($0)`" } ?? "none",
                definition.isSupported ? definition.allowed : "refused in this version", definition.meaning,
            ]
        }
        let rule = heading.map { _ in "---" }
        return ([heading, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
