extension SeededGenerator {
    /// Up to `longest` bytes, each as likely as any other.
    public mutating func bytes(upTo longest: Int) -> [UInt8] {
        (0..<pick(0...longest)).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// Some of the pieces, one after the other; mostly what a grammar means something by.
    public mutating func text(of pieces: [String], upTo longest: Int) -> String {
        (0..<pick(0...longest)).map { _ in pick(from: pieces) ?? "" }.joined()
    }

    /// The text with a few places cut out, repeated, or replaced by one of the pieces.
    public mutating func changed(_ text: String, with pieces: [String]) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0...pick(0...4) where !scalars.isEmpty {
            let place = pick(0...scalars.count - 1)
            let piece = Array((pick(from: pieces) ?? "").unicodeScalars)
            switch pick(0...3) {
            case 0: scalars.remove(at: place)
            case 1: scalars.insert(contentsOf: piece, at: place)
            case 2: scalars.replaceSubrange(place..<min(scalars.count, place + pick(1...8)), with: piece)
            default: scalars.insert(contentsOf: scalars[place..<min(scalars.count, place + pick(1...20))], at: place)
            }
        }
        var changed = ""
        changed.unicodeScalars.append(contentsOf: scalars)
        return changed
    }
}
