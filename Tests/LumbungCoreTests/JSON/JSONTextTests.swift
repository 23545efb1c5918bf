import Foundation
import LumbungCore
import Testing

struct JSONTextTests {
    private func escaped(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        JSONText.escape(bytes, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        ("", "\"\""), ("abc", "\"abc\""), ("a\"b\\c/", "\"a\\\"b\\\\c/\""), ("\u{8}\t\n\u{C}\r", "\"\\b\\t\\n\\f\\r\""),
        ("\u{0}\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\\u007f\""),
        ("\u{2027}\u{2028}\u{2029}\u{202A}", "\"\u{2027}\\u2028\\u2029\u{202A}\""),
        ("é€😀", "\"é€😀\""), ("\u{80}\u{85}", "\"\u{80}\u{85}\""),
    ])
    func `text becomes a literal on one line`(text: String, literal: String) {
        #expect(escaped(Array(text.utf8)) == literal)
        var output: [UInt8] = [0x41]
        JSONText.escape(text, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "A" + literal)
    }

    @Test func `random bytes come back as the text they decode to`() throws {
        let seed: UInt64 = 20_260_101
        var random = JSONFixtures.Random(seed: seed)
        for round in 0..<3000 {
            let bytes = (0..<random.below(24)).map { _ in
                random.chance(oneIn: 2)
                    ? UInt8(random.below(256))
                    : random.pick([0xE2, 0x80, 0xA8, 0xA9, 0xED, 0xA0, 0xF0, 0x9F, 0xF4, 0xC2] as [UInt8])
            }
            let literal = escaped(bytes)
            let decoded = String(decoding: bytes, as: UTF8.self)
            let scanned = try JSONFixtures.scan("{\"a\":\(literal)}", "/a").elements.first?.values.first?.content
            #expect(scanned == JSONFixtures.string(decoded), "seed \(seed), round \(round): \(bytes)")
            let parsed = try JSONSerialization.jsonObject(with: Data(literal.utf8), options: .fragmentsAllowed)
            #expect(parsed as? String == decoded, "seed \(seed), round \(round): \(bytes)")
        }
    }
}
