import LumbungCore
import LumbungSignatures
import NIOHTTP1

/// The sender's proof on an attempt.
extension DeliveryRequest {
    /// The headers with what the event's sender would add to them now, and the URL when that changes too; an own header
    /// keeps its place.
    func proven(_ headers: HTTPHeaders) throws(SenderProofError) -> (url: String?, headers: HTTPHeaders) {
        // Standard Webhooks has its signature by now, beside those of the destination's own secrets.
        guard let proof, proof.signer.standardWebhooksSecret == nil else { return (nil, headers) }
        let url = destination.url.description
        var bare = SignedRequest(
            method: "POST", url: url, target: destination.url.target,
            headers: headers.map { ($0.name, $0.value) }, body: attempt.lease.event.payload)
        bare.isForm = Self.isForm(headers["content-type"].first)
        let signed: SignedRequest
        do throws(VerificationFailure) {
            signed = try proof.signer.sign(bare, now: attempt.startedAt, id: attempt.lease.event.identity)
        } catch {
            throw SenderProofError(detail: "cannot be signed as \(proof.sender) does: \(error)")
        }
        let own = Set(destination.headers.map { $0.name.lowercased() })
        var proven = headers
        for name in proof.signer.headerNames where !own.contains(name) {
            proven.remove(name: name)
            for header in signed.headers where header.name == name { proven.add(name: name, value: header.value) }
        }
        return (signed.url == url ? nil : signed.url, proven)
    }

    /// Whether a content type is that of a form, whatever its parameters.
    private static func isForm(_ contentType: String?) -> Bool {
        let essence = (contentType ?? "").prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        return essence.lowercased() == "application/x-www-form-urlencoded"
    }
}
