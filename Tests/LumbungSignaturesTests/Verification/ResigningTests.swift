import LumbungCore
import LumbungSignatures
import Testing

@Suite struct ResigningTests {
    @Test func `proofs in headers can be made again, others not`() throws {
        let header = RequestPlace.header("x")
        let open: [VerificationRule] = [
            .standardWebhooks(tolerance: .seconds(1)), .token(.bearer), .token(.basic), .token(.value(header)),
            .signature(SignatureRule(scheme: .hmac(.sha256), place: header)),
            .signature(SignatureRule(scheme: .hash(.sha512), place: header)),
        ]
        for rule in open { #expect(rule.resigningObstacle == nil) }
        let body = RequestPlace.json(JSONPointer(key: "signature"))
        var timed = SignatureRule(scheme: .hmac(.sha256), place: header)
        timed.timestamp = TimestampRule(place: body)
        let closed: [(VerificationRule, String)] = [
            (.none, "prove nothing"), (.token(.value(body)), "in the body"),
            (.token(.value(.form("a"))), "in the body"),
            (.token(.items(JSONPointer(key: "a"), split: .root)), "in the body"),
            (.token(.value(.query("key"))), "in the URL"), (.signature(timed), "in the body"),
            (.signature(SignatureRule(scheme: .hmac(.sha256), place: body)), "in the body"),
            (.signature(SignatureRule(scheme: .ed25519, place: header)), "private key"),
            (.signature(SignatureRule(scheme: .ecdsaP256, place: header)), "private key"),
            (.signature(SignatureRule(scheme: .rsaSHA256, place: header)), "private key"),
        ]
        for (rule, why) in closed { #expect(rule.resigningObstacle?.contains(why) == true, "\(rule)") }
    }

    @Test func `the tolerance says nothing about the sender`() {
        var rule = SignatureRule(scheme: .hmac(.sha256), place: .header("x"))
        rule.timestamp = TimestampRule(place: .field("t"), tolerance: .seconds(7))
        var usual = rule
        usual.timestamp?.tolerance = .seconds(300)
        #expect(VerificationRule.signature(rule).withoutTolerance == .signature(usual))
        #expect(
            VerificationRule.standardWebhooks(tolerance: .seconds(1)).withoutTolerance
                == VerificationRule.standardWebhooks(tolerance: .seconds(9)).withoutTolerance)
    }

    @Test(arguments: ["https://a.example/in", "https://a.example/in?a=1&bodySHA256=00"])
    func `a body that is no form has its hash in the URL that is signed`(url: String) throws {
        let sample = SignedSample.twilio
        let signer = try RequestSigner(KeyedRule.sharing(sample.secrets, among: sample.rules))
        var request = SignedRequest(
            method: "POST", url: url, target: String(url.dropFirst(17)),
            headers: [("content-type", "application/json")], body: Array(#"{"a":1}"#.utf8))
        request = try signer.sign(request, now: Timestamp(milliseconds: 0), id: "m")
        let called = try #require(request.url)
        #expect(called.hasSuffix("bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"))
        #expect(!called.contains("=00"))
        #expect(called.hasSuffix(request.target))
        #expect(sample.passes(request, nowSeconds: 0))
    }

    @Test func `a signer does not show its secret`() throws {
        let signer = try RequestSigner([
            KeyedRule(.token(.bearer), secrets: ["canary-token"])
        ])
        var shown = "\(signer)" + String(reflecting: signer)
        dump(signer, to: &shown)
        #expect(!shown.contains("canary"))
    }
}
