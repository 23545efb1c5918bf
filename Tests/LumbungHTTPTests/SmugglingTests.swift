import LumbungCore
import NIOCore
import NIOEmbedded
import Testing

@testable import LumbungHTTP

@Suite struct SmugglingTests {
    static let body = #"{"uuid":"smuggled"}"#

    static func framed(_ fields: String..., body: String = Self.body) -> String {
        EmbeddedWire.head(["Host: localhost"] + fields) + body
    }

    static let length = "Content-Length: \(body.utf8.count)"

    static let corpus: [(name: String, bytes: String, statuses: [Int])] = [
        ("length and chunked", framed("Content-Length: 5", "Transfer-Encoding: chunked", body: "0\r\n\r\n"), [400]),
        ("chunked and length", framed("Transfer-Encoding: chunked", "Content-Length: 5", body: "0\r\n\r\n"), [400]),
        ("two lengths", framed(length, "Content-Length: 3"), [400]),
        ("two equal lengths", framed(length, length), [400]),
        ("a list of lengths", framed("Content-Length: 5, 5"), [400]),
        ("a signed length", framed("Content-Length: +5"), [400]),
        ("a hexadecimal length", framed("Content-Length: 0x5"), [400]),
        ("a negative length", framed("Content-Length: -1"), [400]),
        ("an endless length", framed("Content-Length: 99999999999999999999999999"), [400, 413]),
        ("a bad chunk size", framed("Transfer-Encoding: chunked", body: "zz\r\n{}\r\n0\r\n\r\n"), [400]),
        ("an endless chunk size", framed("Transfer-Encoding: chunked", body: "fffffffffffffffff\r\n{}"), [400, 413]),
        ("a chunk that is too long", framed("Transfer-Encoding: chunked", body: "1\r\n{}\r\n0\r\n\r\n"), [400]),
        ("a negative chunk size", framed("Transfer-Encoding: chunked", body: "-1\r\n{}\r\n0\r\n\r\n"), [400]),
        ("a chunk without CR", framed("Transfer-Encoding: chunked", body: "2\n{}\n0\n\n"), [400]),
        ("an unknown coding", framed("Transfer-Encoding: gzip"), [400]),
        ("chunked twice", framed("Transfer-Encoding: chunked, chunked", body: "0\r\n\r\n"), [400]),
        ("chunked not last", framed("Transfer-Encoding: chunked, identity", body: "0\r\n\r\n"), [400]),
        ("a disguised coding", framed("Transfer-Encoding: xchunked", body: "0\r\n\r\n"), [400]),
        ("a blank before the colon", framed("Content-Length : 5", "Content-Length: 0"), [400]),
        ("a folded field", framed("X-Folded: a\r\n b", length), [400]),
        ("NUL in a value", framed("X-Nul: a\0b", length), [400]),
        ("CR in a value", framed("X-CR: a\rb", length), [400]),
        ("LF alone", "POST /webhook/accurate HTTP/1.1\nHost: x\n\(length)\n\n\(body)", [400]),
        ("no host", EmbeddedWire.head([length]) + body, [400]),
        ("two hosts", framed("Host: other", length), [400]),
        ("a bad host", EmbeddedWire.head(["Host: a b", length]) + body, [400]),
        ("no version", "POST /webhook/accurate\r\n\r\n", [400]),
        (
            "HTTP/1.0 with chunks",
            EmbeddedWire.head(["Transfer-Encoding: chunked"], line: "POST /webhook/accurate HTTP/1.0"), [400]
        ),
        ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
        ("HTTP/3", EmbeddedWire.head(["Host: x"], line: "POST /webhook/accurate HTTP/3.0"), [400]),
        ("an unknown method", EmbeddedWire.head(["Host: x"], line: "BREW /webhook/accurate HTTP/1.1"), [400]),
        ("an unnamed field", framed(": x", length), [400]),
        (
            "a long path",
            EmbeddedWire.head(["Host: x"], line: "POST /webhook/\(String(repeating: "a", count: 65_536)) HTTP/1.1"),
            [431]
        ),
        ("a head over the limit", framed("X-Big: " + String(repeating: "a", count: 17_000), length), [431]),
        ("a tunnel", EmbeddedWire.head(["Host: x"], line: "CONNECT localhost:1 HTTP/1.1"), [404]),
    ]

    @Test(arguments: corpus.indices)
    func `what two readers could read in two ways is refused whole`(_ index: Int) throws {
        let (name, bytes, statuses) = Self.corpus[index]
        let second = EmbeddedWire.post(#"{"uuid":"second"}"#)
        for pieces in [[bytes + second], [bytes, second]] {
            let wire = try EmbeddedWire()
            for piece in pieces { try wire.send(piece) }
            let answer = try wire.received()
            let told = answer.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
            #expect(told.count == 1 && statuses.contains(told[0]), "\(name): \(answer)")
            #expect(answer.contains("application/problem+json"), "\(name)")
            #expect(answer.contains("\r\nconnection: close\r\n"), "\(name)")
            #expect(!wire.isOpen, "\(name)")
            #expect(wire.store.events.isEmpty, "\(name)")
        }
    }

    @Test func `a TLS hello`() throws {
        let wire = try EmbeddedWire()
        try wire.send(
            [0x16, 0x03, 0x01, 0x00, 0xA5, 0x01, 0x00, 0x00, 0xA1, 0x03, 0x03] + Array(repeating: 0, count: 160))
        #expect(try wire.statuses() == [400])
        #expect(wire.log.all == ["refused 400 - - - -"])
    }

    @Test(arguments: [
        EmbeddedWire.head([length]) + body,
        framed("Transfer-Encoding: chunked", body: "zz\r\n{}\r\n0\r\n\r\n"),
        framed("Content-Length: 5", "Host: other", body: "{}   "),
    ])
    func `a refused framing under a known path is kept for the operator`(_ bytes: String) throws {
        let wire = try EmbeddedWire()
        try wire.send(bytes)
        #expect(wire.store.rejections.map(\.status) == [400])
        #expect(wire.store.rejections.map(\.source) == ["accurate"])
    }
}
