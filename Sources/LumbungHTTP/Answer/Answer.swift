import LumbungKit
import NIOCore
import NIOHTTP1

/// One response, ready to be written: no text from outside stands in its head.
struct Answer: Sendable, Hashable {
    /// The HTTP status.
    var status: Int
    /// The media type of the body; nil when there is no body.
    var contentType: String?
    /// The body.
    var body: [UInt8]
    /// The value of `Allow`.
    var allow: String?
    /// The value of `Retry-After` in seconds.
    var retryAfterSeconds: Int?
    /// Headers that a handshake asks for; without control characters.
    var extraHeaders: [IngestRequest.Header] = []

    /// The interim response that asks for the body.
    static let continuing: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// An answer of 200 with a JSON body.
    init(json body: [UInt8]) {
        status = 200
        contentType = "application/json"
        self.body = body
    }

    /// The answer to a handshake.
    init(_ handshake: HandshakeAnswer) {
        status = handshake.status
        contentType = handshake.contentType
        body = handshake.body
        extraHeaders = handshake.headers
    }

    /// The answer to a request that is kept in quarantine.
    init(_ receipt: QuarantineReceipt) {
        guard receipt.answerStatus < 300 else {
            self.init(Refusal(receipt.problem))
            return
        }
        self.init(json: Self.hasBody(receipt.answerStatus) ? Array(#"{"status":"quarantined"}"#.utf8) : [])
        status = receipt.answerStatus
        if body.isEmpty { contentType = nil }
    }

    /// Whether an answer of a status has a body (RFC 9110, sections 15.3.5 and 15.3.6).
    static func hasBody(_ status: Int) -> Bool { status != 204 && status != 205 }

    /// A problem document (RFC 9457).
    init(_ refusal: Refusal) {
        status = refusal.problem.status
        contentType = "application/problem+json"
        body = refusal.problem.json
        allow = refusal.allow
        retryAfterSeconds = refusal.problem.retryAfterSeconds
    }

    /// `/healthz`.
    static let healthy = Answer(json: Array(#"{"status":"ok"}"#.utf8))

    /// `/readyz`, with the reason when nothing can be committed.
    static func readiness(_ reason: String?) -> Answer {
        guard let reason else { return ready }
        return Answer(Refusal(.notReady(reason)))
    }

    private static let ready = Answer(json: Array(#"{"status":"ready"}"#.utf8))

    /// Appends the response as it goes over the wire.
    func write(into buffer: inout ByteBuffer, isHead: Bool, closes: Bool) {
        if status == 200 {
            buffer.writeStaticString("HTTP/1.1 200 OK")
        } else {
            let reason = HTTPResponseStatus(statusCode: status).reasonPhrase
            buffer.writeString("HTTP/1.1 \(status) \(reason)")
        }
        if let contentType { buffer.writeString("\r\ncontent-type: " + contentType) }
        // A 204 has no length (RFC 9110, section 8.6).
        if status != 204 { buffer.writeString("\r\ncontent-length: \(body.count)") }
        if let allow { buffer.writeString("\r\nallow: " + allow) }
        if let retryAfterSeconds { buffer.writeString("\r\nretry-after: \(retryAfterSeconds)") }
        for header in extraHeaders { buffer.writeString("\r\n" + header.name + ": " + header.value) }
        if closes { buffer.writeStaticString("\r\nconnection: close") }
        buffer.writeStaticString("\r\n\r\n")
        if !isHead, status != 204 { buffer.writeBytes(body) }
    }
}
