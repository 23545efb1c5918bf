public import LumbungSignatures
import LumbungTransport

/// What proves a sender's events anew to a destination.
public struct ResignConfiguration: Sendable, Equatable {
    /// The sender's preset.
    public let preset: String
    /// How it proves them.
    public let rule: VerificationRule
    /// The secret that the destination checks with.
    public let secret: Secret
    /// The headers that are passed on beside the proof.
    public let forwarded: [String]

    /// The same for the transport.
    /// - Throws: `VerifierError` when the secret cannot be one of the rule.
    func proof() throws(VerifierError) -> SenderProof {
        SenderProof(
            sender: preset, signer: try RequestSigner([KeyedRule(rule, secrets: [secret.revealed])]),
            forwarded: forwarded, example: PresetCatalog.all[preset]?.exampleHeaders ?? [])
    }
}
