import Foundation
import LumbungCore
import LumbungKit
import LumbungTesting
import Testing

@testable import LumbungHTTP

@Suite(.timeLimit(.minutes(1))) struct AdminAPITests {
    @Test func `the list of events and where the next page begins`() async throws {
        let bench = AdminBench()
        let event = EventSummary(bench.put(12))
        bench.store.set { $0.page = EventPage(events: [event], next: EventID(12)) }
        try await bench.serving { ask in
            let reply = try await ask("GET", "/api/v1/events?status=dead&destination=app&limit=1&cursor=13")
            #expect(reply.status == 200)
            #expect(
                reply.body == #"{"events":[{"queue_id":12,"uuid":"uuid-12","source":"shop","type":"T","tenant":"","#
                    + #""status":"dead","#
                    + #""attempts":2,"created_at":"2027-01-15T08:00:00.000Z","updated_at":"2027-01-15T08:00:00.000Z","#
                    + #""occurred_at":null,"proven_as":null,"unrouted":false}],"next_cursor":"12"}"#)
            #expect(reply.fields["cache-control"] == "no-store")
            bench.store.set { $0.page.next = nil }
            #expect(try await ask("GET", "/api/v1/events").body.hasSuffix(#""next_cursor":null}"#))
        }
        var query = EventQuery(limit: 1)
        (query.filter.status, query.filter.destination, query.before) = (.dead, AdminBench.app, EventID(13))
        #expect(bench.store.queries == [query, EventQuery()])
    }

    @Test func `one event with everything that happened to it`() async throws {
        let bench = AdminBench()
        var attempt = StoredAttempt(number: 1, outcome: .status, startedAt: NewEvent.sampleTime)
        (attempt.statusCode, attempt.durationMilliseconds, attempt.detail) = (500, 31, "status 500")
        attempt.response = [0xFF, 0x00]
        var delivery = StoredDelivery(destination: AdminBench.app, status: .retrying, attempts: 1, interruptions: 0)
        (delivery.dueAt, delivery.lastError, delivery.history) = (NewEvent.sampleTime, "status 500", [attempt])
        (delivery.isHeld, delivery.waitsFor, delivery.orderKey, delivery.replay) = (true, EventID(3), "k", ReplayID(2))
        let conflict = StoredConflict(payload: Array("{}".utf8), receivedAt: NewEvent.sampleTime, count: 3)
        bench.put(
            5, headers: #"{"x-a":"\"b\""}"#,
            history: .init(isUnrouted: false, duplicates: 2, deliveries: [delivery], conflicts: [conflict]))
        try await bench.serving { ask in
            let reply = try await ask("GET", "/api/v1/events/5")
            #expect(
                reply.body.hasSuffix(
                    #""unrouted":false,"duplicates":2,"headers":{"x-a":"\"b\""},"#
                        + #""payload":"{\"type\":\"SALES_RECEIPT\"}","payload_encoding":"text","#
                        + #""deliveries":[{"destination":"app","status":"retrying","attempts":1,"interruptions":0,"#
                        + #""due_at":"2027-01-15T08:00:00.000Z","held":true,"waits_for":3,"order_key":"k","replay_id":2,"#
                        + #""last_error":"status 500","history":[{"number":1,"#
                        + #""outcome":"status","status_code":500,"started_at":"2027-01-15T08:00:00.000Z","#
                        + #""duration_ms":31,"detail":"status 500","response":"/wA=","response_encoding":"base64"}]}],"#
                        + #""conflicts":[{"received_at":"2027-01-15T08:00:00.000Z","count":3,"payload":"{}","#
                        + #""payload_encoding":"text"}]}"#), "\(reply.body)")
            #expect(try await ask("GET", "/api/v1/events/6").status == 404)
            #expect(try await ask("GET", "/api/v1/events/6").detail == "there is no event 6")
            for id in ["0", "-1", "x", "9223372036854775808"] {
                #expect(try await ask("GET", "/api/v1/events/\(id)").status == 400, "\(id)")
            }
        }
    }

    @Test func `a payload is given as it came, and a browser runs nothing of it`() async throws {
        let bench = AdminBench()
        bench.put(1, payload: " {\"a\":\"<script>\"}\n", headers: #"{"content-type":"text/html; charset=utf-8"}"#)
        bench.put(2, headers: #"{"content-type":"a\r\nb"}"#)
        bench.put(3, headers: "not json")
        bench.put(4, payload: "a=1", headers: "{}")
        bench.put(5, payload: "", headers: "{}")
        try await bench.serving { ask in
            let reply = try await ask("GET", "/api/v1/events/1/payload")
            #expect(reply.body == " {\"a\":\"<script>\"}\n")
            #expect(reply.fields["content-type"] == "text/html; charset=utf-8")
            #expect(reply.fields["x-content-type-options"] == "nosniff")
            #expect(reply.fields["content-security-policy"] == "sandbox")
            #expect(reply.fields["cache-control"] == "no-store")
            for id in [2, 3] {
                #expect(
                    try await ask("GET", "/api/v1/events/\(id)/payload").fields["content-type"] == "application/json")
            }
            for id in [4, 5] {
                #expect(
                    try await ask("GET", "/api/v1/events/\(id)/payload").fields["content-type"]
                        == "application/octet-stream")
            }
            #expect(try await ask("HEAD", "/api/v1/events/1/payload").body == "")
        }
    }

    @Test func `a replay goes where it was told, and who did it is logged`() async throws {
        let bench = AdminBench()
        bench.put(5)
        bench.store.set { state in
            state.report = OperationReport(changed: [AdminBench.app], left: [AdminBench.gone: .processing])
        }
        let now = NewEvent.sampleTime.milliseconds
        try await bench.serving { ask in
            let reply = try await ask("POST", "/api/v1/events/5/replay")
            #expect(reply.status == 200)
            #expect(
                reply.body
                    == #"{"queue_id":5,"started":["app"],"left":[{"destination":"gone","status":"processing"}]}"#)
            for body in [#"{"destination":"app"}"#, #"{"reroute":true}"#] {
                #expect(try await ask("POST", "/api/v1/events/5/replay", body).status == 200)
            }
            let unknown = try await ask("POST", "/api/v1/events/5/replay", #"{"destination":"ap"}"#)
            #expect(unknown.status == 400)
            #expect(unknown.detail == "there is no destination \"ap\"; known are: app, gone, held")
            let gone = try await ask("POST", "/api/v1/events/5/replay", #"{"destination":"gone"}"#)
            #expect(gone.status == 409 && gone.detail.contains("not configured any more"))
        }
        #expect(bench.store.calls == ["replay 5 own \(now)", "replay 5 [1] \(now)", "replay 5 [1] \(now)"])
        let line = "done for an operator actor=local by=127.0.0.1 change=replay destination=app queue_id=5"
        #expect(bench.log.facts == [line, line + " to=app", line + " reroute=true"])
    }

    @Test func `what cannot be started is a conflict and says why`() async throws {
        let bench = AdminBench()
        bench.put(5, payload: #"{"type":"OTHER"}"#)
        try await bench.serving { ask in
            let none = try await ask("POST", "/api/v1/events/5/replay")
            #expect(none.status == 409 && none.detail.contains("has no deliveries"))
            let routes = try await ask("POST", "/api/v1/events/5/replay", #"{"reroute":true}"#)
            #expect(routes.status == 409 && routes.detail.contains("no route of now takes event 5"))
            bench.store.set { $0.report = OperationReport(changed: [], left: [AdminBench.app: .pending]) }
            let busy = try await ask("POST", "/api/v1/events/5/replay")
            #expect(busy.status == 409 && busy.detail.contains("app is pending"))
            let cancel = try await ask("POST", "/api/v1/events/5/cancel")
            #expect(cancel.status == 409 && cancel.detail.contains("app is pending"))
            bench.store.set { $0.report = nil }
            #expect(try await ask("POST", "/api/v1/events/9/replay").status == 404)
            #expect(try await ask("POST", "/api/v1/events/9/cancel").status == 404)
            #expect(try await ask("POST", "/api/v1/events/9/replay", #"{"reroute":true}"#).status == 404)
        }
        #expect(bench.log.facts.isEmpty)
    }

    @Test func `a cancel names what it ended`() async throws {
        let bench = AdminBench()
        bench.store.set { $0.report = OperationReport(changed: [AdminBench.app], left: [:]) }
        try await bench.serving { ask in
            let reply = try await ask("POST", "/api/v1/events/5/cancel", #"{"destination":"app"}"#)
            #expect(reply.body == #"{"queue_id":5,"cancelled":["app"],"left":[]}"#)
            #expect(try await ask("POST", "/api/v1/events/5/cancel").status == 200)
            let reroute = try await ask("POST", "/api/v1/events/5/cancel", #"{"reroute":true}"#)
            #expect(reroute.status == 400 && reroute.detail.contains("known are: destination"))
        }
        #expect(bench.store.calls == ["cancel 5 1", "cancel 5 all"])
    }

    @Test func `destinations, and the switch that an operator has`() async throws {
        let bench = AdminBench()
        try await bench.serving { ask in
            #expect(
                try await ask("GET", "/api/v1/destinations").body
                    == #"{"destinations":[{"name":"app","configured":true,"paused":false,"paused_by":null,"paused_by_operator":false,"open":4,"held":0,"#
                    + #""in_flight":0,"breaker":"closed","asked_for_pause":false,"opens_in_ms":null},"#
                    + #"{"name":"gone","configured":false,"paused":false,"paused_by":null,"paused_by_operator":false,"open":7,"held":0,"#
                    + #""in_flight":0,"breaker":null,"asked_for_pause":false,"opens_in_ms":null},"#
                    + #"{"name":"held","configured":true,"paused":true,"paused_by":"config","paused_by_operator":false,"open":0,"held":0,"#
                    + #""in_flight":0,"breaker":"closed","asked_for_pause":false,"opens_in_ms":null}]}"#)
            let paused = try await ask("POST", "/api/v1/destinations/app/pause")
            #expect(paused.body.contains(#""paused":true,"paused_by":"operator""#))
            #expect(try await ask("POST", "/api/v1/destinations/app/resume").body.contains(#""paused":false"#))
            let held = try await ask("POST", "/api/v1/destinations/held/resume")
            #expect(held.status == 409 && held.detail.contains("change `paused` there"))
            let unknown = try await ask("POST", "/api/v1/destinations/n%6Fne/pause")
            #expect(unknown.status == 404)
            #expect(unknown.detail == "there is no destination \"none\"; known are: app, gone, held")
            #expect(try await ask("POST", "/api/v1/destinations/app/pause", #"{"destination":"app"}"#).status == 400)
        }
        #expect(bench.store.calls == ["pause 1 true", "pause 1 false"])
        #expect(bench.log.facts.map { $0.contains("by=127.0.0.1") } == [true, true])
    }

    @Test func `a test sends a sample and stores nothing`() async throws {
        let bench = AdminBench()
        try await bench.serving { ask in
            let reply = try await ask("POST", "/api/v1/destinations/app/test")
            #expect(reply.status == 200)
            #expect(reply.json["outcome"] as? String == "delivered")
            let sent = try #require(bench.transport.entries.first)
            #expect(reply.json["uuid"] as? String == sent.identity)
            #expect(sent.identity.hasPrefix("test-"))
            #expect(sent.attempt == 1 && sent.lease.event.id == EventID(0) && sent.destination == "app")
            bench.transport.script(
                sent.identity, [AttemptOutcome(kind: .status, statusCode: 500, response: Array("no".utf8))])
            #expect(try await ask("POST", "/api/v1/destinations/held/test").status == 200)
            #expect(try await ask("POST", "/api/v1/destinations/gone/test").status == 409)
            #expect(try await ask("POST", "/api/v1/destinations/none/test").status == 404)
        }
        #expect(bench.transport.entries.count == 2)
        #expect(bench.store.calls.isEmpty)
    }

    @Test func `another method on a known path`() async throws {
        let bench = AdminBench()
        try await bench.serving { ask in
            for (method, path, allow) in [
                ("POST", "/healthz", "GET, HEAD"), ("DELETE", "/readyz", "GET, HEAD"),
                ("POST", "/api/v1/events", "GET, HEAD"), ("PUT", "/api/v1/events/1", "GET, HEAD"),
                ("GET", "/api/v1/events/1/replay", "POST"), ("GET", "/api/v1/destinations/app/pause", "POST"),
                ("OPTIONS", "/api/v1/destinations", "GET, HEAD"),
            ] {
                let reply = try await ask(method, path)
                #expect(reply.status == 405, "\(method) \(path)")
                #expect(reply.fields["allow"] == allow, "\(method) \(path)")
                #expect(reply.fields["content-type"] == "application/problem+json")
            }
            for path in ["/", "/api/v1", "/api/v1/events/1/nosuch", "/api/v1/destinations/app"] {
                #expect(try await ask("GET", path).status == 404, "\(path)")
            }
        }
    }

    @Test func `parameters are refused where none are taken`() async throws {
        let bench = AdminBench()
        bench.put(1)
        try await bench.serving { ask in
            let refused = try await ask("GET", "/api/v1/events/1?x=1")
            #expect(refused.detail == "there is no parameter \"x\"; this path takes none")
            #expect(try await ask("GET", "/api/v1/events?x=1").status == 400)
            #expect(try await ask("GET", "/healthz?x=1").status == 200)
        }
    }

    @Test func `a body at its bound and over it`() async throws {
        let bench = AdminBench()
        bench.put(5)
        bench.store.set { $0.report = OperationReport(changed: [AdminBench.app], left: [:]) }
        try await bench.serving { ask in
            let fits = "{}" + String(repeating: " ", count: OperationBody.maxBytes - 2)
            #expect(try await ask("POST", "/api/v1/events/5/replay", fits).status == 200)
            let reply = try await ask("POST", "/api/v1/events/5/replay", fits + " ")
            #expect(reply.status == 413)
        }
        #expect(bench.store.calls.count == 1)
    }

    @Test(arguments: [StoreError.busy, .overloaded, .diskFull, .closed, .unknown("x"), .invalid("x"), .tooSlow])
    func `a store that cannot is 503 with Retry-After`(fault: StoreError) async throws {
        let bench = AdminBench()
        bench.store.set { $0.fault = fault }
        try await bench.serving { ask in
            for (method, path) in [
                ("GET", "/api/v1/events"), ("GET", "/api/v1/events/1"), ("POST", "/api/v1/events/1/replay"),
                ("POST", "/api/v1/destinations/app/pause"),
            ] {
                let reply = try await ask(method, path)
                #expect(reply.status == 503, "\(method) \(path)")
                #expect(Int(reply.fields["retry-after"] ?? "") ?? 0 > 0)
            }
        }
        #expect(bench.log.facts.isEmpty)
    }

    @Test func `without a token only this machine's own names are answered`() async throws {
        let bench = AdminBench()
        bench.put(5)
        bench.store.set { $0.report = OperationReport(changed: [AdminBench.app], left: [:]) }
        try await bench.serving { ask in
            for host in ["localhost:9001", "[::1]:1", "127.0.0.9"] {
                #expect(try await ask("GET", "/api/v1/destinations", host: host).status == 200, "\(host)")
            }
            for host in ["evil.example", "10.0.0.1:9001"] {
                let reply = try await ask("GET", "/api/v1/destinations", host: host)
                #expect(reply.status == 421, "\(host)")
                #expect(reply.fields["content-type"] == "application/problem+json")
                #expect(try await ask("GET", "/healthz", host: host).status == 200)
            }
            for origin in ["http://evil.example", "null", "http://127.0.0.1:9002", "http://localhost:9001"] {
                let fields = ["Origin: \(origin)"]
                #expect(try await ask("POST", "/api/v1/events/5/replay", fields: fields).status == 403, "\(origin)")
                #expect(try await ask("GET", "/api/v1/destinations", fields: fields).status == 200)
            }
            let own = ["Origin: http://127.0.0.1:9001"]
            #expect(try await ask("POST", "/api/v1/events/5/replay", fields: own).status == 200)
        }
        #expect(bench.store.calls.count == 1)
    }

    @Test func `with a token everything needs it, whatever the host`() async throws {
        let bench = AdminBench(token: "s3cret")
        try await bench.serving { ask in
            let refused = try await ask("GET", "/api/v1/destinations")
            #expect(refused.status == 401)
            #expect(try await ask("POST", "/api/v1/destinations/app/pause").status == 401)
            #expect(try await ask("GET", "/api/v1/nosuch").status == 401)
            let token = ["Authorization: Bearer s3cret"]
            #expect(try await ask("GET", "/api/v1/destinations", host: "inbox.example", fields: token).status == 200)
        }
        #expect(bench.store.calls.isEmpty)
    }
}
