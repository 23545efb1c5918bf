import LumbungCore
public import LumbungSignatures

/// What proves that an event comes from its sender, made anew for each attempt, as the sender would make it now.
///
/// Delivery: made over the payload, URL and headers of the attempt, with the time at which it began. Only events that
/// proved themselves as this sender's when they came get it: any other could be anybody's. A test by an operator gets it too.
public struct SenderProof: Sendable {
    /// What the kind of sender is called, which is what its events are proven as.
    public let sender: String
    /// Makes the proof; one that stands in headers alone.
    public let signer: RequestSigner
    /// The headers that are passed on as they came, by name in lower case; those that begin so where the name ends in `*`.
    ///
    /// None of the proof itself, of the message or the connection, and none that Lumbung sets is ever passed on.
    public let forwarded: [String]
    /// The headers of an example, by name in lower case: an operator's test passes them on in the place of kept ones.
    public let example: [(name: String, value: String)]

    /// Describes a proof.
    public init(
        sender: String, signer: RequestSigner, forwarded: [String] = [],
        example: [(name: String, value: String)] = []
    ) {
        self.sender = sender
        self.signer = signer
        self.forwarded = forwarded.map { $0.lowercased() }
        self.example = example.map { ($0.name.lowercased(), $0.value) }
    }

    /// Whether an event gets it.
    func covers(_ event: LeasedEvent) -> Bool { event.provenAs == sender || Self.isTest(event) }

    /// Whether it is an operator's test, which stands in no queue and so has no number.
    private static func isTest(_ event: LeasedEvent) -> Bool { event.id.value == 0 }

    /// The kept headers that are passed on.
    func forwardedHeaders(of event: LeasedEvent) -> [(name: String, value: String)] {
        guard !forwarded.isEmpty,
            let kept = Self.isTest(event) ? example : JSONScanner.texts(inObject: event.headers)
        else { return [] }
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
