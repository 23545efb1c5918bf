import Crypto
import LumbungCore
import LumbungSignatures
import Testing

/// A rule with a request that it takes, and what in that request is its signature.
struct SignedSample: Sendable, CustomTestStringConvertible {
    var name: String
    var rules: [VerificationRule]
    var secrets: [String]
    var url: String?
    var target = "/webhook/x"
    var method = "POST"
    var headers: [String: String]
    var body: String
    var nowSeconds: Int64 = 1_700_000_000
    /// The header that carries the signature.
    var signature = ""

    var testDescription: String { name }

    func request(_ change: (inout SignedRequest) -> Void = { _ in }) -> SignedRequest {
        var request = SignedRequest(
            method: method, url: url, target: target,
            headers: headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            body: Array(body.utf8))
        request.isForm = headers["Content-Type"]?.hasPrefix("application/x-www-form-urlencoded") ?? false
        change(&request)
        return request
    }

    func passes(
        _ request: SignedRequest? = nil, secrets: [String]? = nil, nowSeconds: Int64? = nil
    ) -> Bool {
        guard let verifier = try? Verifier(rules, secrets: secrets ?? self.secrets) else { return false }
        let now = Timestamp(milliseconds: (nowSeconds ?? self.nowSeconds) * 1000)
        return (try? verifier.verify(request ?? self.request(), now: now)) != nil
    }
}

extension SignedSample {
    /// One for every scheme, with the vectors of the providers and of docs/presets.md.
    static let all = [
        github, slack, stripe, shopify, square, paddle, zoom, x, dropbox, twilio, midtrans, iris, standard, asymmetric,
        duitku, doku, discord, mailgun, token, bearer, basic,
    ]

    private static func hmac(_ header: String, _ change: (inout SignatureRule) -> Void = { _ in }) -> [VerificationRule]
    {
        var rule = SignatureRule(scheme: .hmac(.sha256), place: .header(header.lowercased()))
        change(&rule)
        return [.signature(rule)]
    }

    private static func text(_ text: String) -> SignedText {
        guard let signed = try? SignedText(text) else { return .body }
        return signed
    }

    private static func pointer(_ text: String) -> JSONPointer {
        (try? JSONPointer(text)) ?? .root
    }

    static let github = SignedSample(
        name: "github", rules: hmac("X-Hub-Signature-256") { $0.prefix = "sha256=" },
        secrets: ["It's a Secret to Everybody"],
        headers: [
            "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        ], body: "Hello, World!", signature: "X-Hub-Signature-256")

    static let slack = SignedSample(
        name: "slack",
        rules: hmac("X-Slack-Signature") {
            $0.prefix = "v0="
            $0.timestamp = TimestampRule(place: .header("x-slack-request-timestamp"))
            $0.signed = text("v0:{timestamp}:{body}")
        }, secrets: ["8f742231b10e8888abcd99yyyzzz85a5"],
        headers: [
            "X-Slack-Request-Timestamp": "1531420618",
            "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        ],
        body:
            "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        nowSeconds: 1_531_420_618, signature: "X-Slack-Signature")

    static let stripe = SignedSample(
        name: "stripe",
        rules: hmac("Stripe-Signature") {
            $0.field = "v1"
            $0.timestamp = TimestampRule(place: .field("t"))
            $0.signed = text("{timestamp}.{body}")
        }, secrets: ["whsec_test_secret"],
        headers: [
            "Stripe-Signature":
                "t=1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd"
        ], body: #"{"id":"evt_1","object":"event"}"#, signature: "Stripe-Signature")

    static let shopify = SignedSample(
        name: "shopify", rules: hmac("X-Shopify-Hmac-SHA256") { $0.encoding = .base64 }, secrets: ["shpss_test"],
        headers: ["X-Shopify-Hmac-SHA256": "1GxccvotnkOedTjSm8S0m/VA3yAUKshyqT52ccNYHj4="], body: #"{"id":1}"#,
        signature: "X-Shopify-Hmac-SHA256")

    static let square = SignedSample(
        name: "square",
        rules: hmac("x-square-hmacsha256-signature") {
            $0.encoding = .base64
            $0.signed = text("{url}{body}")
        }, secrets: ["sq_key"], url: "https://example.com/in/square",
        headers: ["x-square-hmacsha256-signature": "FQ9GMxPCvb5lniN8jchGf9PT43Pk14OnBMlbvDfRIaQ="],
        body: #"{"event_id":"e1"}"#, signature: "x-square-hmacsha256-signature")

    static let paddle = SignedSample(
        name: "paddle",
        rules: hmac("Paddle-Signature") {
            $0.field = "h1"
            $0.separator = ";"
            $0.timestamp = TimestampRule(place: .field("ts"), tolerance: .seconds(5))
            $0.signed = text("{timestamp}:{body}")
        }, secrets: ["pdl_ntfset_test"],
        headers: [
            "Paddle-Signature":
                "ts=1700000000;h1=1552ce28fbf2200f18473c51f0acc53f0ecc74c11bd9e4eeaf3c3ac977ddea71"
        ], body: #"{"event_id":"evt_1"}"#, signature: "Paddle-Signature")

    static let zoom = SignedSample(
        name: "zoom",
        rules: hmac("x-zm-signature") {
            $0.prefix = "v0="
            $0.timestamp = TimestampRule(place: .header("x-zm-request-timestamp"))
            $0.signed = text("v0:{timestamp}:{body}")
        }, secrets: ["zoomsecret"],
        headers: [
            "x-zm-request-timestamp": "1700000000",
            "x-zm-signature": "v0=37fabdea8e4d1e7734f676bedeb9a0c18dee9af13e5cf9b95606a452c0b52749",
        ], body: #"{"event":"meeting.started"}"#, signature: "x-zm-signature")

    static let x = SignedSample(
        name: "x, its challenge as a body",
        rules: hmac("x-twitter-webhooks-signature") {
            $0.prefix = "sha256="
            $0.encoding = .base64
        }, secrets: ["z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu"],
        headers: ["x-twitter-webhooks-signature": "sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="],
        body: "9b4507b3-9040-4669-9ca3-6b94edb50553", signature: "x-twitter-webhooks-signature")

    static let dropbox = SignedSample(
        name: "dropbox", rules: hmac("X-Dropbox-Signature"), secrets: ["dbxsecret"],
        headers: ["X-Dropbox-Signature": "f347cbc3fc5ecb0997ba533e828ccc015b0fa07cb6398bd27912d3d999a27a4e"],
        body: #"{"list_folder":{"accounts":["a"]}}"#, signature: "X-Dropbox-Signature")

    static let twilio = SignedSample(
        name: "twilio",
        rules: hmac("X-Twilio-Signature") {
            $0.scheme = .hmac(.sha1)
            $0.encoding = .base64
            $0.signed = text("{url}{form}")
            $0.bodyHash = .query("bodySHA256")
        }, secrets: ["12345"], url: "https://mycompany.com/myapp.php?foo=1&bar=2", target: "/myapp.php?foo=1&bar=2",
        headers: [
            "Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ],
        body: "To=%2B18005551212&Digits=1234&Caller=%2B14158675309&From=%2B14158675309&CallSid=CA1234567890ABCDE",
        signature: "X-Twilio-Signature")

    static let midtrans = SignedSample(
        name: "midtrans",
        rules: [
            .signature(
                {
                    var rule = SignatureRule(scheme: .hash(.sha512), place: .json(pointer("/signature_key")))
                    rule.signed = text("{json:/order_id}{json:/status_code}{json:/gross_amount}{secret}")
                    return rule
                }())
        ], secrets: ["SB-Mid-server-test"], headers: [:],
        body:
            #"{"order_id":"order-1","status_code":"200","gross_amount":"10000.00","signature_key":"013e054d7cefbc04423ec8cf7705a9827684a8d17efaccb992ee11d672bb969ca54ed965d95bef71978a9b4b1007de82b669f82dca86436b424d6386439c1e62"}"#
    )

    static let iris = SignedSample(
        name: "midtrans payout",
        rules: hmac("Iris-Signature") {
            $0.scheme = .hash(.sha512)
            $0.signed = text("{body}{secret}")
        }, secrets: ["IRIS-merchant-test"],
        headers: [
            "Iris-Signature":
                "c5ee21523bd9933d6e02f5a1310e9563ffee8b7801f5218b644758db0ac093311c80f02a23e64461fa3ed49d5ca60c208fcd755cf3074e90a61a7380449a0a97"
        ], body: #"{"reference_no":"r1"}"#, signature: "Iris-Signature")

    static let standard = SignedSample(
        name: "standard webhooks", rules: [.standardWebhooks(tolerance: .seconds(300))],
        secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        headers: [
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ], body: #"{"test": 2432232314}"#, nowSeconds: 1_614_265_330, signature: "webhook-signature")

    static let asymmetric = SignedSample(
        name: "standard webhooks, v1a, svix", rules: [.standardWebhooks(tolerance: .seconds(300))],
        secrets: ["whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="],
        headers: [
            "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "svix-timestamp": "1614265330",
            "svix-signature":
                "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
        ], body: #"{"test": 2432232314}"#, nowSeconds: 1_614_265_330, signature: "svix-signature")

    static let duitku = SignedSample(
        name: "duitku",
        rules: [
            .signature(
                {
                    var rule = SignatureRule(scheme: .hash(.md5), place: .form("signature"))
                    rule.signed = text("{form:merchantCode}{form:amount}{form:merchantOrderId}{secret}")
                    return rule
                }())
        ], secrets: ["key"], headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
        // MD5 of "D0001150000abckey", as md5sum has it.
        body: "merchantCode=D0001&amount=150000&merchantOrderId=abc&signature=d349ba1abfdf6ea18685d7771eaf1986")

    static let doku = SignedSample(
        name: "doku",
        rules: hmac("Signature") {
            $0.encoding = .base64
            $0.prefix = "HMACSHA256="
            $0.timestamp = TimestampRule(place: .header("request-timestamp"), unit: .iso)
            $0.signed = text(
                "Client-Id:{header:Client-Id}\nRequest-Id:{header:Request-Id}\nRequest-Timestamp:{timestamp}\n"
                    + "Request-Target:{path}\nDigest:{digest}")
        }, secrets: ["SK-secret"],
        headers: [
            "Client-Id": "C1", "Request-Id": "R1", "Request-Timestamp": "2023-11-14T22:13:20Z",
            // Computed with Python's hmac.
            "Signature": "HMACSHA256=cr3dKcuMeYRKuykEEHe/FvVWe2//L6WUCX20bZFd084=",
        ], body: #"{"order":{"invoice_number":"1"}}"#, signature: "Signature")

    static let mailgun = SignedSample(
        name: "hmac over values of the body",
        rules: [
            .signature(
                {
                    var rule = SignatureRule(
                        scheme: .hmac(.sha256), place: .json(pointer("/signature/signature")))
                    rule.timestamp = TimestampRule(place: .json(pointer("/signature/timestamp")))
                    rule.signed = text("{timestamp}{json:/signature/token}")
                    return rule
                }())
        ], secrets: ["mg-key"], headers: [:],
        body:
            #"{"signature":{"timestamp":"1700000000","token":"tok","signature":"\#(hex("1700000000tok", "mg-key"))"}}"#)

    static let token = SignedSample(
        name: "token in a header", rules: [.token(.value(.header("x-gitlab-token")))], secrets: ["a-token"],
        headers: ["X-Gitlab-Token": "a-token"], body: "{}", signature: "X-Gitlab-Token")

    static let bearer = SignedSample(
        name: "bearer", rules: [.token(.bearer)], secrets: ["a-token"], headers: ["Authorization": "Bearer a-token"],
        body: "{}", signature: "Authorization")

    static let basic = SignedSample(
        name: "basic", rules: [.token(.basic)], secrets: ["user:password"],
        headers: ["Authorization": "Basic dXNlcjpwYXNzd29yZA=="], body: "{}", signature: "Authorization")

    static let discord: SignedSample = {
        let key = Curve25519.Signing.PrivateKey()
        let body = #"{"type":0}"#
        let signature = (try? key.signature(for: Array(("1700000000" + body).utf8))).map { Array($0) } ?? []
        return SignedSample(
            name: "ed25519",
            rules: [
                .signature(
                    {
                        var rule = SignatureRule(scheme: .ed25519, place: .header("x-signature-ed25519"))
                        rule.timestamp = TimestampRule(place: .header("x-signature-timestamp"))
                        rule.signed = text("{timestamp}{body}")
                        rule.secrets.encoding = .hex
                        return rule
                    }())
            ], secrets: [hex(Array(key.publicKey.rawRepresentation))],
            headers: ["X-Signature-Ed25519": hex(signature), "X-Signature-Timestamp": "1700000000"], body: body,
            signature: "X-Signature-Ed25519")
    }()

    private static func hex(_ text: String, _ key: String) -> String {
        hex(Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(key.utf8)))))
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
