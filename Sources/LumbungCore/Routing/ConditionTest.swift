/// A value that a payload's value is compared with.
public enum ConditionValue: Sendable, Hashable {
    /// A text as UTF-8, compared byte for byte.
    case text([UInt8])
    /// A number, compared by value.
    case number(DecimalNumber)
    /// `true` or `false`.
    case bool(Bool)
    /// `null`.
    case null
}

/// What is asked of one value of a payload.
///
/// A value that is not there equals nothing, is in no order and has no beginning. A string with half of a surrogate
/// pair is no text: it is there, but equals nothing and has no beginning.
public indirect enum ConditionTest: Sendable, Hashable {
    /// The value is of the same kind and the same: the number 1 is 1.0, but not the text "1".
    case equal(ConditionValue)
    /// The value equals at least one of these.
    case anyOf([ConditionValue])
    /// The value is a number above this one, or a string whose whole text is such a number; `false` for anything else.
    case greater(DecimalNumber)
    /// The value is a number not below this one, or a string whose whole text is such a number.
    case greaterOrEqual(DecimalNumber)
    /// The value is a number below this one, or a string whose whole text is such a number.
    case less(DecimalNumber)
    /// The value is a number not above this one, or a string whose whole text is such a number.
    case lessOrEqual(DecimalNumber)
    /// Whether anything is there at all; `null` is something.
    case exists(Bool)
    /// The value is a text that begins with these bytes.
    case prefix([UInt8])
    /// The test does not hold; true of a value that is not there when the test needs one.
    case not(ConditionTest)
    /// Every one of the tests holds.
    case all([ConditionTest])

    /// Whether the test holds for a value.
    ///
    /// The depth is checked where a ``RouteCondition`` is made, so this calls itself no deeper than its limit.
    func holds(for value: inout TestedValue) -> Bool {
        switch self {
        case .equal(let wanted): return value.equals(wanted)
        case .anyOf(let wanted): return wanted.contains { value.equals($0) }
        case .greater(let bound): return value.number.map { $0 > bound } ?? false
        case .greaterOrEqual(let bound): return value.number.map { $0 >= bound } ?? false
        case .less(let bound): return value.number.map { $0 < bound } ?? false
        case .lessOrEqual(let bound): return value.number.map { $0 <= bound } ?? false
        case .exists(let wanted): return (value.content != .absent) == wanted
        case .prefix(let bytes):
            guard case .string(let text, hasLoneSurrogate: false) = value.content else { return false }
            return text.starts(with: bytes)
        case .not(let test): return !test.holds(for: &value)
        case .all(let tests): return tests.allSatisfy { $0.holds(for: &value) }
        }
    }

    /// Whether at most `levels` tests stand inside one another.
    func isNested(within levels: Int) -> Bool {
        guard levels > 0 else { return false }
        return switch self {
        case .not(let test): test.isNested(within: levels - 1)
        case .all(let tests): tests.allSatisfy { $0.isNested(within: levels - 1) }
        default: true
        }
    }
}

/// A value of a payload while its tests run, which keeps its number so that many tests read its digits once.
struct TestedValue {
    let content: ScannedValue.Content
    /// Whether the value's key, or one on the way to it, occurs more than once.
    let isAmbiguous: Bool
    private var read = Reading.notYet

    private enum Reading {
        case notYet
        case done(DecimalNumber?)
    }

    init(_ value: ScannedValue) {
        content = value.content
        isAmbiguous = value.isAmbiguous
    }

    /// The number that the value is, or that its whole text spells.
    var number: DecimalNumber? {
        mutating get {
            if case .done(let number) = read { return number }
            let number: DecimalNumber? =
                switch content {
                case .number(let text), .string(let text, hasLoneSurrogate: false): DecimalNumber(text)
                default: nil
                }
            read = .done(number)
            return number
        }
    }

    mutating func equals(_ wanted: ConditionValue) -> Bool {
        switch (content, wanted) {
        case (.string(let text, hasLoneSurrogate: false), .text(let bytes)): text == bytes
        case (.number, .number(let other)): number == other
        case (.bool(let flag), .bool(let other)): flag == other
        case (.null, .null): true
        default: false
        }
    }
}
