import AsyncHTTPClient
import LumbungCore
import LumbungSignatures
import NIOCore
import NIOHTTP1

/// The request that carries one attempt.
struct DeliveryRequest {
    let destination: HTTPDestination
    let attempt: Attempt
    let contentTypePlan: ScanPlan?

    /// The request with the payload byte for byte and the headers of CONTRACT.md, section 5.
    /// - Parameter template: A request to the destination's URL, when there is one.
    /// - Throws: ``SenderProofError`` when the event lacks a part of what its sender's proof is made over.
    func request(like template: HTTPClient.Request?) throws -> HTTPClient.Request {
        let (url, headers) = try proven(headers)
        let own = url == nil ? template : nil
        var request = try own ?? HTTPClient.Request(url: url ?? destination.url.description, method: .POST)
        request.headers = headers
        request.body = .byteBuffer(ByteBuffer(bytes: attempt.lease.event.payload))
        return request
    }

    /// What proves the sender of this event anew.
    var proof: SenderProof? {
        destination.proof.flatMap { $0.covers(attempt.lease.event) ? $0 : nil }
    }

    private var headers: HTTPHeaders {
        let event = attempt.lease.event
        let id = HeaderText.percentEncoded(event.identity)
        let seconds = attempt.startedAt.milliseconds / 1000
        let attributes = CloudEventHeaders(of: event).fields
        var headers: HTTPHeaders = [
            "webhook-id": id,
            "webhook-timestamp": String(seconds),
            "lumbung-queue-id": String(event.id.value),
            "lumbung-source": HeaderText.percentEncoded(event.source),
            "lumbung-attempt": String(attempt.lease.attempt),
            "user-agent": destination.userAgent,
        ]
        if let receivedAt = event.receivedAt { headers.add(name: "lumbung-received-at", value: receivedAt.iso8601) }
        for (name, value) in [("lumbung-type", event.type), ("lumbung-tenant", event.tenant)] where !value.isEmpty {
            headers.add(name: name, value: HeaderText.percentEncoded(value))
        }
        if !secrets.isEmpty {
            let signature = StandardWebhooks.signature(
                id: id, timestampSeconds: seconds, body: event.payload, secrets: secrets)
            headers.add(name: "webhook-signature", value: signature)
        }
        if let type = receivedContentType ?? likelyContentType(isCloudEvent: !attributes.isEmpty) {
            headers.add(name: "content-type", value: type)
        }
        for (name, value) in attributes { headers.add(name: name, value: value) }
        for (name, value) in proof?.forwardedHeaders(of: event) ?? [] { headers.replaceOrAdd(name: name, value: value) }
        for name in Set(destination.headers.map { $0.name.lowercased() }) { headers.remove(name: name) }
        for (name, value) in destination.headers { headers.add(name: name, value: value) }
        return headers
    }

    /// The secrets of Standard Webhooks, with which a sender may sign as well.
    private var secrets: [SigningSecret] {
        guard let sender = proof?.signer.standardWebhooksSecret, !destination.secrets.contains(sender) else {
            return destination.secrets
        }
        return destination.secrets + [sender]
    }

    /// The content type as the event came with it, when it did and a header can carry it.
    private var receivedContentType: String? {
        guard let plan = contentTypePlan,
            let scanned = try? JSONScanner.scan(Array(attempt.lease.event.headers.utf8), plan: plan),
            case .string(let bytes, _)? = scanned.elements.first?.values.first?.content
        else { return nil }
        let received = String(decoding: bytes, as: UTF8.self)
        return !received.isEmpty && HeaderText.isValue(received) ? received : nil
    }

    /// The content type of an event that came without one: JSON when it looks so, else none.
    ///
    /// The data of a CloudEvent in binary mode has the one that its event says, and none when that says none.
    private func likelyContentType(isCloudEvent: Bool) -> String? {
        !isCloudEvent && JSONScanner.looksLikeJSON(attempt.lease.event.payload) ? "application/json" : nil
    }
}
