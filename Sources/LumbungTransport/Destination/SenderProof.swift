import LumbungCore
public import LumbungSignatures

/// What proves that an event comes from its sender, made anew for each attempt, as the sender would make it now.
///
/// Delivery: made over the payload, URL and headers of the attempt, with the time at which it began. Only events of the
/// named sources get it: what another one received could be anybody's. A test by an operator gets it too.
public struct SenderProof: Sendable {
    /// What the kind of sender is called.
    public let sender: String
    /// Makes the proof; one that stands in headers alone.
    public let signer: RequestSigner
    /// The names of the sources whose events get it.
    public let sources: Set<String>
    /// The headers that are passed on as they came, by name in lower case; those that begin so where the name ends in `*`.
    ///
    /// None of the proof itself, of the message or the connection, and none that Lumbung sets is ever passed on.
    public let forwarded: [String]

    /// Describes a proof.
    public init(sender: String, signer: RequestSigner, sources: Set<String>, forwarded: [String] = []) {
        self.sender = sender
        self.signer = signer
        self.sources = sources
        self.forwarded = forwarded.map { $0.lowercased() }
    }

    /// Whether an event gets it.
    func covers(_ event: LeasedEvent) -> Bool {
        // An operator's test stands in no queue and so has no number.
        sources.contains(event.source) || event.id.value == 0
    }

    /// The kept headers that are passed on.
    func forwardedHeaders(of event: LeasedEvent) -> [(name: String, value: String)] {
        guard !forwarded.isEmpty, let kept = JSONScanner.texts(inObject: event.headers) else { return [] }
        return kept.filter { header in
            forwards(header.name) && HeaderText.isForwardable(header.name) && HeaderText.isValue(header.value)
                && !signer.headerNames.contains(header.name)
        }
    }

    private func forwards(_ name: String) -> Bool {
        forwarded.contains { pattern in
            pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
        }
    }
}

/// Why an attempt cannot be given its sender's proof.
struct SenderProofError: Error {
    /// A sentence for the operator; nothing of a secret is in it.
    let detail: String
}
