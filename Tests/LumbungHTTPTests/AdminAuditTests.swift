import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungHTTP

/// Who may do what, and the book of what was done.
@Suite struct AdminAuditTests {
    private static func entries(_ bench: AdminBench) async throws -> [AuditEntry] {
        try await bench.store.audit(before: nil, limit: 100)
    }

    @Test func `every change is in the audit log with who asked for what and how it ended`() async throws {
        let bench = AdminBench(token: "s3cret")
        bench.store.set { $0.report = OperationReport(changed: [AdminBench.app], left: [:]) }
        let token = ["Authorization: Bearer s3cret"]
        try await bench.serving { ask in
            _ = try await ask("POST", "/api/v1/events/5/cancel", #"{"destination":"app"}"#, fields: token)
            _ = try await ask("POST", "/api/v1/destinations/app/pause", fields: token)
            _ = try await ask("POST", "/api/v1/destinations/none/pause", fields: token)
            _ = try await ask("GET", "/api/v1/destinations", fields: token)
            let entries = Array(try await Self.entries(bench).reversed())
            #expect(entries.map(\.change.action) == ["cancel", "pause", "pause"])
            #expect(
                entries.map(\.change.detail) == [
                    #"{"queue_id":5,"to":"app"}"#, #"{"destination":"app"}"#, #"{"destination":"none"}"#,
                ])
            #expect(
                entries.map(\.outcome) == [
                    #"done: {"destination":["app"]}"#, "done",
                    "refused: there is no destination \"none\"; known are: app, gone, held",
                ])
            #expect(entries.allSatisfy { $0.change.actor == "admin" && $0.change.address == "127.0.0.1" })
            let page = try await ask("GET", "/api/v1/audit?limit=2", fields: token).json
            let found = try #require(page["entries"] as? [[String: Any]])
            #expect(found.map { $0["id"] as? Int } == [3, 2])
            #expect(found[0]["detail"] as? [String: String] == ["destination": "none"])
            #expect(page["next_cursor"] as? String == "2")
            let rest = try await ask("GET", "/api/v1/audit?limit=2&cursor=2", fields: token).json
            #expect((rest["entries"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test func `what cannot be written down is not done`() async throws {
        let bench = AdminBench()
        bench.store.inner.failNext(.operate, with: .busy)
        try await bench.serving { ask in
            let reply = try await ask("POST", "/api/v1/destinations/app/pause")
            #expect(reply.status == 503)
        }
        #expect(bench.store.calls.isEmpty)
        #expect(bench.log.facts.isEmpty)
    }

    @Test func `a token that may only read changes nothing`() async throws {
        let bench = AdminBench(token: "s3cret", readToken: "look")
        let reader = ["Authorization: Bearer look"]
        try await bench.serving { ask in
            #expect(try await ask("GET", "/api/v1/destinations", fields: reader).status == 200)
            #expect(try await ask("HEAD", "/api/v1/destinations", fields: reader).status == 200)
            for (method, path) in [
                ("POST", "/api/v1/destinations/app/pause"), ("POST", "/api/v1/events/5/replay"),
                ("DELETE", "/api/v1/replays/1"), ("POST", "/api/v1/quarantine/discard"),
            ] {
                let reply = try await ask(method, path, fields: reader)
                #expect(reply.status == 403 && reply.detail.contains("may only read"), "\(method) \(path)")
            }
            #expect(try await ask("GET", "/api/v1/destinations", fields: ["Authorization: Bearer lookx"]).status == 401)
        }
        #expect(bench.store.calls.isEmpty)
        #expect(try await Self.entries(bench).isEmpty)
    }

    @Test func `who guesses waits longer each time, and who knows does not`() {
        let (delays, now) = (FailureDelays(), ContinuousClock.now)
        let waits = (0..<8).map { _ in delays.failed(from: "a", now: now) }
        #expect(waits == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map { .milliseconds($0) })
        #expect(delays.failed(from: "b", now: now) == FailureDelays.first)
        delays.succeeded(from: "a")
        #expect(delays.failed(from: "a", now: now) == FailureDelays.first)
        #expect(delays.failed(from: "a", now: now.advanced(by: FailureDelays.memory)) == FailureDelays.first)
        #expect(FailureDelays.delay(after: .max) == FailureDelays.longest)
    }

    @Test func `the addresses that are remembered are bounded`() {
        let (delays, now) = (FailureDelays(), ContinuousClock.now)
        for index in 0...FailureDelays.mostAddresses {
            _ = delays.failed(from: "\(index)", now: now.advanced(by: .milliseconds(index)))
        }
        #expect(delays.failed(from: "0", now: now.advanced(by: .seconds(2))) == FailureDelays.first)
        #expect(
            delays.failed(from: "\(FailureDelays.mostAddresses)", now: now.advanced(by: .seconds(2)))
                != FailureDelays.first)
    }

    @Test func `the list of rejections tells all but secrets`() async throws {
        let bench = AdminBench()
        bench.store.inner.reject(
            Rejection(
                source: "shop", rejectedAt: NewEvent.sampleTime, status: 400, reason: "not JSON",
                headers: #"{"a":"b"}"#,
                body: [0xFF]))
        try await bench.serving { ask in
            let rejections = try #require(
                try await ask("GET", "/api/v1/rejections").json["rejections"] as? [[String: Any]])
            #expect(rejections.count == 1)
            #expect(rejections[0]["reason"] as? String == "not JSON" && rejections[0]["status"] as? Int == 400)
            #expect(rejections[0]["body"] as? String == "/w==" && rejections[0]["body_encoding"] as? String == "base64")
            #expect(try await ask("GET", "/api/v1/rejections?cursor=1").status == 400)
        }
    }
}
