import LumbungKit
import NIOHTTP1

/// The problems that the listeners find by themselves.
extension Problem {
    static let unknownPath = Problem(
        status: 404, slug: "not-found", title: "Not Found",
        detail: "there is nothing here; events go to POST /webhook/{source}")

    static let unknownAdminPath = Problem(
        status: 404, slug: "not-found", title: "Not Found", detail: "there is nothing here")

    static func methodNotAllowed(_ allowed: String) -> Problem {
        Problem(
            status: 405, slug: "method-not-allowed", title: "Method Not Allowed",
            detail: "this path takes \(allowed) only")
    }

    static let headTooSlow = Problem(
        status: 408, slug: "request-timeout", title: "Request Timeout",
        detail: "the head of the request did not arrive in time")

    static let bodyTooSlow = Problem(
        status: 408, slug: "request-timeout", title: "Request Timeout",
        detail: "the body of the request did not arrive in time")

    static func bodyTooLarge(limitBytes: Int) -> Problem {
        Problem(
            status: 413, slug: "body-too-large", title: "Content Too Large",
            detail: "the body may have at most \(limitBytes) bytes")
    }

    static let tooMuchArriving = Problem(
        status: 503, slug: "overloaded", title: "Service Unavailable",
        detail: "not stored: too many large bodies are arriving at once", retryAfterSeconds: 5)

    static let expectationFailed = Problem(
        status: 417, slug: "expectation-failed", title: "Expectation Failed",
        detail: "the only expectation known here is 100-continue")

    static let headTooLarge = Problem(
        status: 431, slug: "head-too-large", title: "Request Header Fields Too Large",
        detail: "the path and the header fields are too large or too many")

    static func malformed(_ detail: String) -> Problem {
        Problem(status: 400, slug: "malformed-request", title: "Bad Request", detail: detail)
    }

    static let tooManyAhead = Problem.malformed("too much was sent ahead of the answers; wait for some of them")

    static let cutShort = Problem.malformed("the connection ended inside the request")

    static let stopping = Problem(
        status: 503, slug: "stopping", title: "Service Unavailable", detail: "not stored: the inbox is shutting down",
        retryAfterSeconds: 5)

    static func notReady(_ reason: String) -> Problem {
        Problem(status: 503, slug: "not-ready", title: "Service Unavailable", detail: reason, retryAfterSeconds: 1)
    }

    static let unauthorized = Problem(
        status: 401, slug: "unauthorized", title: "Unauthorized", detail: "a valid token is needed")

    /// What a sender is told when the decoder refuses its bytes.
    init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow: self = .headTooLarge
        // Also what the decoder says of a request line that ends in LF alone, so 505 would be a guess.
        case .invalidVersion: self = .malformed("the request line does not end in HTTP/1.1 and CR LF")
        case .invalidEOFState: self = .cutShort
        case .invalidMethod: self = .malformed("the request line does not begin with a known method")
        case .invalidURL, .invalidPath, .invalidHost, .invalidPort, .invalidQueryString, .invalidFragment:
            self = .malformed("the request line has no valid target")
        case .invalidHeaderToken: self = .malformed("a header field has a character that is not allowed")
        case .invalidContentLength: self = .malformed("Content-Length is no number")
        case .unexpectedContentLength:
            self = .malformed("Content-Length was sent twice or together with Transfer-Encoding")
        case .invalidChunkSize: self = .malformed("the size of a chunk is no number")
        case .lfExpected, .strictModeAssertion: self = .malformed("a line does not end in CR LF")
        default: self = .malformed("this is not HTTP/1.1 as RFC 9112 has it")
        }
    }
}
