/// How a program is run.
public struct CommandDestinationConfiguration: Sendable, Equatable {
    /// The program and what it is given, 1 to 64 texts of 1 to 4,096 bytes without a zero byte.
    ///
    /// The first is an absolute path, or a name without a slash that is looked up in `PATH`. No shell sees them.
    public let arguments: [String]
    /// The arguments as they were written, when one had variables; nil when they were written as they are.
    public var writtenArguments: [String]?
    /// The limit on one run, 100 ms to 1 h.
    public let timeout: Duration
    /// Variables of the operator's own, with distinct names.
    public let environment: [VariableConfiguration]
    /// The absolute path of the folder that the program starts in; nil for the server's own.
    public let directory: String?
    /// The folder as it was written, when it had variables; nil when it was written as it is.
    public var writtenDirectory: String?

    /// The arguments as an output may show them: variables by their names.
    public var shownArguments: [String] { writtenArguments ?? arguments }

    /// The folder as an output may show it: variables by their names.
    public var shownDirectory: String? { writtenDirectory ?? directory }
}

/// One environment variable of the operator's own.
public struct VariableConfiguration: Sendable, Equatable {
    /// A letter or `_`, then letters, digits and `_`; none that begins with `LUMBUNG_`.
    public let name: String
    /// The value, without a zero byte; it may carry credentials.
    public let value: Secret
}
