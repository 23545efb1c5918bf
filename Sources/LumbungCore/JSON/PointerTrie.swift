/// The wanted pointers as a tree of keys in flat arrays, so that a scan walks them without allocating.
///
/// It never changes once made, and is a class so that every scan of a body shares it for the price of one reference.
final class PointerTrie: Sendable {
    struct Node: Sendable {
        /// The outgoing edges, as positions in `edges`.
        var edges: Range<Int>
        /// The pointers that end here, as positions in `endings`.
        var endings: Range<Int>
        /// The pointers that end here or below, as positions in `coverings`.
        var coverings: Range<Int>
    }

    private struct Edge: Sendable {
        /// The key, as positions in `keyBytes`.
        var key: Range<Int>
        /// The array position the key also names, or -1.
        var arrayIndex: Int
        var node: Int
    }

    static let root = 0

    let nodes: [Node]
    let endings: [Int]
    let coverings: [Int]
    private let edges: [Edge]
    private let keyBytes: [UInt8]

    /// The values of an element in which nothing was found.
    let absentValues: [ScannedValue]

    init(_ pointers: [JSONPointer]) {
        absentValues = Array(repeating: .absent, count: pointers.count)
        var drafts = [Draft()]
        for (position, pointer) in pointers.enumerated() {
            var node = Self.root
            drafts[node].coverings.append(position)
            for token in pointer.tokens {
                if let next = drafts[node].children[token] {
                    node = next
                } else {
                    drafts.append(Draft())
                    drafts[node].children[token] = drafts.count - 1
                    node = drafts.count - 1
                }
                drafts[node].coverings.append(position)
            }
            drafts[node].endings.append(position)
        }
        var nodes: [Node] = []
        var edges: [Edge] = []
        var keyBytes: [UInt8] = []
        var endings: [Int] = []
        var coverings: [Int] = []
        for draft in drafts {
            let first = (edge: edges.count, ending: endings.count, covering: coverings.count)
            for (token, child) in draft.children {
                let firstByte = keyBytes.count
                keyBytes.append(contentsOf: token)
                let arrayIndex = JSONPointer.arrayIndex(of: token) ?? -1
                edges.append(Edge(key: firstByte..<keyBytes.count, arrayIndex: arrayIndex, node: child))
            }
            endings.append(contentsOf: draft.endings)
            coverings.append(contentsOf: draft.coverings)
            nodes.append(
                Node(
                    edges: first.edge..<edges.count,
                    endings: first.ending..<endings.count,
                    coverings: first.covering..<coverings.count
                )
            )
        }
        self.nodes = nodes
        self.edges = edges
        self.keyBytes = keyBytes
        self.endings = endings
        self.coverings = coverings
    }

    /// A node while the tree grows; the order of its children does not matter, since their keys differ.
    private struct Draft {
        var children: [[UInt8]: Int] = [:]
        var endings: [Int] = []
        var coverings: [Int] = []
    }

    /// The node below `node` that the key of an object leads to, or nil.
    @inline(__always)
    func child(of node: Int, key: JSONGrammar.StringToken, in bytes: Span<UInt8>) -> Int? {
        for position in nodes[node].edges {
            let edge = edges[position]
            if key.hasEscapes {
                if JSONString.equals(key, in: bytes, to: keyBytes[edge.key]) { return edge.node }
            } else if edge.key.count == key.content.count, equalsRaw(edge.key, key.content, in: bytes) {
                return edge.node
            }
        }
        return nil
    }

    @inline(__always)
    private func equalsRaw(_ key: Range<Int>, _ content: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var position = content.lowerBound
        for keyPosition in key {
            guard keyBytes[keyPosition] == bytes[position] else { return false }
            position += 1
        }
        return true
    }

    /// The node below `node` that a position of an array leads to, or nil.
    func child(of node: Int, arrayIndex: Int) -> Int? {
        for position in nodes[node].edges where edges[position].arrayIndex == arrayIndex {
            return edges[position].node
        }
        return nil
    }
}
