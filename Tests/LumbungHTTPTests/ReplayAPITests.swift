import Foundation
import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

@testable import LumbungHTTP

@Suite(.timeLimit(.minutes(1))) struct ReplayAPITests {
    private static func wish(_ text: String) throws -> ReplayBody {
        try ReplayBody(Array(text.utf8))
    }

    @Test func `a filter may stand in its own object or beside the rest`() throws {
        var wish = ReplayWish()
        (wish.filter.status, wish.filter.source, wish.filter.type) = (.dead, "shop", "T")
        (wish.filter.identity, wish.filter.text, wish.filter.tenant) = ("u", Array("x".utf8), "7")
        wish.filter.from = Timestamp(iso8601: "2026-11-22T00:00:00.000Z")
        wish.filter.to = Timestamp(iso8601: "2026-11-23T00:00:00.000Z")
        (wish.destination, wish.rate) = ("other", DeliveryRate("50/s"))
        let filter =
            #""status":"dead","source":"shop","type":"T","tenant":"7","uuid":"u","from":"2026-11-22","to":"2026-11-23","#
            + #""q":"x""#
        let beside = try Self.wish("{\(filter),\"destination\":\"other\",\"rate\":\"50/s\"}")
        #expect(beside.wish == wish && !beside.isDryRun)
        wish.filterDestination = "app"
        let own = try Self.wish(
            "{\"filter\":{\(filter),\"destination\":\"app\"},\"destination\":\"other\",\"rate\":\"50/s\",\"dry_run\":true}"
        )
        #expect(own.wish == wish && own.isDryRun)
        #expect(try Self.wish(#"{"filter":{}}"#).wish == ReplayWish())
        #expect(try Self.wish(#"{"dry_run":true,"filter":{}}"#).isDryRun)
    }

    @Test(arguments: [
        ("", "the body"), ("[]", "one JSON object"), ("{}", "say which events"),
        (#"{"dry_run":true}"#, "say which"), (#"{"destination":"app"}"#, "say which"),
        (#"{"filter":[]}"#, "`filter` must be an object"), (#"{"filter":{"stauts":"dead"}}"#, "filter.stauts"),
        (#"{"stauts":"dead"}"#, "stauts"), (#"{"filter":{"status":"lost"}}"#, "must be one of"),
        (#"{"filter":{"status":"pending"}}"#, "not replayed"), (#"{"filter":{"from":"soon"}}"#, "ISO 8601"),
        (#"{"status":"dead","rate":"fast"}"#, "50/s"), (#"{"status":"dead","rate":5}"#, "must be text"),
        (#"{"status":"dead","dry_run":1}"#, "true or false"), (#"{"status":"dead","status":"dead"}"#, "more than once"),
        (#"{"status":"dead","filter":{"status":"dead"}}"#, "more than once"),
        (#"{"filter":{"limit":"1"}}"#, "filter.limit"),
        (#"{"filter":{"status":null}}"#, "`filter.status`"), (#"{"filter":{"type":"T","q":null}}"#, "`filter.q`"),
        (#"{"filter":{"destination":null}}"#, "`filter.destination`"), (#"{"dry_run":true,"filter":null}"#, "`filter`"),
        (#"{"type":"T","status":null}"#, "`status`"), (#"{"dry_run":true,"status":null}"#, "`status`"),
    ])
    func `a body that could be misread is refused, and says where`(_ body: String, _ words: String) throws {
        let problem = #expect(throws: Problem.self) { _ = try Self.wish(body) }
        #expect(problem?.status == 400 && problem?.detail.contains(words) == true, "\(String(describing: problem))")
    }

    @Test func `a replay is begun, followed and ended`() async throws {
        let bench = AdminBench()
        _ = try await bench.store.register(destinations: ["app", "held", "gone"])
        try await bench.serving { ask in
            let body =
                #"{"filter":{"status":"dead","tenant":"7","destination":"gone"},"destination":"app","rate":"600/m"}"#
            let begun = try await ask("POST", "/api/v1/replays", body)
            #expect(begun.status == 202 && begun.fields["location"] == "/api/v1/replays/1", "\(begun.body)")
            #expect(
                begun.body
                    == #"{"id":1,"status":"running","filter":{"status":"dead","tenant":"7","destination":"gone"},"#
                    + #""destination":"app","rate":"600/m","events":0,"started":0,"left":0,"#
                    + #""left_not_configured":0,"waiting":0,"waits_for":[],"#
                    + #""looked_through":0,"last_event":0,"created_at":"2027-01-15T08:00:00.000Z","ended_at":null}"#)
            #expect(try await ask("GET", "/api/v1/replays/1").body == begun.body)
            #expect(try await ask("GET", "/api/v1/replays").body == "{\"replays\":[\(begun.body)]}")
            let ended = try await ask("DELETE", "/api/v1/replays/1")
            #expect(ended.status == 200 && ended.json["status"] as? String == "cancelled")
            let again = try await ask("DELETE", "/api/v1/replays/1")
            #expect(again.status == 409 && again.detail.contains("replay 1 has ended already"), "\(again.body)")
            for method in ["GET", "DELETE"] {
                #expect(try await ask(method, "/api/v1/replays/2").status == 404)
                #expect(try await ask(method, "/api/v1/replays/x").status == 400)
            }
            #expect(try await ask("PUT", "/api/v1/replays/1").fields["allow"] == "GET, HEAD, DELETE")
            #expect(try await ask("POST", "/api/v1/replays", #"{"status":"dead","destination":"ap"}"#).status == 400)
            #expect(try await ask("POST", "/api/v1/replays", #"{"status":"dead","destination":"gone"}"#).status == 409)
            let gone = try await ask("POST", "/api/v1/replays", #"{"filter":{"destination":"gone"}}"#)
            #expect(gone.status == 409 && gone.detail.contains("not configured any more"), "\(gone.body)")
        }
        #expect(
            bench.log.facts == [
                "done for an operator actor=local by=127.0.0.1 change=replay "
                    + #"filter={"status":"dead","tenant":"7","destination":"gone"} rate=600/m replay_id=1 to=app"#,
                "done for an operator actor=local by=127.0.0.1 change=cancel replay_id=1",
            ])
    }

    @Test func `a seventeenth replay is refused while sixteen run, and says what to do`() async throws {
        let bench = AdminBench()
        _ = try await bench.store.register(destinations: ["app"])
        try await bench.serving { ask in
            let wish = #"{"filter":{}}"#
            for _ in 0..<16 { #expect(try await ask("POST", "/api/v1/replays", wish).status == 202) }
            let refused = try await ask("POST", "/api/v1/replays", wish)
            #expect(refused.status == 409 && refused.detail.contains("--cancel"), "\(refused.body)")
            #expect(try await ask("POST", "/api/v1/replays", #"{"filter":{},"dry_run":true}"#).status == 200)
            #expect(try await ask("DELETE", "/api/v1/replays/7").status == 200)
            #expect(try await ask("POST", "/api/v1/replays", wish).status == 202)
        }
    }

    @Test func `a dry run counts and begins nothing`() async throws {
        let bench = AdminBench()
        _ = try await bench.store.register(destinations: ["app"])
        _ = try await bench.store.inner.append((0..<7).map { .sample("\($0)", to: []) })
        let newest = try #require(bench.store.inner.model.event(EventID(7)))
        bench.store.set { $0.page = EventPage(events: [EventSummary(newest)], next: nil) }
        try await bench.serving { ask in
            let unrouted = try await ask("POST", "/api/v1/replays", #"{"status":"completed","dry_run":true}"#)
            #expect(unrouted.body == #"{"dry_run":true,"events":0}"#, "they have nothing to start")
            let body = #"{"status":"completed","destination":"app","dry_run":true}"#
            let reply = try await ask("POST", "/api/v1/replays", body)
            #expect(reply.status == 200 && reply.body == #"{"dry_run":true,"events":7}"#)
            #expect(try await ask("GET", "/api/v1/replays").body == #"{"replays":[]}"#)
        }
        #expect(bench.log.facts == [])
    }
}
