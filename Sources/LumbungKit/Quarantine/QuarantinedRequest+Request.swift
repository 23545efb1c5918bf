import LumbungCore

extension QuarantinedRequest {
    /// What is kept of a request that failed its check: all of it.
    init(_ request: IngestRequest, _ problem: Problem, rule: QuarantineRule) {
        self.init(
            source: request.source, receivedAt: request.receivedAt,
            expiresAt: request.receivedAt.advanced(by: rule.lifetime),
            address: request.clientAddress?.unmapped.description ?? "", target: request.target,
            headers: HeaderLines.text(request.headers), body: request.body, step: problem.failedStep ?? "",
            reason: problem.reason)
    }

    /// The request as it came.
    var request: IngestRequest {
        var request = IngestRequest(
            source: source, headers: HeaderLines.read(headers), body: body, receivedAt: receivedAt)
        request.target = target
        request.clientAddress = IPAddress(address)
        return request
    }
}

/// Headers as a text of lines `Name: value`, in their order, repeats included.
enum HeaderLines {
    /// The lines; a header's value has no line feed (RFC 9110, section 5.5).
    static func text(_ headers: [IngestRequest.Header]) -> String {
        headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    }

    /// The headers of a text.
    static func read(_ text: String) -> [IngestRequest.Header] {
        text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            let name = line.prefix { $0 != UInt8(ascii: ":") }
            let value = line.dropFirst(name.count + 1).drop { $0 == UInt8(ascii: " ") }
            return IngestRequest.Header(name: String(Substring(name)), value: String(Substring(value)))
        }
    }
}
