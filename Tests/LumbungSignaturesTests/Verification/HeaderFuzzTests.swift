import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungSignatures

/// What stands in headers and rules, by chance: nothing traps, and no time is read that was not written.
@Suite struct HeaderFuzzTests {
    private static let pieces = [
        "v1,", "v1a,", "v1=", "t=", "=", ",", ";", " ", "1700000000", "0", "-", "+", ".", "Z", "T", ":", "é", "\u{0}",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd",
        "9223372036854775807", "9223372036854775808", "18446744073709551616", "2023-11-14T22:13:20", "+07:00", "99",
    ]

    @Test(arguments: [SignedSample.stripe, .paddle, .standard, .asymmetric, .zoom, .doku, .discord, .github, .basic])
    func `headers that hold anything`(sample: SignedSample) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        let verifier = try Verifier(sample.rules, secrets: sample.secrets)
        let genuine = sample.request().headers
        for round in 0..<500 {
            let request = sample.request { request in
                request.headers = genuine.map { header in
                    chance.chance(percent: 60) ? (header.name, chance.text(of: Self.pieces, upTo: 8)) : header
                }
            }
            let now = Timestamp(milliseconds: sample.nowSeconds * 1000)
            let (steps, result) = verifier.explain(request, now: now)
            #expect(!steps.isEmpty, "seed \(seed), round \(round)")
            let isTaken = (try? verifier.verify(request, now: now)) != nil
            #expect(isTaken == ((try? result.get()) != nil), "seed \(seed), round \(round): \(request.headers)")
        }
    }

    @Test(arguments: TimestampRule.Unit.allCases) func `times`(unit: TimestampRule.Unit) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        for round in 0..<3_000 {
            let text = chance.text(of: Self.pieces, upTo: 5)
            guard let time = unit.time(Array(text.utf8)) else { continue }
            switch unit {
            case .seconds:
                #expect(Int64(text).map { $0 * 1000 } == time.milliseconds, "seed \(seed), round \(round): \(text)")
            case .milliseconds: #expect(Int64(text) == time.milliseconds, "seed \(seed), round \(round): \(text)")
            case .iso: #expect(text.hasPrefix("2023-11-14T"), "seed \(seed), round \(round): \(text)")
            }
            #expect(!time.iso8601.isEmpty)
        }
    }

    @Test func `texts that are signed, and places`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        let pieces = [
            "{", "}", "body", "timestamp", "header:", "json:", "/a", "~", "~1", "query:", "X", "\n", "é", "?", ":",
        ]
        for round in 0..<3_000 {
            let text = chance.text(of: pieces, upTo: 8)
            if let place = RequestPlace(text) {
                #expect(RequestPlace("\(place)") == place, "seed \(seed), round \(round): \(text)")
            }
            if let signed = try? SignedText(text) {
                #expect(signed.parts.isEmpty == text.isEmpty, "seed \(seed), round \(round): \(text)")
            }
        }
    }

    @Test func `secrets`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        let pieces = [
            "whsec_", "whpk_", "whsk_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "=", "a", "-----BEGIN PUBLIC KEY-----",
            "\n", "é",
        ]
        for _ in 0..<1_000 {
            let secret = chance.text(of: pieces, upTo: 6)
            for sample in [SignedSample.standard, .discord, .github, .token] {
                let verifier = try? Verifier(sample.rules, secrets: [secret])
                let now = Timestamp(milliseconds: sample.nowSeconds * 1000)
                let isTaken = (try? verifier?.verify(sample.request(), now: now)) != nil
                #expect(
                    verifier == nil || !isTaken || secret.contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                    "seed \(seed): \(secret)")
            }
        }
    }
}
