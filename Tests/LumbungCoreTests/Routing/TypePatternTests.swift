import LumbungCore
import LumbungTesting
import Testing

@Suite struct TypePatternTests {
    @Test(arguments: [
        ("SALES_RECEIPT", "SALES_RECEIPT"), ("SALES_*", "SALES_RECEIPT"), ("SALES_*", "SALES_"), ("*", ""), ("*", "x"),
        ("**", ""), ("*_RECEIPT", "SALES_RECEIPT"), ("*ES*REC*", "SALES_RECEIPT"), ("a*a", "aa"), ("a*b*c", "a__b__c"),
        ("*ab*ab*", "abab"), ("a**b", "ab"), ("*aab", "aaab"), ("*aab*", "aaaab"), ("é*", "été"), ("", ""),
        ("a*", "a*"),
        ("*ababac*", "abababac"),
    ])
    func `a pattern takes`(_ pattern: String, _ type: String) {
        #expect(TypePattern(pattern).matches(type))
    }

    @Test(arguments: [
        ("SALES_RECEIPT", "SALES_RECEIPTS"), ("SALES_RECEIPT", "sales_receipt"), ("SALES_*", "SALES"), ("", "x"),
        ("SALES_*", "PRE_SALES_X"), ("a*a", "a"), ("ab*ba", "aba"), ("*ab*ab*", "aba"), ("a*b*c", "a__c__b"), ("x", ""),
        // The letter with its accent as one character and as two: the bytes differ.
        ("\u{E9}", "e\u{301}"), ("?", "x"), ("[ab]", "a"), ("*b*", "aaa"), ("a*b*b", "ab"),
    ])
    func `a pattern does not take`(_ pattern: String, _ type: String) {
        #expect(!TypePattern(pattern).matches(type))
    }

    @Test func `a pattern is shown as it was given`() {
        #expect(TypePattern("a**b").description == "a**b")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `patterns agree with the plain definition`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var matched = 0
        for round in 0..<4000 {
            let pattern = text(&random, of: ["a", "b", "*", "*"], upTo: 7)
            let type = text(&random, of: ["a", "a", "b"], upTo: 9)
            let expected = naive(Array(pattern.utf8)[...], Array(type.utf8)[...])
            matched += expected ? 1 : 0
            #expect(TypePattern(pattern).matches(type) == expected, "seed \(seed), round \(round): \(pattern), \(type)")
        }
        #expect(matched > 400, "hardly anything was taken")
    }

    /// A star takes nothing, or one byte and goes on.
    private func naive(_ pattern: ArraySlice<UInt8>, _ type: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return type.isEmpty }
        if first == UInt8(ascii: "*") {
            return naive(pattern.dropFirst(), type) || (!type.isEmpty && naive(pattern, type.dropFirst()))
        }
        return type.first == first && naive(pattern.dropFirst(), type.dropFirst())
    }

    private func text(_ random: inout SeededGenerator, of letters: [String], upTo count: Int) -> String {
        (0..<random.pick(0...count)).compactMap { _ in random.pick(from: letters) }.joined()
    }

    /// Where every star is tried at every place, this takes longer than the universe is old.
    @Test func `a pattern made to be slow is not`() {
        let pattern = TypePattern(String(repeating: "*a", count: 5000) + "*b*")
        #expect(!pattern.matches(Array(repeating: UInt8(ascii: "a"), count: 1_000_000)))
        let piece = TypePattern("*" + String(repeating: "a", count: 100_000) + "b*")
        #expect(!piece.matches(Array(repeating: UInt8(ascii: "a"), count: 1_000_000)))
    }
}
