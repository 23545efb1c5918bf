import Testing

@testable import LumbungServer

@Suite struct ConfigFileFuzzTests {
    private static let sample = """
        settings: {port: 1, admin_token: "${T}"}
        sources:
          a: &a {id: [json:/x, sha256], type: 'T'}
          b: *a
          ? c
          : <<: *a
            resend_revives: true
          h: {verify: {scheme: hmac, header: X-S, signed: "{timestamp}.{body}", timestamp: header:T, tolerance: 5m},
              secrets: ["${T}", "${T}2"], split: /e, format: [json, form], handshake: [slack], rate: 5/s, answer: {status: 202},
              allow: [10.0.0.0/8, "::1"], token: "${T}", id: "{json:/a}:{form:b?}"}
        destinations:
          d: {url: "https://h:1/p?q=%20", headers: {X: "a"}, timeout: 1s, retry: {attempts: 3, first: 1s}}
          e: {log: true}  # comment
          f: {url: "https://h", secrets: ["${T}", "whsec_${T}"], rate: 5/s, permanent: [400], order_by: json:/x}
          g: {command: [/bin/x, "${T}"], env: {A: "${T}"}, directory: /x, permanent: [2], order_on_dead: block}
        security: {allow_private: true}
        routes:
        - from: "*"
          to: [d, e]
        - {from: a, type: [A, "B_*"], when: {/a/0: [1, null], /b: {gt: 0, not: {prefix: "${T}"}}}, to: d}

        """

    /// Bytes that mean something to YAML, so that most changes reach its grammar.
    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "- ", "? ", "&a ", "*a", "!", "|", ">", "\"", "'", "#", "\n", "\t", "  ", "${",
        "$$",
        "%", "@", "`", "---\n", "...\n", "\u{FEFF}", "\u{85}", "\r", "é", "\u{1F600}", "\\", "~", "<<: ", "\\ud800",
        "0",
    ]

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `no change to a file crashes the reader or loses the place`(_ seed: UInt64) {
        var state = seed
        func next(_ bound: Int) -> Int {
            // A linear congruential generator (Knuth, MMIX); its upper bits are good enough to pick places.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<400 {
            var scalars = Array(Self.sample.unicodeScalars)
            for _ in 0...next(4) {
                let place = next(scalars.count)
                switch next(3) {
                case 0: scalars.remove(at: place)
                case 1: scalars.insert(contentsOf: Self.pieces[next(Self.pieces.count)].unicodeScalars, at: place)
                default:
                    scalars.replaceSubrange(
                        place..<place + 1, with: Self.pieces[next(Self.pieces.count)].unicodeScalars)
                }
            }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            let content = ConfigFileReader.read(text, file: "f", environment: ["T": "canary"])
            for problem in content.problems {
                guard case .file(let location) = problem.origin else {
                    Issue.record("seed \(seed), round \(round): \(problem) has no place")
                    continue
                }
                #expect(location.line >= 1 && location.column >= 1, "seed \(seed), round \(round)")
                #expect(!problem.description.contains("canary"), "seed \(seed), round \(round)")
            }
        }
    }
}
