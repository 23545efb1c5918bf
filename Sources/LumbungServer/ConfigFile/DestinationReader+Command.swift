extension DestinationReader {
    /// The most arguments, the program among them.
    static let maxArguments = 64
    /// The longest argument, in bytes.
    static let argumentMaxBytes = 4096
    /// The most variables of the operator's own.
    static let maxVariables = 64
    /// The longest name of a variable, in bytes.
    static let variableNameMaxBytes = 256
    /// The longest value of a variable, in bytes.
    ///
    /// All arguments and variables at their bounds stay under the 2 MiB that Linux gives a new program by default
    /// (execve(2), "Limits on size of arguments and environment").
    static let variableMaxBytes = 16_384
    /// The longest path, in bytes (`PATH_MAX` of `linux/limits.h`, less its zero byte).
    static let pathMaxBytes = 4095

    /// How a program is run; nil when there is no program.
    func readCommand(_ reader: MappingReader, _ problems: inout ProblemList) -> CommandDestinationConfiguration? {
        let timeout = readTimeout(reader, &problems)
        let variables = reader["env"].map { readVariables($0.value, &problems) }
        let directory = readDirectory(reader, &problems)
        guard let command = reader["command"]?.value, let arguments = readArguments(command, &problems) else {
            return nil
        }
        let isInterpolated = arguments.contains { $0.isInterpolated }
        return CommandDestinationConfiguration(
            arguments: arguments.map(\.text),
            writtenArguments: isInterpolated ? arguments.map(\.written) : nil,
            timeout: timeout,
            environment: variables ?? [],
            directory: directory?.text,
            writtenDirectory: directory.flatMap { $0.isInterpolated ? $0.written : nil }
        )
    }

    private func readArguments(_ node: LocatedNode, _ problems: inout ProblemList) -> [LocatedScalar]? {
        let expected = "a list of a program and its arguments, such as [/usr/local/bin/import, --stdin]"
        guard let elements = node.list("command", expected: expected, &problems) else { return nil }
        if elements.isEmpty { problems.add(node.location, "`command` is empty: expected \(expected)") }
        if elements.count > Self.maxArguments {
            problems.add(node.location, "`command`: expected at most \(Self.maxArguments), found \(elements.count)")
        }
        var arguments: [LocatedScalar] = []
        for (index, element) in elements.enumerated() {
            guard let scalar = element.scalar("command", expected: "text", &problems) else { continue }
            let name = index == 0 ? "the program" : "an argument"
            if let fault = Self.fault(in: scalar.text, maxBytes: Self.argumentMaxBytes) {
                problems.add(element.location, "`command`: \(name) \(fault)")
            } else if index == 0, !scalar.text.hasPrefix("/"), scalar.text.contains("/") {
                problems.add(
                    element.location,
                    "`command`: the program must be an absolute path or a name that `PATH` finds; "
                        + "write the absolute path for this relative one")
            }
            arguments.append(scalar)
        }
        return arguments.isEmpty ? nil : arguments
    }

    private func readVariables(_ node: LocatedNode, _ problems: inout ProblemList) -> [VariableConfiguration] {
        guard case .mapping(let entries) = node.content else {
            node.refuse("env", expected: "a mapping from names to values", &problems)
            return []
        }
        if entries.count > Self.maxVariables {
            problems.add(node.location, "`env`: expected at most \(Self.maxVariables), found \(entries.count)")
        }
        var variables: [VariableConfiguration] = []
        for entry in entries {
            if !Self.isVariableName(entry.key) {
                problems.add(
                    entry.keyLocation,
                    "\(DisplayText.quoted(entry.key)) is no variable's name: expected 1 to "
                        + "\(Self.variableNameMaxBytes) letters, digits and `_`, no digit first")
                continue
            }
            if entry.key.hasPrefix("LUMBUNG_") {
                problems.add(entry.keyLocation, "the variable `\(entry.key)` is set by the delivery itself")
            }
            guard let scalar = entry.value.scalar(entry.key, expected: "text", &problems) else { continue }
            // An empty value is a value.
            if let fault = Self.fault(in: scalar.text, minBytes: 0, maxBytes: Self.variableMaxBytes) {
                problems.add(entry.value.location, "the value of the variable `\(entry.key)` \(fault)")
            }
            variables.append(VariableConfiguration(name: entry.key, value: Secret(scalar.text)))
        }
        return variables
    }

    private func readDirectory(_ reader: MappingReader, _ problems: inout ProblemList) -> LocatedScalar? {
        let expected = "an absolute path"
        guard let node = reader["directory"]?.value else { return nil }
        guard let scalar = node.scalar("directory", expected: expected, &problems) else { return nil }
        if let fault = Self.fault(in: scalar.text, maxBytes: Self.pathMaxBytes) {
            problems.add(node.location, "`directory` \(fault)")
        } else if !scalar.text.hasPrefix("/") {
            node.refuseText("directory", expected: expected, &problems)
        }
        return scalar
    }

    /// Why a text cannot be handed to a program, or nil.
    private static func fault(in text: String, minBytes: Int = 1, maxBytes: Int) -> String? {
        if text.utf8.count < minBytes { return "is empty" }
        if text.utf8.count > maxBytes { return "is longer than \(maxBytes) bytes" }
        return text.utf8.contains(0) ? "holds a zero byte" : nil
    }

    private static func isVariableName(_ text: String) -> Bool {
        guard (1...variableNameMaxBytes).contains(text.utf8.count), let first = text.utf8.first else { return false }
        guard !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
    }
}
