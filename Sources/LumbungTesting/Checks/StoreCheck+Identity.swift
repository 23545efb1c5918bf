import LumbungCore
import Testing

extension StoreCheck {
    static let identity: [StoreCheck] = [
        StoreCheck("one identity is stored once, also within one request") { bench async throws in
            let event = NewEvent.sample("one", to: [bench.first])
            let both = try await bench.store.append([event, event])
            #expect(both.map(\.kind) == [.queued, .duplicate])
            #expect(both[0].id == both[1].id)
            let again = try await bench.put(event)
            #expect(again == AppendOutcome(kind: .duplicate, id: both[0].id))
            #expect(try await bench.event(again.id).duplicates == 2)
            #expect(try await bench.eventCount() == 1)
        },
        StoreCheck("64 concurrent appends of one identity queue it once") { bench async throws in
            let event = NewEvent.sample("one", to: [bench.first])
            let store = bench.store
            let outcomes = try await withThrowingTaskGroup(of: [AppendOutcome].self) { group in
                for _ in 0..<64 { group.addTask { try await store.append([event]) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count { $0.kind == .queued } == 1)
            #expect(outcomes.count { $0.kind == .duplicate } == 63)
            #expect(Set(outcomes.map(\.id)).count == 1)
            #expect(try await bench.claim().count == 1)
        },
        StoreCheck("one identity in two sources is two events") { bench async throws in
            let left = try await bench.put(.sample("one", source: "left", to: [bench.first]))
            let right = try await bench.put(.sample("one", source: "right", to: [bench.first]))
            #expect([left.kind, right.kind] == [.queued, .queued])
            #expect(left.id < right.id)
        },
        StoreCheck("identities are compared byte for byte") { bench async throws in
            // Canonically equal, differing in case, and with a space at the end: three traps of text comparison.
            let identities = ["caf\u{E9}", "cafe\u{301}", "CAF\u{E9}", "caf\u{E9} "]
            for identity in identities { try await bench.queue(identity) }
            #expect(try await bench.eventCount() == identities.count)
        },
        StoreCheck("hostile text in identity, type, source and detail comes back as it was") { bench async throws in
            for (index, text) in hostileTexts.enumerated() {
                var event = NewEvent.sample(text, source: text, to: [bench.first])
                event.type = text
                let id = try await bench.put(event).id
                #expect(try await bench.put(event) == AppendOutcome(kind: .duplicate, id: id), "text \(index)")
                let stored = try await bench.event(id).event
                #expect(Array(stored.identity.utf8) == Array(text.utf8), "text \(index)")
                #expect(Array(stored.type.utf8) == Array(text.utf8), "text \(index)")
                #expect(Array(stored.source.utf8) == Array(text.utf8), "text \(index)")
                let lease = try await bench.claimOne()
                #expect(Array(lease.event.identity.utf8) == Array(text.utf8), "text \(index)")
                try await bench.record(lease, .dead, outcome: AttemptOutcome(kind: .failed, detail: text))
                #expect(try await bench.delivery(id).lastError == text, "text \(index)")
            }
        },
        StoreCheck("another payload under a known identity is kept and counted, not processed") { bench async throws in
            let id = try await bench.queue("one")
            let other = NewEvent.sample("one", payload: Array(#"{"other":1}"#.utf8), to: [bench.first])
            let third = NewEvent.sample("one", payload: Array(#"{"third":1}"#.utf8), to: [bench.first])
            for event in [other, other, third] {
                #expect(try await bench.put(event) == AppendOutcome(kind: .conflict, id: id))
            }
            let stored = try await bench.event(id)
            #expect(stored.event.payload == NewEvent.sample("one", to: []).payload)
            #expect(stored.conflicts.map(\.payload) == [other.payload, third.payload])
            #expect(stored.conflicts.map(\.count) == [2, 1])
            #expect(stored.conflicts.allSatisfy { $0.receivedAt == bench.now })
            #expect(stored.duplicates == 0)
            #expect(try await bench.claim().count == 1)
        },
        StoreCheck("payloads of any bytes come back byte for byte, also those of conflicts") { bench async throws in
            for (index, payload) in anyBytes.enumerated() {
                let id = try await bench.put(.sample("\(index)", payload: payload, to: [bench.first])).id
                #expect(try await bench.put(.sample("\(index)", payload: payload, to: [bench.first])).id == id)
                let other = payload + [0, 0xFF]
                _ = try await bench.put(.sample("\(index)", payload: other, to: [bench.first]))
                let stored = try await bench.event(id)
                #expect(stored.event.payload == payload, "payload \(index)")
                #expect(stored.conflicts.map(\.payload) == [other], "payload \(index)")
                let lease = try await bench.claimOne()
                #expect(lease.event.payload == payload, "payload \(index)")
                try await bench.record(lease, .complete)
            }
        },
        StoreCheck("a duplicate of a dead event revives it with fresh attempts") { bench async throws in
            let id = try await bench.queue("one")
            try await bench.finish(.dead)
            #expect(try await bench.event(id).status == .dead)
            let later = bench.now.advanced(by: .seconds(5))
            let again = try await bench.put(.sample("one", receivedAt: later, to: [bench.first]))
            #expect(again == AppendOutcome(kind: .revived, id: id))
            let stored = try await bench.event(id)
            #expect(stored.status == .pending && stored.attempts == 0 && stored.duplicates == 1)
            #expect(stored.updatedAt == later)
            #expect(stored.deliveries.first?.history.count == 1)
            #expect(try await bench.claim(at: bench.now).isEmpty)
            #expect(try await bench.claimOne(at: later).attempt == 1)
        },
        StoreCheck("a duplicate of a dead event leaves it alone when its source says so") { bench async throws in
            let id = try await bench.queue("one")
            try await bench.finish(.dead)
            let again = NewEvent.sample("one", to: [bench.first]).resendRevives(false)
            #expect(try await bench.put(again) == AppendOutcome(kind: .duplicate, id: id))
            #expect(try await bench.event(id).status == .dead)
            #expect(try await bench.claim().isEmpty)
        },
        StoreCheck("a conflict does not revive a dead event, nor does a duplicate an unfinished one") {
            bench async throws in
            let id = try await bench.queue("one")
            let lease = try await bench.claimOne()
            let again = try await bench.put(.sample("one", to: [bench.first]))
            #expect(again == AppendOutcome(kind: .duplicate, id: id))
            #expect(try await bench.record(lease, .dead) == 0)
            let other = NewEvent.sample("one", payload: Array("{}".utf8), to: [bench.first])
            #expect(try await bench.put(other) == AppendOutcome(kind: .conflict, id: id))
            #expect(try await bench.event(id).status == .dead)
        },
    ]

    /// Payloads that are no text, or end as text before their end.
    private static let anyBytes: [[UInt8]] = [
        [], [0], Array(0...255), [0xC3], [0xED, 0xA0, 0x80, 0x0A], [0xEF, 0xBB, 0xBF, 0x41], Array("a\0b".utf8),
    ]

    /// Text that breaks quoting, escaping, length counting or display somewhere.
    private static let hostileTexts = [
        "it's \"quoted\" `here` -- '; DROP TABLE webhook_queue;",
        "escaped \\u0000 and \\x00 and %00",
        "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{1F1EE}\u{1F1E9}",
        "\u{202E}txt.exe \u{5E9}\u{5DC}\u{5D5}\u{5DD} \u{645}\u{631}\u{62D}\u{628}\u{627}",
        "%s %n ?1 :name $1 {0}",
        "\u{FEFF}\u{FFFD}\u{10FFFF}\u{E000}",
        " ",
    ]
}
