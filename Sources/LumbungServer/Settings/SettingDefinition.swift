/// One row of the table of settings: reading, checking, help and documentation all come from it.
public struct SettingDefinition: Sendable {
    /// The setting that the row is about.
    public let name: SettingName
    /// The value that holds when nobody sets another; nil for none.
    public let defaultValue: String?
    /// One line for the help text.
    public let meaning: String
    /// Whether the value is hidden in every output.
    public let isSecret: Bool
    /// What a value must look like.
    let rule: SettingRule
    /// Words behind the rule's own, or nil.
    let note: String?

    init(
        _ name: SettingName,
        default defaultValue: String? = nil,
        _ rule: SettingRule,
        note: String? = nil,
        isSecret: Bool = false,
        meaning: String
    ) {
        self.name = name
        self.defaultValue = defaultValue
        self.rule = rule
        self.note = note
        self.isSecret = isSecret
        self.meaning = meaning
    }

    /// The name in the environment: `WORKER_COUNT`.
    public var environmentName: String { name.rawValue }

    /// The name of the flag without its two hyphens: `worker-count`.
    public var flagName: String { name.flagName }

    /// The key in the config file's `settings:` block: `worker_count`.
    public var fileKey: String { name.fileKey }

    /// What is allowed, to stand behind "must be".
    public var allowed: String { note.map { "\(rule.allowed) (\($0))" } ?? rule.allowed }

    /// Whether this version can do what the setting asks for; setting an unsupported one is refused.
    public var isSupported: Bool { rule != .unsupported }

    /// Whether `NAME_FILE` and `name_file` name a file that holds the value.
    ///
    /// A setting whose own name ends so is a path already.
    public var hasFileForm: Bool { isSupported && !environmentName.hasSuffix("_FILE") }

    /// The flag that names a file that holds the value; only secrets have one, because the arguments of a
    /// process are there for every user of the machine to read.
    public var fileFlagName: String? { isSecret && hasFileForm ? flagName + "-file" : nil }

    /// How a value may be shown: secrets as `********`, and so what follows the scheme of a database's address, which
    /// may hold a password, unless it is SQLite's.
    func shown(_ value: String) -> String {
        if isSecret { return Secret.mask }
        guard rule == .database, !value.hasPrefix("sqlite:"), value.contains(where: { $0 == ":" || $0 == "@" }) else {
            return value
        }
        return value.prefix { $0 != ":" && $0 != "@" } + ":" + Secret.mask
    }
}
