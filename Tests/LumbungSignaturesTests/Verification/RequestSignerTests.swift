import LumbungCore
import LumbungSignatures
import Testing

@Suite struct RequestSignerTests {
    @Test(arguments: SignedSample.all.filter { !["ed25519", "standard webhooks, v1a, svix"].contains($0.name) })
    func `what is signed anew passes at its time`(sample: SignedSample) throws {
        let signer = try RequestSigner(sample.rules, secret: sample.secrets[0])
        let later = sample.nowSeconds + 1_000_000
        var bare = sample.request()
        bare.headers.removeAll { signer.headerNames.contains($0.name.lowercased()) }
        let signed = try signer.sign(bare, now: Timestamp(milliseconds: later * 1000), id: "msg_2")
        #expect(sample.passes(signed, nowSeconds: later))
        var changed = signed
        changed.body.append(UInt8(ascii: " "))
        let coversBody = !["midtrans", "duitku", "hmac over values of the body"].contains(sample.name)
        let isToken = sample.rules.contains { if case .token = $0 { true } else { false } }
        if coversBody, !isToken { #expect(!sample.passes(changed, nowSeconds: later)) }
    }

    @Test func `a public key signs nothing`() {
        #expect(throws: VerifierError.self) {
            try RequestSigner(SignedSample.discord.rules, secret: SignedSample.discord.secrets[0])
        }
    }
}
