import Foundation
import Logging
import LumbungObservability
import Testing

@Suite struct WebhookLogTests {
    private let head = "2026-11-22T21:15:32.123Z INFO  "

    private func event(
        _ queueID: Int64, _ status: WebhookLog.Event.Status = .queued, uuid: String = "u", type: String? = "T"
    ) -> WebhookLog.Event {
        WebhookLog.Event(uuid: uuid, type: type, queueID: queueID, status: status)
    }

    private func accept(_ events: [WebhookLog.Event], format: LogFormat, length: Int? = 208) throws -> [String] {
        let pipe = try LogPipe(format: format)
        WebhookLog(sink: pipe.sink, format: format).accepted(
            method: "POST", path: "/webhook/accurate?token=secret", source: "accurate", contentLength: length,
            events: events)
        return try pipe.flushedLines()
    }

    @Test func `the three lines of the contract`() throws {
        let event = event(123, uuid: "test-concurrent-1", type: "SALES_RECEIPT")
        let expected = [
            "📥 [Webhook] Incoming POST /webhook/accurate Content-Length:208",
            "  → [Webhook] Queued payload 1/1: type=SALES_RECEIPT, uuid=test-concurrent-1, queue_id=123",
            "✅ [Webhook] Successfully queued 1 payload(s) - queue IDs: [123]",
        ]
        #expect(try accept([event], format: .text) == expected.map { head + $0 })
    }

    @Test func `known events are named as such`() throws {
        let events = [event(1), event(7, .duplicate), event(8, .conflict), event(9, .revived, type: nil)]
        let expected = [
            "📥 [Webhook] Incoming POST /webhook/accurate Content-Length:unknown",
            "  → [Webhook] Queued payload 1/4: type=T, uuid=u, queue_id=1",
            "  → [Webhook] Duplicate payload 2/4: type=T, uuid=u, queue_id=7",
            "  → [Webhook] Conflict payload 3/4: type=T, uuid=u, queue_id=8",
            "  → [Webhook] Revived payload 4/4: type=-, uuid=u, queue_id=9",
            "✅ [Webhook] Successfully queued 2 payload(s) - queue IDs: [1, 9]",
        ]
        #expect(try accept(events, format: .text, length: nil) == expected.map { head + $0 })
    }

    @Test func `nothing new`() throws {
        let last = try accept([event(123, .duplicate), event(123, .duplicate)], format: .text).last
        let expected = "✅ [Webhook] Nothing new: 0 queued, 2 duplicate(s), 0 conflict(s) - queue IDs: [123]"
        #expect(last == head + expected)
        let empty = try accept([], format: .text)
        #expect(empty.count == 2)
        #expect(empty.last?.hasSuffix("Nothing new: 0 queued, 0 duplicate(s), 0 conflict(s) - queue IDs: []") == true)
    }

    @Test func `values cannot forge a line or a field`() throws {
        let hostile = event(5, uuid: "a\r\n✅ [Webhook] Successfully", type: "x, uuid=other")
        let lines = try accept([hostile], format: .text)
        #expect(lines.count == 3)
        let expected =
            "  → [Webhook] Queued payload 1/1: type=\"x, uuid=other\", "
            + "uuid=\"a\\r\\n✅ [Webhook] Successfully\", queue_id=5"
        #expect(lines[1] == head + expected)
    }

    @Test func `in JSON the same facts are fields`() throws {
        let events = [event(123, uuid: "a\"}", type: nil), event(7, .duplicate)]
        let objects = try accept(events, format: .json).map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.map { $0["event"] as? String } == ["incoming", "queued", "duplicate", "answered"])
        #expect(objects.allSatisfy { $0["source"] as? String == "accurate" && $0["level"] as? String == "info" })
        #expect(objects[0]["path"] as? String == "/webhook/accurate")
        #expect(objects[0]["content_length"] as? Int == 208)
        #expect(objects[1]["uuid"] as? String == "a\"}")
        #expect(objects[1]["type"] == nil)
        #expect(objects[1]["queue_id"] as? Int == 123)
        #expect(objects[2]["index"] as? Int == 2)
        #expect(objects[2]["total"] as? Int == 2)
        #expect(objects[3]["queue_ids"] as? [Int] == [123])
        #expect(objects[3]["duplicates"] as? Int == 1)
    }

    @Test(arguments: LogFormat.allCases)
    func `a handshake is one line without its tokens`(format: LogFormat) throws {
        let pipe = try LogPipe(format: format)
        WebhookLog(sink: pipe.sink, format: format).answered(
            method: "GET", path: "/webhook/wa?hub.verify_token=x", source: "wa", handshake: "meta")
        let text = try pipe.flushedText()
        switch format {
        case .text: #expect(text == head + "🤝 [Webhook] Answered the handshake meta of GET /webhook/wa\n")
        case .json:
            let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(object["message"] as? String == "Webhook handshake")
            #expect(object["event"] as? String == "handshake")
            #expect(object["handshake"] as? String == "meta")
            #expect(object["method"] as? String == "GET")
            #expect(object["path"] as? String == "/webhook/wa")
            #expect(object["source"] as? String == "wa")
            #expect(object["level"] as? String == "info")
        }
    }

    @Test(arguments: LogFormat.allCases)
    func `refusals are warnings`(format: LogFormat) throws {
        let pipe = try LogPipe(format: format)
        let log = WebhookLog(sink: pipe.sink, format: format, logLevel: .warning)
        let detail = "not JSON: expected a value at byte 17\n"
        log.refused(method: "POST", path: "/webhook/accurate?token=x", source: "accurate", status: 400, detail: detail)
        let text = try pipe.flushedText()
        switch format {
        case .text:
            let expected = "⚠️ [Webhook] Refused POST /webhook/accurate: 400 not JSON: expected a value at byte 17"
            #expect(text == "2026-11-22T21:15:32.123Z WARNING " + expected + "\\n\n")
        case .json:
            let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(object["status"] as? Int == 400)
            #expect(object["detail"] as? String == detail)
            #expect(object["level"] as? String == "warning")
        }
    }

    @Test func `nothing is asked for or rendered above the level`() throws {
        let pipe = try LogPipe()
        let log = WebhookLog(sink: pipe.sink, format: .text, logLevel: .warning)
        var asked = 0
        func events() -> [WebhookLog.Event] {
            asked += 1
            return []
        }
        log.accepted(method: "POST", path: "/", source: "s", contentLength: 1, events: events())
        #expect(asked == 0)
        log.answered(method: "GET", path: "/", source: "s", handshake: "x")
        #expect(try pipe.flushedBytes().isEmpty)
        WebhookLog(sink: pipe.sink, format: .text, logLevel: .error)
            .refused(method: "GET", path: "/", source: nil, status: 405, detail: "")
        #expect(try pipe.flushedBytes().isEmpty)
    }

    @Test(arguments: LogFormat.allCases)
    func `a request with very many events is summed up`(format: LogFormat) throws {
        let bound = LogLimits.eventsPerRequest
        for (count, expected) in [(bound, bound + 2), (bound + 1, bound + (format == .text ? 3 : 2))] {
            let pipe = try LogPipe(format: format)
            let log = WebhookLog(sink: pipe.sink, format: format)
            let events = (0..<count).map { event(1_000_000_000_000_000 + Int64($0)) }
            log.accepted(method: "POST", path: "/", source: "s", contentLength: 1, events: events)
            let lines = pipe.read(lines: expected).split(separator: UInt8(ascii: "\n"))
            #expect(lines.count == expected)
            #expect(lines.allSatisfy { $0.count < LogLimits.lineBytes })
            #expect(try pipe.flushedBytes().isEmpty)
        }
    }
}
