import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

/// What of a refused body is kept: no secret of its source in any way in which a sender writes one.
@Suite struct MaskingTests {
    private static func masked(_ body: [UInt8], _ secrets: String...) -> String {
        var source = Source(name: "s")
        source.handshakeKeys.secrets = secrets.map { Array($0.utf8) }
        return String(decoding: source.masked(body), as: UTF8.self)
    }

    private static func masked(_ body: String, _ secrets: String...) -> String {
        var source = Source(name: "s")
        source.handshakeKeys.secrets = secrets.map { Array($0.utf8) }
        return String(decoding: source.masked(Array(body.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        (#"{"a":"p/q\"r\\s é🌾"}"#, "as it stands in JSON"),
        (#"{"a":"p\/q\u0022r\u005Cs\u0020\u00e9\uD83C\udf3e"}"#, "with every escape of JSON"),
        (#"{"a":"\u0070\u002fq\"r\\s é🌾"}"#, "with escapes that nobody needs"),
        ("a=p%2Fq%22r%5Cs+%C3%A9%f0%9f%8c%be&b=1", "percent-encoded as a form"),
        ("a=%70/q%22r%5cs%20%C3%A9%F0%9F%8C%BE", "percent-encoded as a URL"),
        (#"payload=%7B%22a%22%3A%22p%5C%2Fq%5C%22r%5C%5Cs+%5Cu00e9%5Cud83c%5Cudf3e%22%7D"#, "JSON in a form"),
        ("p/q\"r\\s é🌾", "alone"),
    ]) func `a secret is masked however it is written`(body: String, way: String) {
        let masked = Self.masked(body, #"p/q"r\s é🌾"#)
        #expect(masked.contains("********"), "\(way): \(masked)")
        #expect(
            !masked.contains("%f0") && !masked.contains("%F0") && !masked.lowercased().contains("df3e"), "\(masked)")
        #expect(!masked.contains("🌾"), "\(way): \(masked)")
    }

    @Test func `a short secret is masked where it is a value of its own, and nowhere else`() {
        #expect(
            Self.masked(#"{"pin":"1234","total":12345,"n":1234,"x":"a1234"}"#, "1234")
                == #"{"pin":"********","total":12345,"n":********,"x":"a1234"}"#)
        #expect(Self.masked("pin=1234&x=12345&y=%201234%26", "1234") == "pin=********&x=12345&y=%20********%26")
        #expect(Self.masked(#"{"a":"data","b":"a"}"#, "a") == #"{"********":"data","b":"********"}"#)
        #expect(Self.masked("1234", "1234") == "********")
        #expect(Self.masked(#"{"a":"p\/q"}"#, "p/q") == #"{"a":"********"}"#)
    }

    @Test func `of two secrets that begin alike the longer one is masked whole`() {
        #expect(Self.masked("a=abcdefgh-and-more;", "abcdefgh", "abcdefgh-and-more") == "a=********;")
        #expect(Self.masked("abcdefghabcdefgh", "abcdefgh") == "****************")
        #expect(Self.masked("********", "********") == "********")
        #expect(Self.masked("a body", "") == "a body")
    }

    @Test func `no part of a secret is kept where the kept head ends`() {
        let secret = String(repeating: "s", count: 3000)
        for length in stride(from: 0, to: Rejection.keptBodyBytes + 8, by: 97) {
            let body = secret + secret + secret + String(repeating: "x", count: length) + secret
            let kept = Self.masked(body, secret)
            #expect(!kept.contains("s"), "\(length): \(kept.suffix(20))")
            #expect(kept.utf8.count <= Rejection.keptBodyBytes)
        }
    }

    @Test func `bodies by chance`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        let pieces = ["\\", "u", "%", "00", "5C", "\"", "/", "s", "secret-1", "\u{0}", "é", "\\ud83c", "%5Cu", "+"]
        for round in 0..<500 {
            var body: [UInt8] = []
            for _ in 0..<chance.pick(0...30) { body += Array((chance.pick(from: pieces) ?? "").utf8) }
            let kept = Self.masked(body, "secret-1", "s\"/", "\\", "é")
            #expect(!kept.contains("secret-1"), "seed \(seed), round \(round): \(kept)")
        }
    }

    @Test func `a refused request keeps no secret in its headers`() async throws {
        let store = MemoryInbox()
        var source = Source(name: "s")
        source.handshakeKeys.secrets = [Array("a-long-secret".utf8)]
        let intake = Intake(store: store, routes: [(source, [])], patience: .seconds(5), committed: {})
        let request = IngestRequest(
            source: "s", headers: [.init(name: "X-Odd", value: "key a-long-secret")], body: Array("{".utf8),
            receivedAt: NewEvent.sampleTime)
        _ = await withCheckedContinuation { done in intake.accept(request) { done.resume(returning: $0) } }
        #expect(try await store.rejections(limit: 1).map(\.headers) == [#"{"x-odd":"key ********"}"#])
    }
}
