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

    private static func items(_ body: String, secret: String) throws -> [UInt8] {
        let place = TokenPlace.items(JSONPointer(key: "t"), split: JSONPointer(key: "v"))
        var request = SignedSample.token.request()
        request.body = Array(body.utf8)
        let rule = KeyedRule(.token(place), secrets: [secret])
        let signed = try RequestSigner([rule]).sign(request, now: Timestamp(milliseconds: 0), id: "m")
        try Verifier([rule]).verify(signed, now: Timestamp(milliseconds: 0))
        return signed.body
    }

    @Test func `a token in every event is written anew in each, and nowhere else`() throws {
        let body =
            #"{"t":"old","v":[{"a":"old","t":"old"}, {"t" : 7,"b":7},{"t":"new"},{"c":{"t":"x"},"t":"q\"q"}],"o":"old"}"#
        let wanted =
            #"{"t":"old","v":[{"a":"old","t":"new"}, {"t" : "new","b":7},{"t":"new"},{"c":{"t":"x"},"t":"new"}],"o":"old"}"#
        #expect(String(decoding: try Self.items(body, secret: "new"), as: UTF8.self) == wanted)
        #expect(
            String(decoding: try Self.items(#"{"v":[{"t":"a"}]}"#, secret: "\"\\é"), as: UTF8.self)
                == #"{"v":[{"t":"\"\\é"}]}"#)
    }

    @Test(arguments: [#"{"v":[{"t":"a"},{"u":"a"}]}"#, #"{"v":[{"t":"a","t":"b"}]}"#, #"{"v":[]}"#, "{}", "no"])
    func `an event without a place for its token is told`(body: String) {
        #expect(throws: VerificationFailure.self) { try Self.items(body, secret: "new") }
    }
}
