import LumbungCore
import LumbungSignatures
import Testing

@Suite struct StandardWebhooksTests {
    private static func sign(_ secrets: [String], body: [UInt8] = Vectors.body) throws -> String {
        StandardWebhooks.signature(
            id: Vectors.id, timestampSeconds: Vectors.timestampSeconds, body: body,
            secrets: try secrets.map { try SigningSecret($0) })
    }

    @Test func `the published symmetric vector`() throws {
        #expect(try Self.sign([Vectors.secret]) == Vectors.code)
        #expect(try Self.sign(["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]) == Vectors.code)
        #expect(try Vectors.verify(Vectors.code) == 0)
    }

    @Test func `the published asymmetric vector`() throws {
        #expect(try Vectors.verify(Vectors.signature) == 1)
        #expect(try Vectors.verify(Vectors.signature, keys: [Vectors.signingSecret]) == 0)
        let own = try Self.sign([Vectors.signingSecret])
        #expect(own.hasPrefix("v1a,"))
        #expect(try Vectors.verify(own, keys: [Vectors.publicKey]) == 0)
    }

    @Test func `each secret gives a signature, in their order`() throws {
        let other = "another-secret-of-30-bytes-now"
        let parts = try Self.sign([Vectors.signingSecret, other, Vectors.secret]).split(separator: " ").map(String.init)
        #expect(parts.count == 3)
        #expect(try Vectors.verify(parts[0], keys: [Vectors.publicKey]) == 0)
        #expect(try Vectors.verify(parts[1], keys: [Vectors.secret, other]) == 1)
        #expect(parts[2] == Vectors.code)
        #expect(try Self.sign([]) == "")
    }

    @Test func `a body is bytes, whatever they are`() throws {
        let body = [UInt8](UInt8.min...UInt8.max)
        for secret in [Vectors.secret, Vectors.signingSecret] {
            for body in [body, []] {
                let signature = try Self.sign([secret], body: body)
                try Vectors.verify(signature, body: body, keys: [secret])
            }
        }
    }

    @Test(arguments: [Vectors.code, Vectors.signature])
    func `one changed bit in the body is refused`(signature: String) throws {
        for place in Vectors.body.indices {
            for bit in 0..<8 {
                var body = Vectors.body
                body[place] ^= 1 << UInt8(bit)
                #expect(throws: SignatureRefusal.mismatch) { try Vectors.verify(signature, body: body) }
            }
        }
        for body in [Vectors.body + [0x0a], Array(Vectors.body.dropLast()), []] {
            #expect(throws: SignatureRefusal.mismatch) { try Vectors.verify(signature, body: body) }
        }
    }

    @Test(arguments: [Vectors.code, Vectors.signature])
    func `another id, time or key is refused`(signature: String) throws {
        for id in ["", "msg_p5jXN8AQM9LWM0D4loKWxJeK", Vectors.id + " ", Vectors.id + "."] {
            #expect(throws: SignatureRefusal.mismatch) { try Vectors.verify(signature, id: id) }
        }
        for seconds in [Vectors.timestampSeconds - 1, Vectors.timestampSeconds + 1] {
            #expect(throws: SignatureRefusal.mismatch) { try Vectors.verify(signature, timestampSeconds: seconds) }
        }
        let others = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir8="]
        for keys in [others, []] {
            #expect(throws: SignatureRefusal.mismatch) { try Vectors.verify(signature, keys: keys) }
        }
    }

    /// Each of them would pass if the check read it with a little good will.
    @Test(arguments: [
        "", " ", ",", "v1", "v1,", "v1a,", "v1,=", "v2", ",g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1 ,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1, g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1=g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE==", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=",
        "v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,G0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1A==", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OEA",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OEAAAA=", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n", "\tv1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,83484cf52b04f8e4cf2531adfed9882ad4b2665137b852442d594d20e2c9d4e1",
    ])
    func `a broken code is refused`(signature: String) {
        #expect(throws: SignatureRefusal.self) { try Vectors.verify(signature) }
    }

    @Test func `a broken asymmetric signature is refused`() {
        let text = String(Vectors.signature.dropFirst(4))
        let broken = [
            "v1," + text, "V1a," + text, "v1A," + text, "v1a," + text.dropLast(), "v1a," + text + "=",
            "v1a," + text.dropFirst(4), "v1a," + text.replacing("Ag==", with: "AgA="), "v1a," + text.lowercased(),
            "v1a," + text.replacing("Ag==", with: "Aw=="), "v1a,AAAA" + text,
            "v1a," + String(repeating: "A", count: 86) + "==", "v1a," + String(repeating: "/", count: 85) + "w==",
        ]
        for signature in broken {
            #expect(throws: SignatureRefusal.self) { try Vectors.verify(signature) }
        }
    }

    @Test func `any one match is enough, and unknown versions are skipped`() throws {
        let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        for header in [
            "\(wrong) \(Vectors.code)", "\(Vectors.code) \(wrong)", "  \(Vectors.code)  ", "v1,x \(Vectors.code)",
            "v2,\(wrong) v1b,x v9 \(Vectors.code)", "\(Vectors.signature) \(Vectors.code)",
        ] {
            try Vectors.verify(header, keys: [Vectors.secret])
        }
        let unknown = String(repeating: "v2,AAAA ", count: 100)
        try Vectors.verify(unknown + Vectors.code)
        #expect(throws: SignatureRefusal.noSignature) { try Vectors.verify(unknown) }
    }

    @Test(arguments: ["v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ", "v1,broken ", "v1a,broken "])
    func `ten signatures are looked at`(wrong: String) throws {
        try Vectors.verify(String(repeating: wrong, count: 9) + Vectors.code)
        #expect(throws: SignatureRefusal.self) {
            try Vectors.verify(String(repeating: wrong, count: 10) + Vectors.code)
        }
    }

    @Test func `the tolerance counts both ways, edges included`() throws {
        let now = Vectors.timestampSeconds
        let key = try VerificationKey(Vectors.secret)
        for (offset, isTaken) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
            let window = TimestampWindow(nowSeconds: now + Int64(offset))
            #expect(window.contains(now) == isTaken)
            let refusal = Result {
                try StandardWebhooks.verify(
                    Vectors.code, id: Vectors.id, timestampSeconds: now, body: Vectors.body, keys: [key],
                    window: window)
            }
            #expect((try? refusal.get()) == (isTaken ? 0 : nil))
        }
        #expect(TimestampWindow(nowSeconds: now, toleranceSeconds: 0).contains(now))
        #expect(!TimestampWindow(nowSeconds: now, toleranceSeconds: 0).contains(now + 1))
        #expect(!TimestampWindow(nowSeconds: now, toleranceSeconds: -1).contains(now))
    }

    @Test func `no time makes the check trap`() throws {
        let edges: [Int64] = [.min, .min + 1, -300, -1, 0, 1, .max - 1, .max]
        for now in edges {
            for tolerance in edges {
                let window = TimestampWindow(nowSeconds: now, toleranceSeconds: tolerance)
                for timestamp in edges where timestamp < 0 { #expect(!window.contains(timestamp)) }
                for timestamp in edges where timestamp >= 0 { _ = window.contains(timestamp) }
            }
        }
        #expect(TimestampWindow(nowSeconds: 0, toleranceSeconds: 300).contains(300))
        for timestamp in [-1, Int64.min, .max] {
            #expect(throws: SignatureRefusal.timestamp) {
                try Vectors.verify(Vectors.code, timestampSeconds: timestamp)
            }
            let secret = try SigningSecret(Vectors.secret)
            let signature = StandardWebhooks.signature(
                id: "a", timestampSeconds: timestamp, body: [], secrets: [secret])
            #expect(signature.hasPrefix("v1,"))
        }
    }

    @Test(arguments: [
        ("0", 0), ("1614265330", 1_614_265_330), ("9223372036854775807", Int64.max), ("9223372036854775808", nil),
        ("-1", nil), ("+1", nil), ("01", nil), ("-0", nil), ("", nil), (" 1", nil), ("1 ", nil), ("1.0", nil),
        ("1e3", nil), ("0x1", nil), ("\u{661}", nil), ("1\n", nil), ("99999999999999999999999999", nil),
    ])
    func `a timestamp is digits as they would be written`(text: String, value: Int64?) {
        #expect(StandardWebhooks.timestampSeconds(text) == value)
    }

    /// The reasoning is in docs/decisions/0022: what is signed has one reading, though ids may hold dots.
    @Test(arguments: [
        ("a.1", #"{"n":1}"#), ("a.1.2", #"{"n":1.5,"s":".1.{}"}"#), ("a.1795382132.{\"x\":1}", #"{"n":1}"#),
        ("x.1795382132.{\"x\":\"", #"{"y":1}"#), ("x.1.[", #"{"a":"]"}"#), ("x.1.{\"x\":\"", #"{",":":1}"}"#),
        ("x.1.5", #"{"a":".1.{\"b\":1}"}"#), ("....", #"{".1.":".2."}"#), ("1.2.3", "{}"),
    ])
    func `signed bytes have one reading whose body is JSON`(id: String, body: String) throws {
        let content = Array("\(id).1795382132.\(body)".utf8)
        let dots = content.indices.filter { content[$0] == UInt8(ascii: ".") }
        let pairs = zip(dots, dots.dropFirst())
        let readings = pairs.filter { first, second in
            let digits = content[(first + 1)..<second]
            let rest = Array(content[(second + 1)...])
            let isNumber = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
            return isNumber && (try? JSONScanner.scan(rest, plan: ScanPlan(pointers: []))) != nil
        }
        #expect(readings.count == 1)
        #expect(readings.first?.1 == content.count - body.utf8.count - 1)
    }
}
