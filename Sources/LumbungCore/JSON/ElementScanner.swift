/// Scans one event at a time and picks the plan's values on the way.
///
/// Only the places on a wanted path are walked here, by functions that call each other no deeper than the longest
/// pointer and never deeper than `ScanPlan.maxDepth`; everything else is skipped in a loop.
struct ElementScanner {
    private let trie: PointerTrie
    private var values: [ScannedValue]
    /// The nodes below 64 that were reached in this event, one bit each: all of them in every plan people write.
    private var visited: UInt64 = 0
    /// For each node from 64 on, the number of the last event in which it was reached.
    private var lastVisit: [Int]
    private var elementNumber = 0

    init(_ trie: PointerTrie) {
        self.trie = trie
        values = trie.absentValues
        lastVisit = Array(repeating: 0, count: max(0, trie.nodes.count - 64))
    }

    /// Scans the object that begins at `start`.
    ///
    /// - Parameter depth: The containers already open around it.
    /// - Returns: The event, from its first brace to its last.
    mutating func element(_ bytes: Span<UInt8>, at start: Int, depth: Int) throws(ScanError) -> ScannedElement {
        elementNumber += 1
        visited = 0
        values = trie.absentValues
        let end = try value(bytes, at: start, node: PointerTrie.root, depth: depth)
        return ScannedElement(range: start..<end, values: values)
    }

    private mutating func value(
        _ bytes: Span<UInt8>, at start: Int, node: Int, depth: Int
    ) throws(ScanError) -> Int {
        guard start < bytes.count else {
            throw ScanError(.unexpectedEnd(expected: .value), at: bytes.count)
        }
        switch bytes[start] {
        case UInt8(ascii: "{"):
            record(.object, node: node)
            return try object(bytes, at: start, node: node, depth: depth)
        case UInt8(ascii: "["):
            record(.array, node: node)
            return try array(bytes, at: start, node: node, depth: depth)
        case UInt8(ascii: "\""):
            let token = try JSONGrammar.skipString(bytes, at: start)
            if !trie.nodes[node].endings.isEmpty {
                let (text, hasLoneSurrogate) = JSONString.unescape(token, in: bytes)
                record(.string(text, hasLoneSurrogate: hasLoneSurrogate), node: node)
            }
            return token.end
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            record(.bool(bytes[start] == UInt8(ascii: "t")), node: node)
            return try JSONGrammar.skipLiteral(bytes, at: start)
        case UInt8(ascii: "n"):
            record(.null, node: node)
            return try JSONGrammar.skipLiteral(bytes, at: start)
        default:
            let end = try JSONGrammar.skipScalar(bytes, at: start)
            if !trie.nodes[node].endings.isEmpty {
                record(.number(JSONString.copy(start..<end, of: bytes)), node: node)
            }
            return end
        }
    }

    private mutating func object(
        _ bytes: Span<UInt8>, at start: Int, node: Int, depth: Int
    ) throws(ScanError) -> Int {
        guard !trie.nodes[node].edges.isEmpty else {
            return try JSONGrammar.skipValue(bytes, at: start, depth: depth)
        }
        guard depth < ScanPlan.maxDepth else { throw ScanError(.tooDeep, at: start) }
        var position = JSONGrammar.skipSpace(bytes, from: start + 1)
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") { return position + 1 }
        var expected = ScanError.Expectation.keyOrObjectEnd
        while true {
            let member = try JSONGrammar.member(bytes, at: position, expected: expected)
            if let child = trie.child(of: node, key: member.key, in: bytes), isFirstVisit(of: child) {
                position = try value(bytes, at: member.value, node: child, depth: depth + 1)
            } else {
                position = try JSONGrammar.skipValue(bytes, at: member.value, depth: depth + 1)
            }
            position = JSONGrammar.skipSpace(bytes, from: position)
            guard position < bytes.count else {
                throw ScanError(.unexpectedEnd(expected: .commaOrObjectEnd), at: bytes.count)
            }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "}") { return position }
            guard byte == UInt8(ascii: ",") else {
                throw ScanError(.unexpectedByte(expected: .commaOrObjectEnd), at: position - 1)
            }
            position = JSONGrammar.skipSpace(bytes, from: position)
            expected = .key
        }
    }

    private mutating func array(
        _ bytes: Span<UInt8>, at start: Int, node: Int, depth: Int
    ) throws(ScanError) -> Int {
        guard !trie.nodes[node].edges.isEmpty else {
            return try JSONGrammar.skipValue(bytes, at: start, depth: depth)
        }
        guard depth < ScanPlan.maxDepth else { throw ScanError(.tooDeep, at: start) }
        var position = JSONGrammar.skipSpace(bytes, from: start + 1)
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") { return position + 1 }
        var expected = ScanError.Expectation.valueOrArrayEnd
        var index = 0
        while true {
            if let child = trie.child(of: node, arrayIndex: index), isFirstVisit(of: child),
                JSONGrammar.beginsValue(bytes, at: position)
            {
                position = try value(bytes, at: position, node: child, depth: depth + 1)
            } else {
                position = try JSONGrammar.skipValue(bytes, at: position, depth: depth + 1, expected: expected)
            }
            position = JSONGrammar.skipSpace(bytes, from: position)
            guard position < bytes.count else {
                throw ScanError(.unexpectedEnd(expected: .commaOrArrayEnd), at: bytes.count)
            }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "]") { return position }
            guard byte == UInt8(ascii: ",") else {
                throw ScanError(.unexpectedByte(expected: .commaOrArrayEnd), at: position - 1)
            }
            position = JSONGrammar.skipSpace(bytes, from: position)
            expected = .value
            index += 1
        }
    }

    /// Notes that a wanted key was met; false, with all that lies below it ambiguous, when it was met before.
    ///
    /// A place is reached twice in one event only when a key on the way to it is repeated.
    private mutating func isFirstVisit(of node: Int) -> Bool {
        let wasVisited: Bool
        if node < 64 {
            let bit: UInt64 = 1 &<< UInt64(node)
            wasVisited = visited & bit != 0
            visited |= bit
        } else {
            wasVisited = lastVisit[node - 64] == elementNumber
            lastVisit[node - 64] = elementNumber
        }
        guard wasVisited else { return true }
        for covering in trie.nodes[node].coverings {
            values[trie.coverings[covering]].isAmbiguous = true
        }
        return false
    }

    private mutating func record(_ content: ScannedValue.Content, node: Int) {
        for ending in trie.nodes[node].endings {
            values[trie.endings[ending]].content = content
        }
    }
}
