import LumbungCore
import LumbungSignatures
import Testing

@Suite struct RequestSignerTests {
    @Test(arguments: SignedSample.all.filter { !["ed25519", "standard webhooks, v1a, svix"].contains($0.name) })
    func `what is signed anew passes at its time`(sample: SignedSample) throws {
        let signer = try RequestSigner(KeyedRule.sharing(sample.secrets, among: sample.rules))
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
            try RequestSigner([KeyedRule(SignedSample.discord.rules[0], secrets: SignedSample.discord.secrets)])
        }
    }

    @Test func `what stands in the body is written anew in its own place`() throws {
        var sample = SignedSample.mailgun
        // The same time stands before the signed one.
        sample.body = #"{"seen":"1700000000","# + sample.body.dropFirst()
        let signer = try RequestSigner(KeyedRule.sharing(sample.secrets, among: sample.rules))
        let signed = try signer.sign(sample.request(), now: Timestamp(milliseconds: 1_800_000_000_000), id: "m")
        #expect(sample.passes(signed, nowSeconds: 1_800_000_000))
        #expect(String(decoding: signed.body, as: UTF8.self).hasPrefix(#"{"seen":"1700000000","#))
    }

    @Test func `a token in the query takes the place of the one that is there`() throws {
        let signer = try RequestSigner([KeyedRule(.token(.value(.query("key"))), secrets: ["new"])])
        var request = SignedSample.token.request()
        request.target = "/in?a=1&key=old&b=2&key=older"
        let signed = try signer.sign(request, now: Timestamp(milliseconds: 0), id: "m")
        #expect(signed.target == "/in?a=1&b=2&key=new")
    }
}
