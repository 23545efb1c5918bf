import Foundation
import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

@testable import LumbungServer

@Suite struct AdminDocumentsTests {
    private func decoded<Document: Decodable>(_ type: Document.Type, _ text: String) throws -> Document {
        try AdminAccess.decode(type, Array(text.utf8))
    }

    @Test func `a page of events is a table with aligned columns`() throws {
        let page = try decoded(
            EventPageDocument.self,
            #"""
            {"events":[
              {"queue_id":12,"uuid":"a\u001b[2J","source":"shop","type":"","status":"dead","attempts":3,
               "created_at":"2026-11-22T21:15:32.123Z","updated_at":"x","unrouted":false},
              {"queue_id":7,"uuid":"b","source":"accurate","type":"SALES","status":"completed","attempts":1,
               "created_at":"2026-11-22T21:15:30.000Z","updated_at":"x","unrouted":true}],
             "next_cursor":"7"}
            """#)
        #expect(
            page.table() == """
                ID  STATUS     SOURCE    TYPE   ATTEMPTS  RECEIVED                  UUID
                12  dead       shop      -      3         2026-11-22T21:15:32.123Z  a\\u{1B}[2J
                7   completed  accurate  SALES  1         2026-11-22T21:15:30.000Z  b
                There are more: --cursor 7

                """)
        #expect(
            try decoded(EventPageDocument.self, #"{"events":[],"next_cursor":null}"#).table().hasPrefix("ID  STATUS"))
    }

    @Test func `an event is shown with its attempts and without control characters`() throws {
        let event = try decoded(
            EventDocument.self,
            #"""
            {"queue_id":12,"uuid":"u","source":"shop","type":"T","status":"dead","attempts":1,"created_at":"c",
             "updated_at":"d","unrouted":false,"duplicates":2,"headers":{"a":"b"},"payload":"{\n\u001b1}",
             "payload_encoding":"text","deliveries":[{"destination":"app","status":"dead","attempts":1,
             "interruptions":2,"due_at":null,"last_error":"status 500","history":[{"number":1,"outcome":"status",
             "status_code":500,"started_at":"s","duration_ms":31,"detail":"status 500","response":"no\u001b","response_encoding":
             "text"}]}],"conflicts":[{"received_at":"r","count":3,"payload":"/wA=","payload_encoding":"base64"}]}
            """#)
        let text = event.text()
        for part in [
            "EVENT       12\nuuid        u\n", "PAYLOAD\n{\n\\u{1B}1}\n",
            "app          dead    1         -    status 500\n",
            "app: 2 attempts ended with the process, without an answer\n",
            "app          1        status   500   s        31  status 500\n",
            "ANSWER of app to attempt 1\nno\\u{1B}\n",
            "CONFLICT, first at r, came 3 time(s)\n(base64)\n/wA=\n",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test func `a payload is shown up to its bound`() {
        let longest = String(repeating: "x", count: ShownContent.maxCharacters)
        #expect(ShownContent.text(longest, "text") == longest + "\n")
        #expect(ShownContent.text(longest + "x", "text") == longest + "\n(cut here; --json shows all of it)\n")
    }

    @Test func `what was done and what was left`() throws {
        let text = #"{"queue_id":5,"started":["app","log"],"left":[{"destination":"x","status":"processing"}]}"#
        #expect(
            try decoded(OperationDocument.self, text).text("started")
                == "event 5: started app, log\nevent 5: left x as it is: processing\n")
        let cancelled = #"{"queue_id":5,"cancelled":["app"],"left":[]}"#
        #expect(try decoded(OperationDocument.self, cancelled).text("cancelled") == "event 5: cancelled app\n")
    }

    @Test(arguments: [
        (#""configured":true,"paused":false,"paused_by":null,"breaker":"closed""#, "running"),
        (#""configured":true,"paused":true,"paused_by":"operator","breaker":"open""#, "paused (operator)"),
        (#""configured":true,"paused":true,"paused_by":"config","breaker":"closed""#, "paused (config)"),
        (#""configured":true,"paused":false,"paused_by":null,"breaker":"open""#, "resting (open)"),
        (#""configured":true,"paused":false,"paused_by":null,"breaker":"probing""#, "resting (probing)"),
        (#""configured":false,"paused":false,"paused_by":null,"breaker":null"#, "not configured"),
        (
            #""configured":false,"paused":true,"paused_by":"operator","breaker":null"#,
            "not configured, paused (operator)"
        ),
        (
            #""configured":true,"paused":true,"paused_by":"config","paused_by_operator":true,"breaker":"closed""#,
            "paused (config, operator)"
        ),
        (
            #""configured":true,"paused":false,"paused_by":null,"breaker":"closed","asked_for_pause":true"#,
            "held (asked for a pause)"
        ),
    ])
    func `the state of a destination in a word`(members: String, state: String) throws {
        let text = #"{"name":"app","open":1,"held":2,"in_flight":0,"opens_in_ms":1500,\#(members)}"#
        let destination = try decoded(DestinationStateDocument.self, text)
        #expect(destination.state == state)
        #expect(
            DestinationListDocument(destinations: [destination]).table().hasSuffix("1     2     0          2 s\n"))
    }

    @Test(arguments: [
        (Int64.min, "0 s"), (0, "0 s"), (1, "1 s"), (59_001, "1 min"), (60_001, "2 min"), (3_540_001, "1 h"),
        (3_600_000, "1 h"), (3_600_001, "1 h 1 min"), (.max, "2562047788015 h 13 min"),
    ])
    func `a wait for a person, rounded up`(milliseconds: Int64, text: String) {
        #expect(WaitText.rounded(milliseconds: milliseconds) == text)
    }

    @Test func `a replay tells at which event it is, and claims no share of the work`() throws {
        func row(_ status: String) throws -> String {
            ReplayDocument.table([
                try decoded(
                    ReplayDocument.self,
                    """
                    {"id":3,"status":"\(status)","filter":{},"destination":null,"rate":null,"events":1,"started":1,"left":0,
                     "left_not_configured":0,"waiting":0,"waits_for":[],"looked_through":900000,"last_event":1000000,
                     "created_at":"2026-11-22T21:15:32.123Z"}
                    """)
            ])
        }
        #expect(try row("running").contains("900000 of 1000000"))
        #expect(try !row("completed").contains("900000"))
    }

    @Test func `what a start set aside is told like other deaths, the first by name`() {
        let lines = LogLines()
        var report = RecoveryReport(bootEpoch: 4, interrupted: 0, poisoned: 22, waiting: 0)
        report.setAside = (1...Int64(RecoveryReport.mostNamed)).map {
            .init(event: EventID($0), destination: DestinationID(7))
        }
        SetAsideReport.tell(report, numbers: ["app": DestinationID(7)], logger: lines.logger)
        #expect(lines.whole.count == 21)
        #expect(
            lines.whole.first
                == "error delivery is dead; the event is kept, and `lumbung events replay ID` starts it again "
                + "destination=app detail=set aside as poison: 3 attempts ended together with the process "
                + "outcome=interrupted queue_id=1")
        #expect(
            lines.whole.last
                == "error more deliveries are dead as poison; `lumbung events list --status dead` shows them count=2")
    }

    @Test func `a test that did not arrive is a failure`() throws {
        func test(_ outcome: String, _ detail: String) throws -> DestinationTestDocument {
            try decoded(
                DestinationTestDocument.self,
                #"{"destination":"app","uuid":"test-1","outcome":"\#(outcome)","status_code":null,"duration_ms":3,"#
                    + #""detail":"\#(detail)","response":"no\u0007","response_encoding":"text"}"#)
        }
        #expect(try test("delivered", "").failure == nil)
        let failure = try #require(try test("refused", "nobody listens").failure)
        #expect(failure.exitCode == 1)
        #expect(failure.description == "app did not take the sample: nobody listens")
        #expect(try test("timeout", "").text().hasSuffix("\nRESPONSE\nno\\u{7}\n"))
    }

    @Test func `a problem in one line, and what is none`() {
        let problem = Array(#"{"type":"t","title":"Conflict","status":409,"detail":"no\nway"}"#.utf8)
        #expect(AdminAccess.refusal(409, problem).description == "409 Conflict: no\\u{A}way")
        #expect(
            AdminAccess.refusal(401, problem).description.hasSuffix(
                "set ADMIN_TOKEN to the server's token"))
        #expect(AdminAccess.refusal(502, []).description.hasPrefix("the server answered 502"))
        #expect(AdminAccess.refusal(502, []).exitCode == 1)
    }

    @Test func `a body says only what was wished`() {
        #expect(AdminAccess.body(["destination": nil, "reroute": nil]) == "{}")
        #expect(
            AdminAccess.body(["destination": .text("a\"b"), "reroute": .flag(true)])
                == #"{"destination":"a\"b","reroute":true}"#)
    }

    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:9001"), ("::1", "http://[::1]:9001"), ("0.0.0.0", "http://127.0.0.1:9001"),
        ("::", "http://[::1]:9001"), ("inbox.example", "http://inbox.example:9001"),
    ])
    func `where this machine reaches the listener`(host: String, base: String) throws {
        let input = ConfigurationInput(flags: ["admin-host": host, "admin-token": "t"], environment: [:])
        #expect(AdminAccess.base(try ConfigurationLoader.load(input).settings) == base)
    }
}
