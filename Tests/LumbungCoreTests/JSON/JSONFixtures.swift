import LumbungCore

/// What the JSON tests share.
enum JSONFixtures {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func plan(_ pointers: [String], split: String = "") throws -> ScanPlan {
        ScanPlan(split: try JSONPointer(split), pointers: try pointers.map { try JSONPointer($0) })
    }

    static func scan(_ text: String, _ pointers: String...) throws -> ScannedBody {
        try JSONScanner.scan(bytes(text), plan: try plan(pointers))
    }

    /// The fault found in a body, or nil when there is none.
    static func fault(_ body: [UInt8], plan: ScanPlan = ScanPlan(pointers: [])) -> ScanError? {
        do {
            _ = try JSONScanner.scan(body, plan: plan)
            return nil
        } catch {
            return error
        }
    }

    static func isValid(_ text: String) -> Bool { fault(bytes(text)) == nil }

    static func string(_ text: String) -> ScannedValue.Content { .string(bytes(text), hasLoneSurrogate: false) }

    static func number(_ text: String) -> ScannedValue.Content { .number(bytes(text)) }

    /// Objects and arrays in turn, `depth` containers open at the innermost place.
    static func nested(_ depth: Int) -> String {
        let opening = (0..<depth).map { $0.isMultiple(of: 2) ? "{\"a\":" : "[" }.joined()
        let closing = (0..<depth).reversed().map { $0.isMultiple(of: 2) ? "}" : "]" }.joined()
        return opening + "1" + closing
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same on every machine.
    struct Random: RandomNumberGenerator {
        private var state: UInt64

        init(seed: UInt64) {
            state = seed
        }

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        mutating func below(_ bound: Int) -> Int {
            Int(truncatingIfNeeded: next() % UInt64(bound))
        }

        mutating func chance(oneIn bound: Int) -> Bool {
            below(bound) == 0
        }

        mutating func pick<Element>(_ choices: [Element]) -> Element {
            choices[below(choices.count)]
        }
    }
}
