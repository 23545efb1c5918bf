import LumbungKit
import LumbungTesting
import Testing

@testable import LumbungServer

/// Presets that chance has changed: no file crashes its reader or that of the source, and each problem has a place.
@Suite struct PresetFuzzTests {
    private static let pieces = [
        "{", "}", "[", "]", ": ", "\"", "'", "\n", "  ", "- ", "&a ", "*a", "#", "|", ">-", "json:", "json:/",
        "header:",
        "form:", "{json:/a?}", "{body}", "{timestamp}", "{secret}", "field:t", "hmac", "hash", "token", "none",
        "base64",
        "9h", "0s", "-1", "é", "\u{0}", "\u{FEFF}", "~", "scheme", "secret", "verify", "split: /a\n", "format: raw\n",
    ]

    @Test(arguments: PresetCatalog.all.names) func `what chance makes of a preset`(name: String) throws {
        let text = try #require(PresetCatalog.all[name]).text
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        for round in 0..<40 {
            let changed = chance.changed(text, with: Self.pieces)
            let preset = Preset(name: name, bytes: Array(changed.utf8))
            for problem in preset.problems { Self.hasPlace(problem, "seed \(seed), round \(round): \(changed)") }
            // The keys of a source are those of a preset, so the same text is one in a config file.
            let kept = changed.split(separator: "\n", omittingEmptySubsequences: false)
            let indented = kept.map { "    " + $0 }.joined(separator: "\n")
            let content = ConfigFileReader.read(
                "sources:\n  s:\n    secret: canary-canary\n\(indented)\n", file: "f", environment: [:])
            for problem in content.problems {
                Self.hasPlace(problem, "seed \(seed), round \(round): \(changed)")
                #expect(!problem.description.contains("canary"), "seed \(seed), round \(round)")
            }
        }
    }

    private static func hasPlace(_ problem: SettingsProblem, _ note: Comment) {
        guard case .file(let location) = problem.origin else {
            Issue.record("\(problem) has no place; \(note)")
            return
        }
        #expect(location.line >= 1 && location.column >= 1, note)
    }

    @Test func `values and templates`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        let pieces = [
            "{", "}", "json:", "/a", "header:", "X", "form:", "f", "?", "~", "~0", "é", "\n", " ", ":", "sha256",
        ]
        for round in 0..<5_000 {
            let text = chance.text(of: pieces, upTo: 10)
            switch ValueText(text) {
            case .template(let template):
                #expect(template.parts.count <= ValueText.templateMaxParts, "seed \(seed), round \(round): \(text)")
            case .place: #expect(text.contains(":"), "seed \(seed), round \(round): \(text)")
            case .unfit(let fault): #expect(!fault.isEmpty)
            case .other: #expect(!text.contains("{") && !text.contains("}"), "seed \(seed), round \(round): \(text)")
            }
        }
    }
}
