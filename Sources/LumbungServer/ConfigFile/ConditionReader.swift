import LumbungCore

/// Reads `when`: what a route asks of an event's payload.
enum ConditionReader {
    /// The most conditions of one route.
    static let maxConditions = 32
    /// The most `not` that stand inside one another.
    static let maxNots = 8
    /// The most values of one list.
    static let maxValues = 1000
    /// The longest JSON Pointer, in bytes.
    static let pointerMaxBytes = 1024

    static let operators = ["eq", "in", "gt", "ge", "lt", "le", "exists", "prefix", "not"]

    /// What other formats call the operators.
    private static let otherNames = [
        "=": "eq", "==": "eq", "equals": "eq", "any": "in", "any_of": "in", ">": "gt", ">=": "ge", "gte": "ge",
        "min": "ge", "<": "lt", "<=": "le", "lte": "le", "max": "le", "present": "exists", "starts_with": "prefix",
        "startswith": "prefix", "!=": "not", "ne": "not", "neq": "not",
    ]

    /// The conditions that have no problem.
    static func read(_ entry: LocatedNode.Entry, _ problems: inout ProblemList) -> [Written<RouteCondition>] {
        let expected = "a mapping from JSON Pointers to conditions, such as {/total: {gt: 0}}"
        guard case .mapping(let entries) = entry.value.content else {
            entry.value.refuse("when", expected: expected, &problems)
            return []
        }
        if entries.isEmpty {
            problems.add(
                entry.value.location, "`when` is empty: expected \(expected); leave it out to take every payload")
        }
        if entries.count > maxConditions {
            problems.add(
                entry.value.location, "`when`: expected at most \(maxConditions) conditions, found \(entries.count)")
        }
        return entries.prefix(maxConditions).compactMap { condition($0, &problems) }
    }

    private static func condition(
        _ entry: LocatedNode.Entry, _ problems: inout ProblemList
    ) -> Written<RouteCondition>? {
        guard let pointer = pointer(entry, &problems) else { return nil }
        let name = String(entry.key.prefix(DisplayText.quotedMaxCharacters))
        guard let test = test(entry.value, name, nots: 0, &problems) else { return nil }
        do throws(RouteConditionError) {
            return Written(try RouteCondition(pointer, test.value), text: test.text)
        } catch {
            problems.add(entry.keyLocation, "`\(name)`: \(error)")
            return nil
        }
    }

    private static func pointer(_ entry: LocatedNode.Entry, _ problems: inout ProblemList) -> JSONPointer? {
        guard !entry.key.isEmpty, entry.key.utf8.count <= pointerMaxBytes else {
            problems.add(
                entry.keyLocation, "`when`: expected a JSON Pointer (RFC 6901) of 1 to \(pointerMaxBytes) bytes")
            return nil
        }
        do throws(JSONPointerError) {
            return try JSONPointer(entry.key)
        } catch {
            problems.add(
                entry.keyLocation,
                "`when`: expected a JSON Pointer (RFC 6901), such as /data/0/action, found "
                    + "\(DisplayText.quoted(entry.key)): \(error)")
            return nil
        }
    }

    /// What stands behind a pointer or a `not`; it calls itself once for each `not`, at most ``maxNots`` deep.
    private static func test(
        _ node: LocatedNode, _ name: String, nots: Int, _ problems: inout ProblemList
    ) -> Written<ConditionTest>? {
        let expected = "a value, a list of values, or a mapping of operators"
        switch node.content {
        case .list:
            return list(node, name, &problems)
        case .scalar, .nothing, .unusable:
            return value(node, name, expected: expected, &problems).map { Written(.equal($0.value), text: $0.text) }
        case .mapping(let entries):
            if entries.isEmpty { problems.add(node.location, "`\(name)` is empty: expected \(expected)") }
            let tests = entries.compactMap { test(of: $0, nots: nots, &problems) }
            guard tests.count == entries.count, let first = tests.first else { return nil }
            let text = zip(entries, tests).map { "\($0.key): \($1.text)" }.joined(separator: ", ")
            return Written(tests.count == 1 ? first.value : .all(tests.map(\.value)), text: "{\(text)}")
        }
    }

    /// One operator and its operand; the text is the operand's.
    private static func test(
        of entry: LocatedNode.Entry, nots: Int, _ problems: inout ProblemList
    ) -> Written<ConditionTest>? {
        switch entry.key {
        case "eq":
            let expected = "text, a number, true, false or null"
            return value(entry.value, "eq", expected: expected, &problems).map {
                Written(.equal($0.value), text: $0.text)
            }
        case "in": return list(entry.value, "in", &problems)
        case "gt": return number(entry, &problems) { .greater($0) }
        case "ge": return number(entry, &problems) { .greaterOrEqual($0) }
        case "lt": return number(entry, &problems) { .less($0) }
        case "le": return number(entry, &problems) { .lessOrEqual($0) }
        case "exists":
            return operand(entry, expected: "true or false", &problems) { Bool($0).map { .exists($0) } }
        case "prefix":
            return operand(entry, expected: "text of at least 1 byte", isText: true, &problems) { text in
                text.isEmpty ? nil : .prefix(Array(text.utf8))
            }
        case "not":
            guard nots < maxNots else {
                problems.add(entry.keyLocation, "at most \(maxNots) `not` may stand inside one another")
                return nil
            }
            return test(entry.value, "not", nots: nots + 1, &problems).map { Written(.not($0.value), text: $0.text) }
        default:
            let name = entry.key.prefix(DisplayText.quotedMaxCharacters)
            let hint =
                otherNames[entry.key.lowercased()].map { "; did you mean `\($0)`?" }
                ?? NearestName.hint(
                    for: entry.key, among: operators,
                    otherwise: "; known operators: " + operators.joined(separator: ", "))
            problems.add(entry.keyLocation, "unknown operator `\(name)`\(hint)")
            return nil
        }
    }

    private static func list(
        _ node: LocatedNode, _ name: String, _ problems: inout ProblemList
    ) -> Written<ConditionTest>? {
        let expected = "a list of texts, numbers, true, false or null"
        guard let nodes = node.list(name, expected: expected, &problems) else { return nil }
        guard !nodes.isEmpty else {
            problems.add(node.location, "`\(name)` is empty: expected \(expected)")
            return nil
        }
        guard nodes.count <= maxValues else {
            problems.add(node.location, "`\(name)`: expected at most \(maxValues) values, found \(nodes.count)")
            return nil
        }
        let values = nodes.compactMap {
            value($0, name, expected: "text, a number, true, false or null", &problems)
        }
        guard values.count == nodes.count else { return nil }
        let text = values.map(\.text).joined(separator: ", ")
        return Written(.anyOf(values.map(\.value)), text: "[\(text)]")
    }

    private static func number(
        _ entry: LocatedNode.Entry, _ problems: inout ProblemList, _ make: (DecimalNumber) -> ConditionTest
    ) -> Written<ConditionTest>? {
        operand(entry, expected: "a number as JSON writes it, such as 10 or 0.5", &problems) { text in
            DecimalNumber(text).map(make)
        }
    }

    private static func operand(
        _ entry: LocatedNode.Entry, expected: String, isText: Bool = false, _ problems: inout ProblemList,
        _ convert: (String) -> ConditionTest?
    ) -> Written<ConditionTest>? {
        guard let scalar = entry.value.scalar(entry.key, expected: expected, &problems) else { return nil }
        guard let test = convert(scalar.text) else {
            entry.value.refuseText(entry.key, expected: expected, &problems)
            return nil
        }
        return Written(test, text: isText || scalar.isInterpolated ? quoted(scalar.written) : scalar.written)
    }

    /// A value to compare with: quoted or with a variable filled in it is text, else YAML's core schema decides
    /// (YAML 1.2.2, section 10.3), with numbers as JSON writes them.
    private static func value(
        _ node: LocatedNode, _ name: String, expected: String, _ problems: inout ProblemList
    ) -> Written<ConditionValue>? {
        if node.isWrittenNull { return Written(.null, text: "null") }
        guard let scalar = node.scalar(name, expected: expected, &problems) else { return nil }
        if !scalar.isQuoted, !scalar.isInterpolated {
            switch scalar.written {
            case "true", "True", "TRUE": return Written(.bool(true), text: "true")
            case "false", "False", "FALSE": return Written(.bool(false), text: "false")
            default: break
            }
            if let number = DecimalNumber(scalar.written) { return Written(.number(number), text: scalar.written) }
            guard !PlainNumber.isAnyForm(scalar.written) else {
                problems.add(
                    node.location,
                    "`\(name)`: \(DisplayText.quoted(scalar.written)) is no number in JSON; write it as JSON does, "
                        + "or in quotes to mean text")
                return nil
            }
        }
        return Written(.text(Array(scalar.text.utf8)), text: quoted(scalar.written))
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.escape(text, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Numbers as YAML knows them beyond JSON's: people mean different things by `007` and `0x1F`.
enum PlainNumber {
    /// Whether YAML 1.1 or 1.2 reads the unquoted text as a number.
    static func isAnyForm(_ text: String) -> Bool {
        var rest = Array(text.lowercased().utf8)[...]
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.elementsEqual(".inf".utf8) || rest.elementsEqual(".nan".utf8) { return true }
        for prefix in ["0x", "0o", "0b"] where rest.starts(with: prefix.utf8) {
            return rest.count > 2 && rest.dropFirst(2).allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
        }
        let parts = rest.split(separator: UInt8(ascii: "e"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let mantissa = parts.first, isMantissa(mantissa) else { return false }
        guard parts.count == 2, var exponent = parts.last else { return true }
        if exponent.first == UInt8(ascii: "-") || exponent.first == UInt8(ascii: "+") {
            exponent = exponent.dropFirst()
        }
        return !exponent.isEmpty && exponent.allSatisfy(isDigit)
    }

    /// Digits, perhaps with one point and with the underscores of YAML 1.1 between them.
    private static func isMantissa(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first != UInt8(ascii: "_"), text.contains(where: isDigit) else { return false }
        guard text.count(where: { $0 == UInt8(ascii: ".") }) <= 1 else { return false }
        return text.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }
}
