import LumbungCore
import LumbungTesting
import Testing

/// The fakes that other tests stand on.
struct FakesTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1000),
            "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"
        ),
    ])
    func `sample digests are SHA-256`(_ message: String, _ digest: String) {
        let hex = SHA256Digest.of(Array(message.utf8)).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        #expect(hex.joined() == digest)
    }

    @Test func `the generator is SplitMix64`() {
        var random = SeededGenerator(seed: 1_234_567)
        let expected: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test func `sleepers wake when their time has come, and not before`() async throws {
        let clock = TestClock()
        let order = await withTaskGroup(of: Int.self) { group in
            for seconds in [3, 1, 2] {
                group.addTask {
                    try? await clock.sleep(for: .seconds(seconds))
                    return seconds
                }
            }
            await clock.waitForSleepers(count: 3)
            clock.advance(by: .milliseconds(999))
            #expect(clock.sleeperCount == 3)
            var order: [Int] = []
            for left in [2, 1, 0] {
                clock.advanceToNextSleeper()
                #expect(clock.sleeperCount == left)
                if let woken = await group.next() { order.append(woken) }
            }
            return order
        }
        #expect(order == [1, 2, 3])
        #expect(clock.now.offset == .seconds(3))
    }

    @Test func `a cancelled sleeper stops sleeping`() async {
        let clock = TestClock()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await clock.sleep(for: .seconds(1))
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            await clock.waitForSleepers(count: 1)
            group.cancelAll()
            #expect(await group.next() == true)
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test func `wall-clock time moves both ways`() {
        let time = ManualTime(Timestamp(milliseconds: 1000))
        time.advance(by: .seconds(2))
        #expect(time.now == Timestamp(milliseconds: 3000))
        time.advance(by: .seconds(-3))
        #expect(time.now == Timestamp(milliseconds: 0))
    }

    @Test func `the fake transport ends attempts as scripted`() async {
        let transport = FakeTransport { _ in AttemptOutcome(kind: .refused) }
        transport.script("one", [AttemptOutcome(kind: .timeout), .delivered])
        var kinds: [AttemptOutcome.Kind] = []
        for number in 1...3 { kinds.append(await transport.deliver(attempt("one", number)).kind) }
        kinds.append(await transport.deliver(attempt("two", 1)).kind)
        #expect(kinds == [.timeout, .delivered, .delivered, .refused])
        #expect(transport.entries.map(\.order) == [1, 2, 3, 4])
        #expect(transport.entries(of: "one").map(\.attempt) == [1, 2, 3])
        #expect(transport.running.isEmpty)
    }

    @Test func `held attempts wait for their release, a cancelled one is interrupted`() async {
        let transport = FakeTransport()
        transport.hold()
        await withTaskGroup(of: Void.self) { group in
            for identity in ["a", "b"] { group.addTask { _ = await transport.deliver(attempt(identity, 1)) } }
            await transport.waitForStarts(2)
            #expect(transport.running.count == 2)
            transport.release("b")
            await transport.waitForEnds(1)
            #expect(transport.running.map(\.identity) == ["a"])
            group.cancelAll()
            await transport.waitForEnds(2)
        }
        #expect(transport.entries(of: "a").first?.outcome?.kind == .interrupted)
        #expect(transport.entries(of: "b").first?.outcome?.kind == .delivered)
    }
}

private func attempt(_ identity: String, _ number: Int) -> Attempt {
    let sample = NewEvent.sample(identity, to: [])
    let content = EventContent(payload: sample.payload, digest: sample.digest, headers: sample.headers)
    let event = LeasedEvent(id: EventID(1), source: "shop", identity: identity, type: "T", content: content)
    let lease = Lease(
        event: event, destination: DestinationID(1), token: Int64(number), attempt: number, isSuspect: false, fanout: 1)
    return Attempt(lease: lease, destinationName: "first", startedAt: NewEvent.sampleTime)
}
