import LumbungCore
import LumbungSignatures

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Times refusals: one line a sample, with the check's name, the class, and nanoseconds.
///
/// The class is 0 when the first byte of what is compared is wrong and 1 when the last is; chance decides which comes
/// next, so that whatever else the machine does falls on both alike. `scripts/timing-check` runs it and does the sums.
@main
struct TimingCheck {
    static func main() throws {
        guard CommandLine.arguments.count == 3, let samples = Int(CommandLine.arguments[1]),
            let seed = UInt64(CommandLine.arguments[2])
        else {
            print("usage: TimingCheck SAMPLES SEED")
            exit(64)
        }
        var chance = Chance(state: seed)
        for subject in [try Subject.signature(), try Subject.token(), try Subject.control()] {
            // The first ones warm caches and branch prediction up.
            for left in stride(from: samples + warmUp, to: 0, by: -batch) {
                let kinds = (0..<min(batch, left)).map { _ in chance.next() & 1 == 1 }
                let requests = kinds.map { subject.request(isLast: $0, &chance) }
                let times = requests.map { subject.nanoseconds($0) }
                guard left <= samples else { continue }
                for (isLast, time) in zip(kinds, times) { print("\(subject.name) \(isLast ? 1 : 0) \(time)") }
            }
        }
    }

    private static let warmUp = 16 * batch
    /// Requests are made so many at a time before they are timed: where a byte was just written can be felt for a while,
    /// as `Subject.control` showed.
    private static let batch = 512
}

/// SplitMix64, as in LumbungTesting.
struct Chance {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
