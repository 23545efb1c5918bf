import LumbungCore
import LumbungSignatures

/// The request headers that are stored with an event: everything but secrets and what concerns one connection.
enum KeptHeaders {
    /// A JSON object text of lower-case names and values; repeated names are joined with a comma and a blank.
    /// - Parameters:
    ///   - headers: The headers of a request.
    ///   - secret: The names, in lower case, of others that hold a secret.
    static func json(_ headers: [IngestRequest.Header], without secret: Set<String> = []) -> String {
        var kept: [(name: String, value: String)] = []
        for header in headers {
            let name = header.name.lowercased()
            guard !isDropped(name), !secret.contains(name) else { continue }
            if let known = kept.firstIndex(where: { $0.name == name }) {
                kept[known].value += ", " + header.value
            } else {
                kept.append((name, header.value))
            }
        }
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (index, header) in kept.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            JSONText.escape(header.name, into: &text)
            text.append(UInt8(ascii: ":"))
            JSONText.escape(header.value, into: &text)
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }

    private static let dropped: Set<String> = [
        "host", "connection", "content-length", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade", "expect",
        "accept", "accept-encoding", "authorization", "proxy-authorization", "proxy-connection", "cookie", "referer",
        // Where proxies repeat the request's target, whose query may hold a token.
        "x-original-uri", "x-original-url", "x-rewrite-url", "x-forwarded-uri", "x-forwarded-path", "x-request-uri",
        "x-envoy-original-path", "x-waws-unencoded-url",
    ]

    private static let secretParts = [
        "token", "secret", "passw", "api-key", "apikey", "credential", "session", "jwt", "subscription-key", "authoriz",
    ]

    private static func isDropped(_ name: String) -> Bool {
        dropped.contains(name) || secretParts.contains { name.contains($0) }
    }
}

extension Source {
    /// The headers that are stored: everything but secrets, its own token among them, and what concerns one connection.
    func keptHeaders(_ headers: [IngestRequest.Header]) -> String {
        KeptHeaders.json(headers, without: verifier?.tokenHeaders ?? [])
    }
}
