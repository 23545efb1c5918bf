import LumbungCore
import LumbungSignatures
import LumbungTesting
import Testing

/// Requests that chance has changed: nothing traps, and what is not as it was signed does not pass.
@Suite struct VerifierFuzzTests {
    @Test(arguments: SignedSample.all) func `what chance makes of a request`(sample: SignedSample) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        let verifier = try Verifier(sample.rules, secrets: sample.secrets)
        let now = Timestamp(milliseconds: sample.nowSeconds * 1000)
        for round in 0..<300 {
            var request = sample.request()
            for _ in 0...Int.random(in: 0..<3, using: &chance) { Self.change(&request, &chance) }
            guard (try? verifier.verify(request, now: now)) != nil else { continue }
            let isAsSigned = Self.signed(request, sample) == Self.signed(sample.request(), sample)
            #expect(isAsSigned, "seed \(seed), round \(round): \(request)")
        }
    }

    /// Changes a byte, cuts, repeats, or puts garbage in the place of a part.
    private static func change(_ request: inout SignedRequest, _ chance: inout SeededGenerator) {
        switch Int.random(in: 0..<6, using: &chance) {
        case 0 where !request.headers.isEmpty:
            let index = Int.random(in: 0..<request.headers.count, using: &chance)
            let bytes = changed(Array(request.headers[index].value.utf8), &chance)
            request.headers[index].value = String(decoding: bytes, as: UTF8.self)
        case 1 where !request.headers.isEmpty:
            let index = Int.random(in: 0..<request.headers.count, using: &chance)
            request.headers.append((request.headers[index].name, "x"))
        case 2 where !request.headers.isEmpty:
            request.headers.remove(at: Int.random(in: 0..<request.headers.count, using: &chance))
        case 3: request.target += String(decoding: garbage(&chance), as: UTF8.self)
        default: request.body = changed(request.body, &chance)
        }
    }

    private static func changed(_ bytes: [UInt8], _ chance: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        guard !bytes.isEmpty else { return garbage(&chance) }
        let index = Int.random(in: 0..<bytes.count, using: &chance)
        switch Int.random(in: 0..<5, using: &chance) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
        case 1: bytes.removeSubrange(index...)
        case 2: bytes.insert(contentsOf: bytes, at: index)
        case 3: bytes.insert(contentsOf: garbage(&chance), at: index)
        default: bytes = garbage(&chance)
        }
        return bytes
    }

    private static func garbage(_ chance: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0..<40, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance) }
    }

    /// What the sender signs of a request, as this test knows it: everything but for those that sign a part.
    private static func signed(_ request: SignedRequest, _ sample: SignedSample) -> [[UInt8]] {
        switch sample.name {
        case "token in a header", "bearer", "basic", "midtrans", "duitku", "hmac over values of the body": []
        // The names and values as they read, with nothing between them: `%2b` signs as `%2B` does.
        case "twilio": [FormField.read(request.body).flatMap { $0.name + $0.value }.sorted()]
        default: [request.body]
        }
    }
}
