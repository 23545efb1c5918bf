import LumbungCore

/// Checks the three headers of Standard Webhooks, or of Svix.
struct StandardWebhooksCheck: RequestCheck {
    private let keys: [VerificationKey]
    private let toleranceSeconds: Int64

    init(tolerance: Duration, secrets: [String]) throws(VerifierError) {
        toleranceSeconds = tolerance.components.seconds
        var keys: [VerificationKey] = []
        for secret in secrets {
            do throws(SigningSecretError) {
                keys.append(try VerificationKey(secret))
            } catch {
                throw VerifierError(description: error.description)
            }
        }
        self.keys = keys
    }

    func verify(
        _ request: SignedRequest, now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int? {
        let prefix = request.values(ofHeader: "webhook-signature").isEmpty ? "svix-" : "webhook-"
        trace.add("check", "Standard Webhooks with the headers webhook-… or svix-…")
        // Whichever of two ids names the event, it has to be the one that is signed.
        let ids = Set(
            (request.values(ofHeader: "webhook-id") + request.values(ofHeader: "svix-id")).map { Array($0.utf8) })
        guard ids.count <= 1 else {
            throw VerificationFailure(.content, "webhook-id and svix-id are both there and differ")
        }
        var values: [String] = []
        for name in ["id", "timestamp", "signature"] {
            let found = request.values(ofHeader: prefix + name)
            guard found.count == 1 else {
                trace.add(prefix + name, found.isEmpty ? "not there" : "came more than once")
                throw VerificationFailure(.missing, "the header \(prefix)\(name) is not there once")
            }
            trace.add(prefix + name, found[0])
            values.append(found[0])
        }
        guard let seconds = StandardWebhooks.timestampSeconds(values[1]) else {
            throw VerificationFailure(.timestamp, "the header \(prefix)timestamp is not a number of seconds")
        }
        let window = TimestampWindow(
            nowSeconds: now.milliseconds.flooredQuotient(1000), toleranceSeconds: toleranceSeconds)
        do throws(SignatureRefusal) {
            let index = try StandardWebhooks.verify(
                values[2], id: values[0], timestampSeconds: seconds, body: request.body, keys: keys, window: window)
            trace.add("signature", "made with one of the secrets")
            return index
        } catch {
            trace.add("signature", error.description)
            throw VerificationFailure(error == .timestamp ? .timestamp : .signature, error.description)
        }
    }
}
