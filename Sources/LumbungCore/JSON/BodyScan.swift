/// The outermost part of a scan: the document, and the way to the array of its events.
struct BodyScan {
    private let plan: ScanPlan
    private var scanner: ElementScanner
    private var elements: [ScannedElement] = []
    /// How many keys of the split path have been found.
    private var splitTokensFound = 0

    init(_ plan: ScanPlan) {
        self.plan = plan
        scanner = ElementScanner(plan.trie)
    }

    mutating func run(_ bytes: Span<UInt8>) throws(ScanError) -> ScannedBody {
        guard !Self.beginsWithMark(bytes) else { throw ScanError(.byteOrderMark, at: 0) }
        let start = JSONGrammar.skipSpace(bytes, from: 0)
        guard start < bytes.count else { throw ScanError(.emptyBody, at: start) }
        let shape: ScannedBody.Shape
        let end: Int
        if !plan.split.tokens.isEmpty {
            shape = .array
            end = try splitObject(bytes, at: start, depth: 0)
            guard splitTokensFound == plan.split.tokens.count else { throw ScanError(.splitNotFound, at: bytes.count) }
        } else if bytes[start] == UInt8(ascii: "[") {
            shape = .array
            end = try events(bytes, at: start, depth: 0)
        } else {
            shape = .object
            try requireObject(bytes, at: start, expected: .document)
            guard plan.maxElements > 0 else { throw ScanError(.tooManyElements(limit: plan.maxElements), at: start) }
            var element = try scanner.element(bytes, at: start, depth: 0)
            end = element.range.upperBound
            element.range = 0..<bytes.count
            elements = [element]
        }
        let rest = JSONGrammar.skipSpace(bytes, from: end)
        guard rest == bytes.count else { throw ScanError(.trailingData, at: rest) }
        return ScannedBody(shape: shape, elements: elements)
    }

    /// Scans the array of events that begins at `start`.
    private mutating func events(_ bytes: Span<UInt8>, at start: Int, depth: Int) throws(ScanError) -> Int {
        guard depth < ScanPlan.maxDepth else { throw ScanError(.tooDeep, at: start) }
        var position = JSONGrammar.skipSpace(bytes, from: start + 1)
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") { return position + 1 }
        var expected = ScanError.Expectation.objectOrArrayEnd
        while true {
            try requireObject(bytes, at: position, expected: expected)
            guard elements.count < plan.maxElements else {
                throw ScanError(.tooManyElements(limit: plan.maxElements), at: position)
            }
            let element = try scanner.element(bytes, at: position, depth: depth + 1)
            elements.append(element)
            position = JSONGrammar.skipSpace(bytes, from: element.range.upperBound)
            guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { break }
            position = JSONGrammar.skipSpace(bytes, from: position + 1)
            expected = .object
        }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "]") else {
            throw JSONGrammar.mismatch(bytes, at: position, expected: .commaOrArrayEnd)
        }
        return position + 1
    }

    /// Walks the object at `start`, which lies on the split path after `depth` of its keys.
    ///
    /// It calls itself once for each key of the path, of which there are at most `JSONPointer.maxTokens`.
    private mutating func splitObject(_ bytes: Span<UInt8>, at start: Int, depth: Int) throws(ScanError) -> Int {
        try requireObject(bytes, at: start, expected: .document)
        guard depth < ScanPlan.maxDepth else { throw ScanError(.tooDeep, at: start) }
        let token = plan.split.tokens[depth]
        var position = JSONGrammar.skipSpace(bytes, from: start + 1)
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") { return position + 1 }
        var expected = ScanError.Expectation.keyOrObjectEnd
        while true {
            let member = try JSONGrammar.member(bytes, at: position, expected: expected)
            if JSONString.equals(member.key, in: bytes, to: token[...]) {
                guard splitTokensFound == depth else {
                    throw ScanError(.splitAmbiguous, at: position)
                }
                splitTokensFound = depth + 1
                position = try splitValue(bytes, at: member.value, depth: depth + 1)
            } else {
                position = try JSONGrammar.skipValue(bytes, at: member.value, depth: depth + 1)
            }
            position = JSONGrammar.skipSpace(bytes, from: position)
            guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { break }
            position = JSONGrammar.skipSpace(bytes, from: position + 1)
            expected = .key
        }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "}") else {
            throw JSONGrammar.mismatch(bytes, at: position, expected: .commaOrObjectEnd)
        }
        return position + 1
    }

    private mutating func splitValue(_ bytes: Span<UInt8>, at start: Int, depth: Int) throws(ScanError) -> Int {
        if depth < plan.split.tokens.count {
            guard start < bytes.count, bytes[start] == UInt8(ascii: "{") else {
                return try JSONGrammar.skipValue(bytes, at: start, depth: depth)
            }
            return try splitObject(bytes, at: start, depth: depth)
        }
        guard start < bytes.count, bytes[start] == UInt8(ascii: "[") else {
            throw JSONGrammar.beginsValue(bytes, at: start)
                ? ScanError(.notAnObjectOrArrayOfObjects, at: start)
                : JSONGrammar.mismatch(bytes, at: start, expected: .value)
        }
        return try events(bytes, at: start, depth: depth)
    }

    /// Throws where something other than an object begins, by whether it is JSON at all.
    private func requireObject(
        _ bytes: Span<UInt8>, at position: Int, expected: ScanError.Expectation
    ) throws(ScanError) {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else {
            throw JSONGrammar.beginsValue(bytes, at: position)
                ? ScanError(.notAnObjectOrArrayOfObjects, at: position)
                : JSONGrammar.mismatch(bytes, at: position, expected: expected)
        }
    }

    /// Whether the body begins with the byte order mark of UTF-8 or of either UTF-16.
    private static func beginsWithMark(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 2 else { return false }
        return switch (bytes[0], bytes[1]) {
        case (0xFE, 0xFF), (0xFF, 0xFE): true
        case (0xEF, 0xBB): bytes.count >= 3 && bytes[2] == 0xBF
        default: false
        }
    }
}
