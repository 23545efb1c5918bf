/// A place in the payload, and what its value must be for a route to take the event.
///
/// A place whose key, or a key on the way to it, occurs more than once has no value that all readers agree on: the
/// condition then never holds, whatever it asks, also inside a `not`. So the choice does not depend on which of the
/// values a destination would read.
public struct RouteCondition: Sendable, Hashable {
    /// How many tests may stand inside one another, the outermost counted.
    public static let maxDepth = 32

    /// Where the value stands.
    public let pointer: JSONPointer
    /// What is asked of it.
    public let test: ConditionTest

    /// Makes a condition.
    ///
    /// - Throws: ``RouteConditionError`` when the test is nested too deep.
    public init(_ pointer: JSONPointer, _ test: ConditionTest) throws(RouteConditionError) {
        guard test.isNested(within: Self.maxDepth) else { throw .tooDeep(limit: Self.maxDepth) }
        self.pointer = pointer
        self.test = test
    }

    /// Whether the condition holds for the value found at its place.
    public func holds(for value: ScannedValue) -> Bool {
        guard !value.isAmbiguous else { return false }
        var tested = TestedValue(value)
        return test.holds(for: &tested)
    }
}

/// Why a test makes no condition.
public enum RouteConditionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// More than `limit` tests stand inside one another.
    case tooDeep(limit: Int)

    /// One sentence for the person who wrote the condition.
    public var description: String {
        switch self {
        case .tooDeep(let limit): "at most \(limit) tests stand inside one another"
        }
    }
}
