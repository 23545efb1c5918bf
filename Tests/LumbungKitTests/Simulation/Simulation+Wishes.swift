import LumbungCore
import LumbungKit
import LumbungTesting

extension Simulation {
    /// Begins the next wish of the operator, who has one at a time.
    func beginWish() {
        guard !isWishing, !wishes.isEmpty, let life, life.isUp else { return }
        isWishing = true
        let wish = wishes.removeFirst()
        trace.note("wish: \(wish)")
        // An operator of its own, beside the engine.
        Task(executorPreference: executor) { [self] in
            await fulfil(wish, in: life)
            isWishing = false
            // What everything's end needs is wished again until it was heard by a process that goes on.
            if case .settle = wish, !life.isUp || life.isUnsettled { wishes.insert(.settle, at: 0) }
            beginWish()
        }
    }

    private func fulfil(_ wish: SimulationPlan.Wish, in life: SimulatedLife) async {
        switch wish {
        case .pause(let name): await life.hold(name, true)
        case .resume(let name): await life.hold(name, false)
        case .replay:
            guard let event = drawEvent() else { return }
            _ = try? await life.inbox?.replay(event, to: .ownDeliveries)
        case .replayMany(let rate):
            var wish = ReplayWish()
            wish.rate = rate
            _ = try? await life.inbox?.beginReplay(wish)
        case .cancel:
            guard let event = drawEvent() else { return }
            _ = try? await life.inbox?.cancel(event, destination: nil)
        case .remove(let id):
            await life.reconfigure { $0[id] = nil }
        case .putBack(let id):
            await life.reconfigure { configured in
                if configured[id] == nil { configured[id] = life.remade(id) }
            }
        case .relimit(let id, let concurrency, let rate):
            await life.reconfigure { configured in
                configured[id]?.concurrency = concurrency
                configured[id]?.rate = rate
            }
        case .settle:
            await life.reconfigure { configured in
                for id in plan.ids {
                    if configured[id] == nil { configured[id] = life.remade(id) }
                    configured[id]?.isPaused = false
                }
            }
            for place in plan.places.values.sorted(by: { $0.name < $1.name }) { await life.hold(place.name, false) }
        case .free(let event, let name):
            _ = try? await life.inbox?.cancel(event, destination: name)
        }
    }
}

extension SimulatedLife {
    /// Whether something is still paused or removed.
    var isUnsettled: Bool {
        book.slots.count < configured.count || book.slots.values.contains { $0.isPaused }
    }
}

extension DeliveryLedger {
    /// A dead delivery that keeps others of its key waiting.
    var blocking: DeliveryKey? {
        entries.keys.sorted().first { key in
            guard let entry = entries[key], entry.standing == .dead, let order = entry.order, order.deadBlocks else {
                return false
            }
            return entries.contains { other, found in
                found.standing == .waiting && other.destination == key.destination && found.order?.text == order.text
            }
        }
    }

    /// The deliveries to a destination that wait.
    func waiting(for destination: DestinationID) -> [DeliveryKey] {
        entries.filter { $0.key.destination == destination && $0.value.standing == .waiting }.map(\.key)
    }

    func isSuspect(_ key: DeliveryKey) -> Bool { entries[key]?.isSuspect ?? false }
}
