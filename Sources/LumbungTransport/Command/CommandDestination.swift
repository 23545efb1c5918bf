/// A command destination as the operator configured it: a program that gets each event on its standard input.
public struct CommandDestination: Sendable {
    /// The program and its arguments, as they are: no shell reads them, nothing in them is replaced.
    public let arguments: [String]
    /// The operator's own variables; of two with one name the last counts.
    public let environment: [(name: String, value: String)]
    /// The folder the program starts in; the server's when `nil`.
    public let directory: String?
    /// The time from the start of an attempt to the end of the program; at most ``longestTimeout`` is used.
    public var timeout: Duration = .seconds(15)
    /// How long the program may go on after SIGTERM before SIGKILL ends it; at most ``longestTimeout`` is used.
    public var killGrace: Duration = .seconds(2)

    /// The longest time that a program may be given: one day.
    public static let longestTimeout: Duration = .seconds(86_400)

    /// Checks a command.
    ///
    /// Own variables may replace `PATH` and the like, but cannot be named `LUMBUNG_…`: those say what is delivered.
    ///
    /// - Parameters:
    ///   - arguments: The program first: an absolute path, or a name that is looked up in `PATH`.
    ///   - environment: Variables for the program, with their values.
    ///   - directory: The absolute path of the folder the program starts in.
    /// - Throws: ``CommandDestinationError`` with what is wrong. Whether the program is there is not looked at.
    public init(
        arguments: [String],
        environment: [(name: String, value: String)] = [],
        directory: String? = nil
    ) throws(CommandDestinationError) {
        try Self.checkProgram(arguments)
        for (name, value) in environment { try Self.checkVariable(name: name, value: value) }
        if let directory { try Self.checkDirectory(directory) }
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    private static func checkProgram(_ arguments: [String]) throws(CommandDestinationError) {
        guard let program = arguments.first, !program.isEmpty else { throw .program(reason: "is missing") }
        guard !arguments.contains(where: { $0.utf8.contains(0) }) else {
            throw .program(reason: "or an argument holds a NUL character")
        }
        guard program.utf8.first == UInt8(ascii: "/") || !program.utf8.contains(UInt8(ascii: "/")) else {
            throw .program(reason: "must be an absolute path, or a name without a slash")
        }
    }

    /// POSIX.1-2024, chapter 8.1, says what a name is; one that starts with a digit is of no use to a shell.
    private static func checkVariable(name: String, value: String) throws(CommandDestinationError) {
        guard let first = name.utf8.first else { throw .variable(name: name, reason: "has no name") }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard !digits.contains(first), !name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") }) else {
            throw .variable(name: name, reason: "has a name with a digit in front, a \"=\" or a NUL character")
        }
        guard !value.utf8.contains(0) else { throw .variable(name: name, reason: "has a NUL character in its value") }
        guard !name.hasPrefix(CommandEnvironment.ownPrefix) else {
            throw .variable(name: name, reason: "is set by Lumbung")
        }
    }

    private static func checkDirectory(_ directory: String) throws(CommandDestinationError) {
        guard directory.utf8.first == UInt8(ascii: "/"), !directory.utf8.contains(0) else {
            throw .directory(reason: "must be an absolute path")
        }
    }
}

/// What is wrong with a command destination's configuration.
public enum CommandDestinationError: Error, Hashable, CustomStringConvertible {
    /// The argument list cannot be used.
    case program(reason: String)
    /// A variable cannot be used.
    case variable(name: String, reason: String)
    /// The directory cannot be used.
    case directory(reason: String)

    /// One sentence for the operator; it never shows an argument or a variable's value.
    public var description: String {
        switch self {
        case .program(let reason): "the program \(reason)"
        case .variable(let name, let reason): "the variable \"\(name)\" \(reason)"
        case .directory(let reason): "the directory \(reason)"
        }
    }
}
