import LumbungCore
import LumbungSignatures
import Testing

@Suite struct VerifierTests {
    @Test(arguments: SignedSample.all) func `what the provider signs passes`(sample: SignedSample) {
        #expect(sample.passes())
    }

    @Test(arguments: SignedSample.all) func `the second of several live secrets is enough, and it is told`(
        sample: SignedSample
    ) throws {
        let other =
            sample.name == "ed25519" ? String(repeating: "0a", count: 32) : "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS0"
        let verifier = try Verifier(sample.rules, secrets: [other] + sample.secrets)
        let now = Timestamp(milliseconds: sample.nowSeconds * 1000)
        #expect(try verifier.verify(sample.request(), now: now) == 1)
        #expect(!sample.passes(secrets: [other]))
    }

    @Test(arguments: SignedSample.all.filter { !$0.signature.isEmpty })
    func `no broken form of a signature passes`(sample: SignedSample) throws {
        let right = try #require(sample.headers[sample.signature])
        for broken in Self.broken(right) {
            let request = sample.request { request in
                request.headers = request.headers.map { $0.name == sample.signature ? ($0.name, broken) : $0 }
            }
            #expect(!sample.passes(request), "\(broken) was taken")
        }
        #expect(!sample.passes(sample.request { $0.headers.removeAll { $0.name == sample.signature } }), "none")
    }

    @Test(arguments: SignedSample.all.filter { !$0.signature.isEmpty })
    func `a signature that came twice is none`(sample: SignedSample) throws {
        let right = try #require(sample.headers[sample.signature])
        for other in ["x", right] {
            #expect(!sample.passes(sample.request { $0.headers.insert((sample.signature, other), at: 0) }))
            #expect(!sample.passes(sample.request { $0.headers.append((sample.signature.lowercased(), other)) }))
        }
    }

    /// Those whose body is under the signature as a whole.
    @Test(
        arguments: SignedSample.all.filter {
            !["midtrans", "duitku", "hmac over values of the body"].contains($0.name)
        })
    func `a body with one bit changed does not pass`(sample: SignedSample) {
        guard !sample.rules.contains(where: { if case .token = $0 { true } else { false } }) else { return }
        for index in 0..<sample.body.utf8.count {
            #expect(!sample.passes(sample.request { $0.body[index] ^= 1 }), "bit at \(index)")
        }
        #expect(!sample.passes(sample.request { $0.body.append(UInt8(ascii: " ")) }))
        #expect(!sample.passes(sample.request { $0.body = [] }))
    }

    @Test(arguments: [SignedSample.midtrans, .duitku, .mailgun])
    func `values of the body that are signed cannot change, be missing or stand twice`(sample: SignedSample) {
        for (old, new) in [
            ("10000.00", "10000.0"), ("10000.00", "100000.00"), ("order-1", "order-2"), ("150000", "150001"),
            ("tok\"", "tok2\""), ("1700000000", "1700000001"), ("\"status_code\":\"200\",", ""),
            ("\"status_code\":\"200\"", "\"status_code\":\"200\",\"status_code\":\"201\""),
            ("amount=150000", "amount=150000&amount=1"),
        ] where sample.body.contains(old) {
            var changed = sample
            changed.body = Self.replacing(old, with: new, in: sample.body)
            #expect(changed.body != sample.body)
            #expect(!changed.passes(), "\(old) became \(new)")
        }
    }

    @Test(
        arguments: SignedSample.all.filter {
            ["slack", "stripe", "zoom", "standard webhooks", "doku", "ed25519"].contains($0.name)
        })
    func `a signed time counts up to its tolerance, both ways`(sample: SignedSample) {
        for offset in [-300, 300] as [Int64] { #expect(sample.passes(nowSeconds: sample.nowSeconds + offset)) }
        for offset in [-301, 301, -1_000_000_000, 1_000_000_000] as [Int64] {
            #expect(!sample.passes(nowSeconds: sample.nowSeconds + offset), "\(offset)")
        }
    }

    @Test(arguments: [
        "", "-1", "+1700000000", "1700000000 ", "1700000000.0", "9223372036854775807", "9223372036854775808",
        "99999999999999999999999999", "１７００００００００", "0x6553F100", "1e9",
    ])
    func `an odd time is refused and traps nothing`(time: String) {
        let sample = SignedSample.zoom
        #expect(
            !sample.passes(
                sample.request {
                    $0.headers = $0.headers.map { $0.name == "x-zm-request-timestamp" ? ($0.name, time) : $0 }
                }))
    }

    @Test func `of many signatures the first ten are looked at`() {
        let right = "v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd"
        let wrong = "v1=" + String(repeating: "0", count: 64)
        func passes(_ wrongOnes: Int) -> Bool {
            let list = (["t=1700000000"] + Array(repeating: wrong, count: wrongOnes) + [right]).joined(separator: ",")
            return SignedSample.stripe.passes(SignedSample.stripe.request { $0.headers = [("Stripe-Signature", list)] })
        }
        #expect(passes(9))
        #expect(!passes(10))
        #expect(!passes(1000))
    }

    @Test func `the body hash is wanted where the body is no form`() throws {
        var sample = SignedSample.twilio
        sample.headers["Content-Type"] = "application/json"
        #expect(!sample.passes(), "a body that nothing covers was taken")
    }

    @Test func `a body hash that is there counts for a form too`() {
        let sample = SignedSample.twilio
        let hash = "&bodySHA256=" + String(repeating: "0", count: 64)
        #expect(sample.passes(sample.request { $0.target += "&x=1" }), "the URL is the registered one here")
        #expect(!sample.passes(sample.request { $0.target += hash }))
    }

    @Test func `of several rules each has the secrets that are for it`() throws {
        let rules = [
            VerificationRule.standardWebhooks(tolerance: .seconds(300)), .token(.value(.header("x-gitlab-token"))),
        ]
        let key = SignedSample.standard.secrets[0]
        let verifier = try Verifier(rules, secrets: [key, "a-token"])
        let now = Timestamp(milliseconds: SignedSample.standard.nowSeconds * 1000)
        #expect(try verifier.verify(SignedSample.standard.request(), now: now) == 0, "a short token took the rule away")
        #expect((try? verifier.verify(SignedSample.token.request(), now: now)) != nil)
        let sent = SignedSample.token.request { $0.headers = [("X-Gitlab-Token", key)] }
        #expect((try? verifier.verify(sent, now: now)) == nil, "a key was taken as a token")
        for wrong in ["whsec_!!!", "whsec_YQ==", "whpk_AAAA"] {
            #expect(throws: VerifierError.self) { try Verifier(rules, secrets: [wrong]) }
        }
    }

    @Test func `a public key is never a shared secret`() throws {
        let publicKey = SignedSample.discord.secrets[0]
        for other in [
            VerificationRule.standardWebhooks(tolerance: .seconds(300)), SignedSample.github.rules[0], .token(.bearer),
        ] {
            #expect(throws: VerifierError.self) {
                try Verifier(SignedSample.discord.rules + [other], secrets: [publicKey])
            }
        }
        let verifying = SignedSample.asymmetric.secrets[0]
        let rules = SignedSample.asymmetric.rules + SignedSample.github.rules
        #expect(try KeyedRule.sharing([verifying], among: rules).map(\.rule) == SignedSample.asymmetric.rules)
        for pem in ["-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----"] {
            #expect(throws: VerifierError.self) { try Verifier(SignedSample.github.rules, secrets: [pem]) }
        }
    }

    @Test func `rules with secrets of their own take nothing of one another`() throws {
        let verifier = try Verifier([
            KeyedRule(SignedSample.discord.rules[0], secrets: SignedSample.discord.secrets),
            KeyedRule(SignedSample.token.rules[0], secrets: SignedSample.token.secrets),
        ])
        let now = Timestamp(milliseconds: SignedSample.discord.nowSeconds * 1000)
        let all = SignedSample.discord.secrets + SignedSample.token.secrets
        #expect(verifier.fingerprints == all.map(SecretFingerprint.init(of:)))
        let places = [SignedSample.discord, .token].map { sample in
            (try? verifier.verify(sample.request(), now: now)).flatMap { $0 }.map { all[$0] }
        }
        #expect(places == [SignedSample.discord.secrets[0], SignedSample.token.secrets.last])
        let key = SignedSample.token.request { $0.headers = [("X-Gitlab-Token", SignedSample.discord.secrets[0])] }
        #expect(throws: VerificationFailure.self) { try verifier.verify(key, now: now) }
    }

    @Test func `a key of Standard Webhooks is one of Stripe as well`() throws {
        var stripe = SignedSample.stripe
        let key = SignedSample.standard.secrets[0]
        let signed = try RequestSigner([KeyedRule(stripe.rules[0], secrets: [key])])
            .sign(stripe.request(), now: Timestamp(milliseconds: stripe.nowSeconds * 1000), id: "m")
        stripe.rules = SignedSample.standard.rules + stripe.rules
        stripe.secrets = [key]
        #expect(stripe.passes(signed))
        #expect(stripe.passes(SignedSample.standard.request(), nowSeconds: SignedSample.standard.nowSeconds))
    }

    @Test func `of several rules the one that came closest is told`() throws {
        let rules = [VerificationRule.token(.bearer), .token(.value(.query("access_token")))]
        let verifier = try Verifier(rules, secrets: ["a-token"])
        let request = SignedSample.bearer.request { $0.headers = [("Authorization", "Bearer wrong")] }
        let failure = #expect(throws: VerificationFailure.self) {
            try verifier.verify(request, now: Timestamp(milliseconds: 0))
        }
        #expect(failure?.step == .signature)
    }

    @Test(arguments: [0, 1, 0xEC, 0xED, 0xEE] as [UInt8])
    func `a public key for which anybody can sign is none`(first: UInt8) {
        let rest: UInt8 = first < 2 ? 0 : 0xFF
        let bytes = [first] + Array(repeating: rest, count: 30) + [first < 2 ? 0x80 : 0xFF]
        #expect(throws: VerifierError.self) {
            try Verifier(SignedSample.discord.rules, secrets: [SignedSample.hex(bytes)])
        }
    }

    @Test func `a check is explained step by step, without the secret`() throws {
        let sample = SignedSample.midtrans
        let verifier = try Verifier(sample.rules, secrets: sample.secrets)
        let (steps, result) = verifier.explain(sample.request(), now: Timestamp(milliseconds: 0))
        #expect(try result.get() == 0)
        #expect(steps.map(\.name) == ["check", "json:/signature_key", "signed text", "signature"])
        #expect(steps[2].detail == "order-120010000.00********")
        #expect(!"\(steps)".contains("SB-Mid-server-test"))
    }

    @Test func `an id that is not signed cannot stand beside the one that is`() {
        let sample = SignedSample.asymmetric
        #expect(!sample.passes(sample.request { $0.headers.append(("Webhook-Id", "msg_new")) }))
        #expect(sample.passes(sample.request { $0.headers.append(("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")) }))
    }

    @Test func `no rule and no secret make no verifier`() {
        #expect(throws: VerifierError.self) { try Verifier([], secrets: ["x"]) }
        #expect(throws: VerifierError.self) { try Verifier([.token(.bearer)], secrets: []) }
        #expect(throws: VerifierError.self) {
            try Verifier([.standardWebhooks(tolerance: .seconds(1))], secrets: ["short"])
        }
    }

    @Test func `one of several rules is enough, with the secret that fits it`() throws {
        let rules = [
            VerificationRule.standardWebhooks(tolerance: .seconds(300)), .token(.value(.header("x-gitlab-token"))),
        ]
        let verifier = try Verifier(rules, secrets: ["a-token"])
        let now = Timestamp(milliseconds: 0)
        #expect(try verifier.verify(SignedSample.token.request(), now: now) == 0)
        #expect(throws: VerificationFailure.self) { try verifier.verify(SignedSample.github.request(), now: now) }
    }

    /// Every way in which a text can nearly be a signature.
    private static func broken(_ right: String) -> [String] {
        let swapped = String(right.map { $0.isLowercase ? Character($0.uppercased()) : Character($0.lowercased()) })
        var last = right.unicodeScalars.map { $0 }
        let index = last.lastIndex { $0 != "=" } ?? 0
        last[index] = last[index] == "A" ? "B" : last[index] == "0" ? "1" : "A"
        var changed = ""
        changed.unicodeScalars.append(contentsOf: last)
        return [
            "", " ", "=", ",", "v1=", "sha256=", String(right.dropLast()), String(right.dropFirst()), right + "0",
            "0" + right,
            right + "=", swapped, changed, right.uppercased() + "\u{0}",
            String(repeating: "a", count: 100_000), String(right.reversed()), "\u{FFFD}" + right,
        ].filter { $0 != right }
    }

    private static func replacing(_ old: String, with new: String, in text: String) -> String {
        guard let range = text.firstRange(of: old) else { return text }
        return text.replacingCharacters(in: range, with: new)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with new: String) -> String {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
