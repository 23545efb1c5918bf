import LumbungCore

extension ReplayRecord {
    /// The most deliveries of one replay that wait or run at the same time.
    static let window = 1000

    /// How many more deliveries may wait or run.
    ///
    /// What waits for a destination that is not configured any more takes no room, or the replay would never end.
    func room(configured: Set<DestinationID>) -> Int {
        Self.window - open(configured).values.reduce(0, +)
    }

    /// The destinations that fill the window, the fullest first; none while there is room.
    ///
    /// Those with at least an equal share of it: the few deliveries of one that keeps up hold nothing up.
    func waitsFor(configured: Set<DestinationID>) -> [DestinationID] {
        guard status == .running, room(configured: configured) <= 0 else { return [] }
        let open = open(configured)
        let total = open.values.reduce(0, +)
        return open.filter { $0.value * open.count >= total }
            .sorted { ($1.value, $0.key.value) < ($0.value, $1.key.value) }.map(\.key)
    }

    private func open(_ configured: Set<DestinationID>) -> [DestinationID: Int] {
        waitingFor.filter { configured.contains($0.key) }
    }
}
