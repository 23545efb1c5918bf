import LumbungCore
import LumbungTesting

extension SimulationPlan {
    /// Draws a plan.
    init(_ random: inout SeededGenerator) {
        let horizon = Duration.seconds(random.pick(from: [60, 600, 3600, 3 * 3600]) ?? 60)
        let isShortLived = random.chance(percent: 15)
        self.init(
            workerCount: random.pick(1...8),
            queueBuffer: random.chance(percent: 75) ? 1000 : random.pick(1...8),
            grace: .seconds(random.pick(0...20)),
            leaseDuration: .seconds(random.pick(from: [15, 180, 2 * 3600, 2 * 3600]) ?? 180),
            pruneInterval: .seconds(random.pick(from: horizon <= .seconds(600) ? [10, 60] : [300, 3600]) ?? 300),
            retention: isShortLived
                ? RetentionPolicy(finished: .seconds(600), dead: .seconds(3600)) : RetentionPolicy(),
            jitter: Double(random.pick(0...4)) / 4,
            order: random.pick(from: SimulationExecutor.Order.allCases) ?? .any,
            faultPercent: random.pick(from: [0, 0, 3, 10]) ?? 0,
            unknownPerMille: random.pick(from: [0, 0, 5]) ?? 0,
            cursedPercent: random.chance(percent: 10) ? 8 : 0,
            latency: .milliseconds(random.pick(from: [0, 4, 40, 2000]) ?? 0),
            horizon: horizon)
        for number in 1...random.pick(1...4) {
            places[DestinationID(Int64(number))] = Place(number, horizon: horizon, &random)
        }
        drawArrivals(&random)
        drawWishes(&random)
        drawTrouble(&random)
        actions.append((horizon, .finish))
    }

    /// The destinations by number.
    var ids: [DestinationID] { places.keys.sorted() }

    private func moment(_ random: inout SeededGenerator) -> Duration {
        .milliseconds(random.pick(0...Int(horizon.wholeMilliseconds)))
    }

    /// Any moment, but more often one at which something else has just begun.
    private func busyMoment(_ random: inout SeededGenerator) -> Duration {
        guard random.chance(percent: 65), let other = random.pick(from: actions.map(\.at)) else {
            return moment(&random)
        }
        return other + .milliseconds(random.pick(from: [0, 2, 50, 3000]).map { random.pick(0...$0) } ?? 0)
    }

    // MARK: Events

    private mutating func drawArrivals(_ random: inout SeededGenerator) {
        var number = 0
        var sent: [Arrival] = []
        let sources = random.pick(1...3)
        // Bursts begin on whole seconds, so that some of them meet each other and what else happens then.
        for _ in 0..<random.pick(1...6) {
            let at = random.chance(percent: 40) ? .zero : Duration.seconds(moment(&random).components.seconds)
            var batch: [Arrival] = []
            for _ in 0..<random.pick(1...6) {
                if random.chance(percent: 10), let again = random.pick(from: sent) {
                    actions.append((at + .seconds(random.pick(0...600)), .arrive([again])))
                    continue
                }
                number += 1
                batch.append(arrival(number, source: "source \(random.pick(1...sources))", &random))
            }
            sent += batch
            if random.chance(percent: 50) {
                actions.append((at, .arrive(batch)))
            } else {
                for (index, one) in batch.enumerated() {
                    actions.append((at + .milliseconds(index * random.pick(0...900)), .arrive([one])))
                }
            }
        }
    }

    private func arrival(_ number: Int, source: String, _ random: inout SeededGenerator) -> Arrival {
        let first = random.pick(from: ids)
        let chosen = ids.filter { $0 == first || random.chance(percent: 25) }
        var event = NewEvent.sample("event \(number)", source: source, to: chosen)
        if random.chance(percent: 2) { event.digest = [UInt8](repeating: 0, count: 32) }
        event.resendRevives = random.chance(percent: 70)
        var natures: [DestinationID: Nature] = [:]
        for id in chosen {
            natures[id] = nature(&random)
            guard let deadBlocks = places[id]?.deadBlocks, random.chance(percent: 85) else { continue }
            event.orderKeys[id] = OrderKey(random.pick(from: ["a", "b"]) ?? "a", deadBlocks: deadBlocks)
        }
        return Arrival(event: event, natures: natures)
    }

    private func nature(_ random: inout SeededGenerator) -> Nature {
        switch random.pick(1...100) {
        case ...60: .well
        case ...75: .fails(times: random.pick(1...3))
        case ...80: .fails(times: 100)
        case ...86: .hangs(times: random.pick(1...3))
        case ...90: .gone
        case ...94: .unwanted
        default: .kills(times: random.pick(1...4))
        }
    }

    // MARK: What else happens

    private mutating func drawWishes(_ random: inout SeededGenerator) {
        for _ in 0..<random.pick(0...5) {
            guard let id = random.pick(from: ids), let place = places[id] else { continue }
            let (at, later) = (busyMoment(&random), busyMoment(&random))
            switch random.pick(1...6) {
            case 1:
                actions.append((min(at, later), .wish(.pause(place.name))))
                if random.chance(percent: 80) { actions.append((max(at, later), .wish(.resume(place.name)))) }
            case 2: actions.append((at, .wish(.replay)))
            case 3: actions.append((at, .wish(.cancel)))
            case 5: actions.append((at, .wish(.replayMany(Place.rate(&random)))))
            case 4:
                actions.append((min(at, later), .wish(.remove(id))))
                if random.chance(percent: 80) { actions.append((max(at, later), .wish(.putBack(id)))) }
            default:
                let concurrency = random.chance(percent: 50) ? nil : random.pick(1...3)
                actions.append((at, .wish(.relimit(id, concurrency: concurrency, rate: Place.rate(&random)))))
            }
        }
    }

    private mutating func drawTrouble(_ random: inout SeededGenerator) {
        if random.chance(percent: 30) {
            for _ in 0..<random.pick(1...2) {
                let length = random.pick(from: [3, 90, 3600, 86_400]) ?? 3
                let jump = Duration.seconds(random.chance(percent: 50) ? length : -length)
                actions.append((busyMoment(&random), .setClock(by: jump)))
            }
        }
        if random.chance(percent: 40) {
            for _ in 0..<random.pick(1...3) { actions.append((busyMoment(&random), .crash)) }
        }
        if random.chance(percent: 40) {
            for _ in 0..<random.pick(1...2) { actions.append((busyMoment(&random), .stop)) }
        }
    }
}

extension SimulationPlan.Place {
    fileprivate init(_ number: Int, horizon: Duration, _ random: inout SeededGenerator) {
        name = "destination \(number)"
        concurrency = random.chance(percent: 50) ? nil : random.pick(1...3)
        rate = Self.rate(&random)
        retry = RetryPolicy(
            attempts: random.pick(1...6), first: .seconds(random.pick(1...30)),
            longest: .seconds(random.pick(30...900)), permanent: [422])
        isImmediate = random.chance(percent: 20)
        isPausedByFile = random.chance(percent: 8)
        timeout = .seconds(random.pick(1...60))
        deadBlocks = random.chance(percent: 45) ? random.chance(percent: 40) : nil
        weather = []
        guard random.chance(percent: 45) else { return }
        for _ in 0..<random.pick(1...2) {
            let from = random.chance(percent: 40) ? 0 : random.pick(0...Int(horizon.components.seconds))
            weather.append(
                SimulationPlan.Spell(
                    kind: random.pick(from: SimulationPlan.Spell.Kind.allCases) ?? .refuses, from: .seconds(from),
                    to: .seconds(from + random.pick(1...1800))))
        }
    }

    fileprivate static func rate(_ random: inout SeededGenerator) -> DeliveryRate? {
        guard random.chance(percent: 30) else { return nil }
        return random.chance(percent: 50)
            ? DeliveryRate(count: random.pick(1...7), period: .seconds(1))
            : DeliveryRate(count: random.pick(1...30), period: .seconds(60))
    }
}
