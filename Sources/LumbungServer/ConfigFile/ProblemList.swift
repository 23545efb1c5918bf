/// The problems found so far in one config file.
struct ProblemList: Sendable {
    /// The problems in the order found, each once.
    private(set) var problems: [SettingsProblem] = []

    /// What can be used and hardly is what was meant, in the order found, each once.
    private(set) var warnings: [SettingsProblem] = []

    /// Whether nothing was found so far.
    var isEmpty: Bool { problems.isEmpty }

    var count: Int { problems.count }

    /// The most problems that are kept: past it a person mends the first ones and looks again.
    static let limit = 200

    /// Adds a problem at a place in the file; the same one again (an alias read twice) is dropped.
    mutating func add(_ location: FileLocation, _ message: String) {
        add(SettingsProblem(at: .file(location), message))
    }

    /// Adds a warning at a place in the file; the same one again is dropped.
    mutating func warn(_ location: FileLocation, _ message: String) {
        let warning = SettingsProblem(at: .file(location), "warning: " + message)
        guard warnings.count < Self.limit, !warnings.contains(warning) else { return }
        warnings.append(warning)
    }

    /// Adds a problem; the same one again is dropped.
    mutating func add(_ problem: SettingsProblem) {
        guard problems.count < Self.limit, !problems.contains(problem) else { return }
        problems.append(problem)
    }

    /// The problems from the top of the file to its end.
    var sorted: [SettingsProblem] {
        problems.enumerated().sorted { first, second in
            guard case .file(let a) = first.element.origin, case .file(let b) = second.element.origin, a != b else {
                return first.offset < second.offset
            }
            return a < b
        }.map(\.element)
    }
}
