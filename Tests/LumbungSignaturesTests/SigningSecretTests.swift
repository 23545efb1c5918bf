import LumbungSignatures
import Testing

@Suite struct SigningSecretTests {
    /// The base64 of as many zero bytes.
    private static func zeros(_ count: Int) -> String {
        let bits = count * 8
        let symbols = (bits + 5) / 6
        return String(repeating: "A", count: symbols) + String(repeating: "=", count: (4 - symbols % 4) % 4)
    }

    @Test(arguments: [24, 25, 26, 32, 63, 64])
    func `a symmetric key has 24 to 64 bytes, with or without its prefix`(count: Int) throws {
        let prefixed = try SigningSecret("whsec_" + Self.zeros(count))
        #expect(try prefixed == SigningSecret(Self.zeros(count)))
    }

    @Test(arguments: [0, 1, 16, 23, 65, 66, 128])
    func `a symmetric key of another length is refused behind its prefix`(count: Int) {
        let error = SigningSecretError.wrongLength(prefix: "whsec_", allowed: "24 to 64 bytes")
        #expect(throws: error) { try SigningSecret("whsec_" + Self.zeros(count)) }
    }

    @Test func `a text without prefix that is no base64 of such a length is taken as it is`() throws {
        // 23 and 65 bytes in base64; unpadded; the URL alphabet.
        for text in [Self.zeros(23), Self.zeros(65), "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0", "abc-def_ghi-jkl_mno"] {
            let secret = try SigningSecret(text)
            let signature = StandardWebhooks.signature(id: "a", timestampSeconds: 1, body: [], secrets: [secret])
            #expect(signature == Reference.signature(of: "a.1.", key: Array(text.utf8)))
        }
    }

    @Test func `a text is at least 16 bytes and at most 512`() throws {
        _ = try SigningSecret("0123456789.12345")
        _ = try SigningSecret(String(repeating: "\u{e9}", count: 8))
        _ = try SigningSecret(String(repeating: ".", count: 512))
        #expect(throws: SigningSecretError.tooShort) { try SigningSecret("0123456789.1234") }
        #expect(throws: SigningSecretError.tooShort) { try SigningSecret("x") }
        #expect(throws: SigningSecretError.tooLong) { try SigningSecret(String(repeating: ".", count: 513)) }
        #expect(throws: SigningSecretError.tooLong) { try SigningSecret("whsec_" + Self.zeros(400)) }
        #expect(throws: SigningSecretError.empty) { try SigningSecret("") }
    }

    @Test(arguments: ["whsec_", "whsk_", "whpk_"])
    func `what follows a prefix is strict base64`(prefix: String) {
        let whole = Self.zeros(32)
        let broken = [
            String(whole.dropLast()), whole + "=", whole + "\u{e9}", "A" + whole, String(whole.dropFirst()),
            whole.replacing("A=", with: "B="), whole.replacing("AAAA=", with: "A-_A="), "x y" + whole.dropFirst(3),
            prefix + whole,
        ]
        for text in broken {
            #expect(throws: SigningSecretError.notBase64(prefix: prefix)) { try VerificationKey(prefix + text) }
        }
    }

    @Test(arguments: [0, 31, 33, 63, 65])
    func `a signing key has 32 or 64 bytes`(count: Int) {
        let error = SigningSecretError.wrongLength(prefix: "whsk_", allowed: "32 or 64 bytes")
        #expect(throws: error) { try SigningSecret("whsk_" + Self.zeros(count)) }
    }

    @Test func `a signing key stands with or without its public key, which must be its own`() throws {
        let seed = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
        #expect(try SigningSecret(seed) == SigningSecret(Vectors.signingSecret))
        // One bit of the public half; one bit of the seed; the halves the other way about.
        for text in [
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvw==",
            "whsk_6Hb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
            "whsk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir7pdv90Jwek95rbU9LU31Vj81lbvbcIRzvs3iskK5sxtw==",
        ] {
            #expect(throws: SigningSecretError.publicKeyDiffers) { try SigningSecret(text) }
        }
    }

    @Test func `a public key checks and does not sign`() throws {
        _ = try VerificationKey(Vectors.publicKey)
        #expect(throws: SigningSecretError.publicKey) { try SigningSecret(Vectors.publicKey) }
        for count in [31, 33, 64] {
            let error = SigningSecretError.wrongLength(prefix: "whpk_", allowed: "32 bytes")
            #expect(throws: error) { try VerificationKey("whpk_" + Self.zeros(count)) }
        }
    }

    @Test(arguments: ["WHSEC_", "Whsec_", "wHsK_", "WHPK_"])
    func `a prefix in other letters is not taken for a text`(prefix: String) {
        #expect(throws: SigningSecretError.prefixCase) { try SigningSecret(prefix + Self.zeros(32)) }
    }

    @Test(arguments: [
        "\n", "\r\n", "\t", "\0", "\u{7f}", "\u{85}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{200b}", "\u{202e}",
    ])
    func `characters that nobody sees are refused`(character: String) {
        for text in [character + "0123456789abcdef", "01234567\(character)89abcdef", "0123456789abcdef" + character] {
            #expect(throws: SigningSecretError.invisibleCharacter) { try SigningSecret(text) }
        }
    }

    @Test(arguments: [" ", "\u{a0}", "\u{3000}"])
    func `blanks may be inside only`(blank: String) throws {
        _ = try SigningSecret("0123456789\(blank)abcdef")
        #expect(throws: SigningSecretError.blankAround) { try SigningSecret(blank + "0123456789abcdef") }
        #expect(throws: SigningSecretError.blankAround) { try SigningSecret("0123456789abcdef" + blank) }
    }

    @Test func `no output shows a secret`() throws {
        let text = "correct-horse-battery-staple"
        var shown = ""
        for value in [try SigningSecret(text) as Any, try VerificationKey(text) as Any] {
            #expect("\(value)" == "********")
            #expect(String(reflecting: value) == "********")
            dump(value, to: &shown)
            dump(["key": value], to: &shown)
        }
        #expect(shown.contains("********"))
        for part in [text, "99, 111", "0x63", "63, 6f"] { #expect(!shown.contains(part)) }
    }

    @Test func `no error repeats a secret`() {
        let texts = [
            "c0rrect-h0rse", "whsec_c0rrect-h0rse", "whsk_c0rrect-h0rse", "whpk_c0rrect-h0rse", "WHSEC_c0rrect-h0rse",
            "c0rrect-h0rse\n", " c0rrect-h0rse", "whsec_c0rrecth0rse", "whsk_c0rrecth0rse", "whpk_c0rrecth0rse",
            String(repeating: "c0rrect-h0rse", count: 60), "c0rrect", "",
        ]
        for text in texts {
            let error = #expect(throws: SigningSecretError.self) { try SigningSecret(text) }
            let sentence = error?.description ?? ""
            #expect(!sentence.isEmpty)
            #expect(!sentence.contains("c0rrect"))
            #expect(!String(reflecting: error).contains("c0rrect"))
        }
    }
}
