import LumbungCore
import LumbungKit
import NIOCore
import Testing

@testable import LumbungHTTP

@Suite struct AnswerTests {
    static func item(_ identity: String, _ kind: AppendOutcome.Kind, _ id: Int64) -> Receipt.Item {
        Receipt.Item(identity: identity, type: "T", outcome: AppendOutcome(kind: kind, id: EventID(id)))
    }

    static func text(_ answer: Answer, isHead: Bool = false, closes: Bool = false) -> String {
        var buffer = ByteBuffer()
        answer.write(into: &buffer, isHead: isHead, closes: closes)
        return String(buffer: buffer)
    }

    @Test func `a receipt's bytes`() {
        let receipt = Receipt(items: [
            Self.item("abc-123", .queued, 123), Self.item("def\"\n", .duplicate, 124), Self.item("g", .conflict, 5),
            Self.item("h", .revived, 6),
        ])
        let json =
            #"{"status":"queued","received":4,"queued":1,"duplicates":1,"conflicts":1,"revived":1,"#
            + #""queue_ids":[123,124,5,6],"events":[{"uuid":"abc-123","queue_id":123,"status":"queued"},"#
            + #"{"uuid":"def\"\n","queue_id":124,"status":"duplicate"},"#
            + #"{"uuid":"g","queue_id":5,"status":"conflict"},{"uuid":"h","queue_id":6,"status":"revived"}]}"#
        #expect(String(decoding: Answer(receipt).body, as: UTF8.self) == json)
    }

    @Test(arguments: [
        ([AppendOutcome.Kind](), "empty"), ([.queued], "queued"), ([.duplicate], "duplicate"),
        ([.conflict], "conflict"), ([.conflict, .duplicate], "duplicate"), ([.conflict, .revived], "queued"),
    ])
    func `the status of the whole`(_ kinds: [AppendOutcome.Kind], _ status: String) {
        let receipt = Receipt(items: kinds.map { Self.item("a", $0, 1) })
        #expect(String(decoding: Answer(receipt).body, as: UTF8.self).hasPrefix(#"{"status":"\#(status)","#))
    }

    @Test func `an answer over the wire`() {
        #expect(
            Self.text(.healthy)
                == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"status\":\"ok\"}")
        #expect(
            Self.text(.healthy, isHead: true, closes: true)
                == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n"
                + "connection: close\r\n\r\n"
        )
    }

    @Test func `a problem over the wire`() {
        let body =
            #"{"type":"urn:lumbung:problem:unavailable","title":"Service Unavailable","status":503,"#
            + #""detail":"not stored: the disk is full or nearly full"}"#
        #expect(
            Self.text(Answer(Refusal(.unavailable(.diskFull))), closes: true)
                == "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\n"
                + "content-length: \(body.utf8.count)\r\nretry-after: 30\r\nconnection: close\r\n\r\n" + body)
        #expect(Self.text(Answer(Refusal(.methodNotAllowed("POST"), allow: "POST"))).contains("\r\nallow: POST\r\n"))
    }

    @Test func `readiness`() {
        #expect(Self.text(.readiness(nil)).hasSuffix("\r\n\r\n{\"status\":\"ready\"}"))
        #expect(Self.text(.readiness("the disk is full")).contains(#""detail":"the disk is full"}"#))
    }

    @Test func `the admin token is compared whole`() {
        let token = AdminToken("s3cret")
        #expect(token.admits("Bearer s3cret"))
        #expect(token.admits("bearer s3cret"))
        for wrong in [
            "Bearer s3cre", "Bearer s3cret ", "Bearer s3crets3cret", "Bearer ", "Bearer", "s3cret", "Basic s3cret", "",
        ] {
            #expect(!token.admits(wrong))
        }
        #expect(!token.admits(nil))
        #expect(!AdminToken("").admits("Bearer "))
    }
}
