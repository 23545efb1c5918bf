import LumbungCore

/// What happened in a simulation, in order: the last lines in words, all of it in one number.
///
/// Two runs of one seed have the same number.
struct SimulationTrace {
    private(set) var lines: [String] = []
    private(set) var count = 0
    /// FNV-1a over everything (draft-eastlake-fnv, 64 bits), taken in words of eight bytes to be quick in a debug build.
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    /// Whether every line is kept, and not only the last ones.
    private let keepsAll: Bool
    private static let kept = 40
    /// The moment that the next lines belong to.
    var now: Duration = .zero

    init(keepsAll: Bool) {
        self.keepsAll = keepsAll
    }

    /// Writes a line.
    mutating func note(_ text: String) {
        count += 1
        let milliseconds = now.wholeMilliseconds
        mix(UInt64(bitPattern: milliseconds))
        var word: UInt64 = 0
        var filled = 0
        for byte in text.utf8 {
            word = word << 8 | UInt64(byte)
            filled += 1
            if filled == 8 {
                mix(word)
                (word, filled) = (0, 0)
            }
        }
        mix(word)
        lines.append("\(milliseconds) ms: \(text)")
        if !keepsAll, lines.count > 2 * Self.kept { lines.removeFirst(Self.kept) }
    }

    /// The last lines.
    var tail: [String] { keepsAll ? lines : Array(lines.suffix(Self.kept)) }

    private mutating func mix(_ word: UInt64) {
        digest = (digest ^ word) &* 0x100_0000_01B3
    }
}
