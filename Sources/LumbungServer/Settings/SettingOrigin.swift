/// Where a value was set.
public enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    /// Nowhere: the default holds.
    case defaultValue
    /// The environment variable of the name.
    case environment(String)
    /// The flag of the name, without its two hyphens.
    case flag(String)
    /// A place in the config file.
    case file(FileLocation)
    /// The config file as a whole, by its path, when it cannot be read.
    case unreadableFile(String)

    /// `default`, `environment PORT`, `flag --port` or `lumbung.yaml:3:9`.
    public var description: String {
        switch self {
        case .defaultValue: "default"
        case .environment(let name): "environment \(name)"
        case .flag(let name): "flag --\(name)"
        case .file(let location): location.description
        case .unreadableFile(let path): path
        }
    }
}
