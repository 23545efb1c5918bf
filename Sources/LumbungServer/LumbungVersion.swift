/// The version of this program.
public enum LumbungVersion {
    /// As `--version` prints it and CHANGELOG.md lists it.
    public static let text = "0.1.0"
}
