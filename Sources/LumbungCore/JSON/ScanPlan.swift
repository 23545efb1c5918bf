/// What a scan looks for in a body: where its events are, and which values are wanted from each of them.
///
/// A plan is made once for a source and used for every body; it is immutable and cheap to copy.
public struct ScanPlan: Sendable {
    /// The most containers that may be open at once; an array around the events counts as one.
    public static let maxDepth = 128

    /// How many events one body may hold when the plan does not say otherwise.
    public static let defaultMaxElements = 10_000

    /// The array whose elements are the events; the root means the top level, an object or an array of objects.
    public let split: JSONPointer

    /// The values wanted from each event, in the order of `ScannedElement.values`.
    public let pointers: [JSONPointer]

    /// The most events accepted from one body.
    public let maxElements: Int

    let trie: PointerTrie

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - split: The array whose elements are events. With anything but the root, the body must be an object that has
    ///     an array of objects there, reached through objects only.
    ///   - pointers: The wanted values, relative to one event; the same pointer may stand more than once.
    ///   - maxElements: The most events accepted from one body.
    public init(
        split: JSONPointer = .root,
        pointers: [JSONPointer],
        maxElements: Int = ScanPlan.defaultMaxElements
    ) {
        self.split = split
        self.pointers = pointers
        self.maxElements = maxElements
        self.trie = PointerTrie(pointers)
    }
}
