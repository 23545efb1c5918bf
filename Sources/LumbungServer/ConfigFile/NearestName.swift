/// Finds what a person meant by a misspelt name.
enum NearestName {
    /// The candidate with the fewest single-letter edits, if they are few for the name's length.
    static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let allowed = max(1, min(3, name.utf8.count / 3))
        let ranked = candidates.map { ($0, distance(Array(name.lowercased().utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= allowed else { return nil }
        return best.0
    }

    /// `; did you mean …?` when something is near, else the words given.
    static func hint(for name: String, among candidates: [String], otherwise: String) -> String {
        of(name, among: candidates).map { "; did you mean `\($0)`?" } ?? otherwise
    }

    /// Edits with two neighbours in the wrong order counted as one (optimal string alignment).
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, byte) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var edits = min(last[column + 1] + 1, current[column] + 1, last[column] + (byte == other ? 0 : 1))
                if row > 0, column > 0, byte == second[column - 1], first[row - 1] == other {
                    edits = min(edits, beforeLast[column - 1] + 1)
                }
                current.append(edits)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
