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
    var request: HTTPClientRequest {
        var request = HTTPClientRequest(url: destination.url.description)
        request.method = .POST
        request.headers = headers
        request.body = .bytes(ByteBuffer(bytes: attempt.lease.event.payload))
        return request
    }

    private var headers: HTTPHeaders {
        let event = attempt.lease.event
        let id = HeaderText.percentEncoded(event.identity)
        let seconds = attempt.startedAt.milliseconds / 1000
        var headers: HTTPHeaders = [
            "content-type": contentType,
            "webhook-id": id,
            "webhook-timestamp": String(seconds),
            "lumbung-queue-id": String(event.id.value),
            "lumbung-source": HeaderText.percentEncoded(event.source),
            "lumbung-attempt": String(attempt.lease.attempt),
            "user-agent": destination.userAgent,
        ]
        for (name, value) in [("lumbung-type", event.type), ("lumbung-tenant", event.tenant)] where !value.isEmpty {
            headers.add(name: name, value: HeaderText.percentEncoded(value))
        }
        if !destination.secrets.isEmpty {
            let signature = StandardWebhooks.signature(
                id: id, timestampSeconds: seconds, body: event.payload, secrets: destination.secrets)
            headers.add(name: "webhook-signature", value: signature)
        }
        for name in Set(destination.headers.map { $0.name.lowercased() }) { headers.remove(name: name) }
        for (name, value) in destination.headers { headers.add(name: name, value: value) }
        return headers
    }

    /// The content type as the event came with it, when it did and a header can carry it.
    private var contentType: String {
        let fallback = "application/json"
        guard let plan = contentTypePlan,
            let scanned = try? JSONScanner.scan(Array(attempt.lease.event.headers.utf8), plan: plan),
            case .string(let bytes, _)? = scanned.elements.first?.values.first?.content
        else { return fallback }
        let received = String(decoding: bytes, as: UTF8.self)
        return !received.isEmpty && HeaderText.isValue(received) ? received : fallback
    }
}
