import Crypto
import LumbungCore
import LumbungSignatures

/// Answers the questions of one source.
///
/// Pure: a request in, an answer or a problem out. It is never made for a source without handshakes.
struct HandshakeDesk: Sendable {
    /// The largest body that is looked at for a question, in bytes.
    static let maxBodyBytes = 65_536

    private let handshakes: [Handshake]
    private let keys: HandshakeKeys
    private let methods: [String]
    private let isAskedByGet: Bool
    private let isAskedByPost: Bool
    private let isAskedSigned: Bool

    /// Nil for a source that has no handshakes.
    init?(_ source: Source) {
        guard !source.handshakes.isEmpty else { return nil }
        handshakes = source.handshakes
        keys = source.handshakeKeys
        methods = source.methods
        isAskedByGet = handshakes.contains { $0.method == "GET" }
        isAskedByPost = handshakes.contains { $0.method == "POST" && !$0.isSigned }
        isAskedSigned = handshakes.contains(where: \.isSigned)
    }

    /// The answer to a question that carries no signature; nil when the request is none.
    ///
    /// To be asked before the signature is checked.
    /// - Throws: ``Problem`` for a question that is asked wrongly.
    func unsigned(_ request: IngestRequest) throws(Problem) -> HandshakeAnswer? {
        switch request.method {
        case "GET": try isAskedByGet ? get(RequestQuery(target: request.target)) : nil
        case "OPTIONS": try handshakes.contains(.cloudevents) ? consent(request) : nil
        case "POST": isAskedByPost ? post(request) : nil
        default: nil
        }
    }

    /// The answer to a question that is signed as events are; nil when the request is none.
    ///
    /// Durability: none; to be asked only once the signature was checked.
    /// - Throws: ``Problem`` for a question that cannot be answered without a secret.
    func signed(_ request: IngestRequest) throws(Problem) -> HandshakeAnswer? {
        guard isAskedSigned, request.method == "POST", request.body.count <= Self.maxBodyBytes,
            let question = HandshakeBody(request.body)
        else { return nil }
        for handshake in handshakes {
            switch handshake {
            case .slack:
                if question.type == .string("url_verification"), let challenge = question.challenge,
                    HandshakeText.isEchoed(challenge)
                {
                    return .echo(.slack, challenge)
                }
            case .zoom:
                if question.event == .string("endpoint.url_validation"), let token = question.plainToken,
                    HandshakeText.isSigned(token)
                {
                    return try zoom(token)
                }
            case .discord:
                if let answer = Self.discord(question) { return answer }
            default: break
            }
        }
        return nil
    }

    /// The secret that a sender brings for everything that it will sign; nil when the request brings none.
    ///
    /// - Throws: ``Problem`` for one that cannot be sent back.
    func brought(_ request: IngestRequest) throws(Problem) -> String? {
        guard handshakes.contains(.asana), request.method == "POST", request.header("x-hook-signature") == nil,
            let secret = request.header("x-hook-secret")
        else { return nil }
        guard request.hasOneValue(of: "x-hook-secret"), HandshakeText.isOrigin(secret) else {
            throw .badRequest("X-Hook-Secret has to be one text of 1 to 256 visible ASCII characters")
        }
        return secret
    }

    // MARK: Without a signature

    private func get(_ query: RequestQuery) throws(Problem) -> HandshakeAnswer {
        for handshake in handshakes {
            switch handshake {
            case .meta:
                if query.formValue("hub.mode") == Array("subscribe".utf8) { return try meta(query) }
            case .x:
                if let token = query.formValue("crc_token"), HandshakeText.isSigned(token) { return try x(token) }
            case .dropbox:
                if let challenge = query.formValue("challenge"), HandshakeText.isEchoed(challenge) {
                    return .echo(.dropbox, challenge)
                }
            default: break
            }
        }
        throw .noQuestion
    }

    private func post(_ request: IngestRequest) -> HandshakeAnswer? {
        if handshakes.contains(.graph),
            let token = RequestQuery(target: request.target).formValue("validationToken"), HandshakeText.isEchoed(token)
        {
            return .echo(.graph, token)
        }
        if handshakes.contains(.shopee), Self.isEmpty(request.body) { return HandshakeAnswer(.shopee, status: 200) }
        return nil
    }

    private func meta(_ query: RequestQuery) throws(Problem) -> HandshakeAnswer {
        // Digests are compared in the same time whatever they are.
        guard let token = keys.verifyToken, let guess = query.formValue("hub.verify_token"),
            SHA256.hash(data: guess) == SHA256.hash(data: token)
        else { throw .handshakeRefused("the verify token is missing or wrong") }
        guard let challenge = query.formValue("hub.challenge"), HandshakeText.isEchoed(challenge) else {
            throw .noQuestion
        }
        return .echo(.meta, challenge)
    }

    private func x(_ token: [UInt8]) throws(Problem) -> HandshakeAnswer {
        let code = Base64.encoded(Array(try code(of: token)))
        return .json(.x, #"{"response_token":"sha256=\#(code)"}"#)
    }

    /// Consent after HTTP 1.1 Web Hooks for Event Delivery 1.0.2, section 4, given at once; no callback is called.
    private func consent(_ request: IngestRequest) throws(Problem) -> HandshakeAnswer {
        guard let origin = request.header("webhook-request-origin"), HandshakeText.isOrigin(origin),
            request.hasOneValue(of: "webhook-request-origin")
        else {
            throw .badRequest(
                "an OPTIONS request to this source needs one WebHook-Request-Origin of visible ASCII characters, "
                    + "at most \(HandshakeText.originMaxBytes) bytes")
        }
        return HandshakeAnswer(
            .cloudevents, status: 200,
            headers: [
                .init(name: "WebHook-Allowed-Origin", value: origin),
                .init(name: "WebHook-Allowed-Rate", value: try rate(request)),
                .init(name: "Allow", value: methods.joined(separator: ", ")),
            ])
    }

    /// The rate that was asked for; `*`, which is any, when none was.
    private func rate(_ request: IngestRequest) throws(Problem) -> String {
        guard let asked = request.header("webhook-request-rate") else { return "*" }
        guard request.hasOneValue(of: "webhook-request-rate"), (1...9).contains(asked.utf8.count),
            asked.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let rate = Int(asked), rate > 0
        else { throw .badRequest("WebHook-Request-Rate has to be one whole number from 1 to 999999999") }
        return String(rate)
    }

    /// Whether a body is nothing, or an object without members.
    private static func isEmpty(_ body: [UInt8]) -> Bool {
        guard body.count <= 64 else { return false }
        let rest = body.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return rest.isEmpty || rest == Array("{}".utf8)
    }

    // MARK: With a signature

    private func zoom(_ token: [UInt8]) throws(Problem) -> HandshakeAnswer {
        let plain = String(decoding: token, as: UTF8.self)
        let code = Hexadecimal.encoded(Array(try code(of: token)))
        return .json(.zoom, #"{"plainToken":"\#(plain)","encryptedToken":"\#(code)"}"#)
    }

    /// A PING of interactions has type 1, one of webhook events has type 0; their events have type 1 and `event`.
    private static func discord(_ question: HandshakeBody) -> HandshakeAnswer? {
        guard question.event == .absent else { return nil }
        return switch question.type {
        case .number("1"): .json(.discord, #"{"type":1}"#)
        // Discord wants the header on an answer without a body too.
        case .number("0"): HandshakeAnswer(.discord, status: 204, contentType: "application/json")
        default: nil
        }
    }

    private func code(of token: [UInt8]) throws(Problem) -> HMAC<SHA256>.MAC {
        guard let secret = keys.secrets.first else {
            throw .handshakeRefused("this source has no secret, which the answer to this question is made with")
        }
        return HMAC<SHA256>.authenticationCode(for: token, using: SymmetricKey(data: secret))
    }
}

extension HandshakeAnswer {
    /// A text of the question sent back as text and nothing else, however a browser may have come here.
    fileprivate static func echo(_ question: Handshake, _ text: [UInt8]) -> HandshakeAnswer {
        HandshakeAnswer(
            question, status: 200, contentType: "text/plain", body: text,
            headers: [.init(name: "X-Content-Type-Options", value: "nosniff")])
    }

    fileprivate static func json(_ question: Handshake, _ text: String) -> HandshakeAnswer {
        HandshakeAnswer(question, status: 200, contentType: "application/json", body: Array(text.utf8))
    }
}

extension Problem {
    /// A request that is neither an event nor a question of this source.
    static let noQuestion = Problem.badRequest(
        "this is not one of the source's handshakes; events go to POST /webhook/{source}")

    fileprivate static func handshakeRefused(_ detail: String) -> Problem {
        Problem(status: 403, slug: "handshake-refused", title: "Forbidden", detail: detail)
    }
}
