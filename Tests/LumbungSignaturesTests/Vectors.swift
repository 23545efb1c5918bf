import Crypto

@testable import LumbungSignatures

/// One message of the Standard Webhooks project with its two signatures.
enum Vectors {
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let timestampSeconds: Int64 = 1_614_265_330
    static let body = Array(#"{"test": 2432232314}"#.utf8)

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let code = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    static let signingSecret =
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
    static let publicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
    static let signature =
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

    /// Checks a header against the message, five minutes around its time.
    @discardableResult
    static func verify(
        _ signature: String,
        id: String = Self.id,
        timestampSeconds: Int64 = Self.timestampSeconds,
        body: [UInt8] = Self.body,
        keys: [String] = [Self.secret, Self.publicKey]
    ) throws -> Int {
        try StandardWebhooks.verify(
            signature, id: id, timestampSeconds: timestampSeconds, body: body,
            keys: keys.map { try VerificationKey($0) },
            window: TimestampWindow(nowSeconds: Self.timestampSeconds))
    }
}

/// The same code made straight from the definition.
enum Reference {
    static func signature(of content: String, key: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(content.utf8), using: SymmetricKey(data: key))
        return "v1," + Base64.encoded(Array(code))
    }
}
