import LumbungCore

extension InboxModel {
    /// The events whose deliveries of a key keep others waiting, or wait themselves, by number.
    func orderHolders(of key: String, _ destination: DestinationID) -> [EventID] {
        entries.values.filter { entry in
            guard let delivery = entry.deliveries[destination], let order = delivery.order else { return false }
            guard order.text.utf8.elementsEqual(key.utf8) else { return false }
            return delivery.dueAt != nil || (delivery.status == .dead && order.deadBlocks)
        }.map(\.id).sorted()
    }

    /// Lets the next of a key go, unless one of the key runs, waits in front, or is dead and blocks.
    mutating func letNextGo(_ key: OrderKey?, _ destination: DestinationID, now: Timestamp) {
        guard let key else { return }
        let holders = orderHolders(of: key.text, destination)
        guard let first = holders.first, var next = entries[first]?.deliveries[destination],
            holders.allSatisfy({ entries[$0]?.deliveries[destination]?.lane == .held })
        else { return }
        next.lane = next.waitingLane
        next.dueAt = now
        entries[first]?.deliveries[destination] = next
        pullForward(key, destination)
    }

    /// Lets what a bulk replay started run among the live ones where a live one of its key waits for it.
    mutating func pullForward(_ key: OrderKey?, _ destination: DestinationID) {
        guard let key else { return }
        let holders = orderHolders(of: key.text, destination)
        let isAwaited = holders.contains { id in
            entries[id]?.deliveries[destination].map { $0.lane == .held && $0.replay == nil } ?? false
        }
        guard isAwaited else { return }
        for id in holders where entries[id]?.deliveries[destination]?.lane == .bulk {
            entries[id]?.deliveries[destination]?.lane = .live
        }
    }

    /// Lets started deliveries of an event wait where another of their key is under way.
    mutating func holdBehindOthers(_ id: EventID) {
        guard let entry = entries[id] else { return }
        for (destination, delivery) in entry.deliveries where delivery.dueAt != nil {
            guard delivery.lane == .live || delivery.lane == .bulk else { continue }
            guard let key = delivery.order else { continue }
            let others = orderHolders(of: key.text, destination).filter { $0 != id }
            if others.contains(where: { entries[$0]?.deliveries[destination]?.lane != .held }) {
                entries[id]?.deliveries[destination]?.lane = .held
            }
            pullForward(key, destination)
        }
    }
}
