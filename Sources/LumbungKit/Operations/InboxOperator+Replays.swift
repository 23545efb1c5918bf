public import LumbungCore

/// What an operator wants replayed, with the names of destinations.
public struct ReplayWish: Sendable, Hashable {
    /// Which events; its destination is set from ``filterDestination``.
    public var filter = EventFilter()
    /// Only events with a delivery to this destination, and of them that delivery alone.
    public var filterDestination: String?
    /// Where to, whether an event went there before or not; nil for where each went.
    public var destination: String?
    /// How many events may be started in a period; nil for any number.
    public var rate: DeliveryRate?

    /// Means every event.
    public init() {}
}

/// A bulk replay with the names of its destinations.
public struct ReplayDetail: Sendable, Hashable {
    /// The replay.
    public var record: ReplayRecord
    /// The name of the destination in its filter.
    public var filterDestination: String?
    /// The name of the destination that it goes to.
    public var destination: String?
    /// The names of the destinations whose deliveries fill its window, the fullest first: it goes on as they end.
    public var waitsFor: [String]

    init(_ record: ReplayRecord, names: [DestinationID: String], configured: Set<DestinationID>) {
        self.record = record
        filterDestination = record.order.filter.destination.map(names.name(of:))
        destination = record.order.destination.map(names.name(of:))
        waitsFor = record.waitsFor(configured: configured).map(names.name(of:))
    }
}

extension InboxOperator {
    /// The longest that counting for a dry run may take.
    private static let longestCount = Duration.seconds(20)

    /// Counts the events that a replay would mean; nothing is started.
    /// - Throws: ``OperationError``; ``StoreError/tooSlow`` when it cannot be counted in 20 seconds.
    public func countReplay(_ wish: ReplayWish) async throws(OperationError) -> Int {
        let order = try await order(wish)
        let newest = try await ask { store throws(StoreError) in try await store.events(EventQuery(limit: 1)) }
        guard let through = newest.events.first?.id else { return 0 }
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: Self.longestCount)
        var (count, position, pace) = (0, EventID(0), SpanPace())
        while position < through {
            let begin = clock.now
            guard begin < end else { throw .store(.tooSlow) }
            let piece = EventSpan(
                after: position, through: EventID(min(through.value, position.value + Int64(pace.width))))
            do throws(StoreError) {
                let found = try await store.find(order, in: piece, limit: SpanPace.widest + 1)
                count += found.events.count
                position = found.position
                pace.met(in: clock.now - begin)
            } catch {
                guard error == .tooSlow, pace.metTooSlow() else { throw .store(error) }
            }
        }
        return count
    }

    /// Begins to replay every event that is stored now and that the wish means.
    ///
    /// The deliveries run when no live one is due. Of each event those are started that have ended, and in the filter's
    /// status if it has one.
    ///
    /// Durability: the replay was committed and flushed before this returns, and goes on over restarts.
    /// - Throws: ``OperationError``; ``OperationError/impossible(_:)`` when ``ReplayRecord/mostRunning`` run already; then
    ///   nothing began.
    public func beginReplay(_ wish: ReplayWish) async throws(OperationError) -> ReplayDetail {
        let order = try await order(wish)
        let now = now()
        let id = try await ask { store throws(StoreError) in try await store.beginReplay(order, now: now) }
        guard let id else {
            throw .impossible(
                "\(ReplayRecord.mostRunning) replays run already; wait until one has ended, or end one, as by "
                    + "`lumbung events replays ID --cancel`")
        }
        engine.replaysChanged()
        return try await replay(id)
    }

    /// Tells how far a replay came.
    /// - Throws: ``OperationError``.
    public func replay(_ id: ReplayID) async throws(OperationError) -> ReplayDetail {
        let record = try await ask { store throws(StoreError) in try await store.replay(id) }
        guard let record else { throw .unknownReplay(id) }
        return ReplayDetail(record, names: try await names(), configured: configuredIDs)
    }

    /// Tells of the kept replays, newest first.
    /// - Throws: ``OperationError``.
    public func replays() async throws(OperationError) -> [ReplayDetail] {
        let names = try await names()
        return try await ask { store throws(StoreError) in try await store.replays(onlyRunning: false) }
            .map { ReplayDetail($0, names: names, configured: configuredIDs) }
    }

    /// Ends a replay; what it has started already, at most 1,000 deliveries, runs on.
    /// - Returns: How it stands afterwards.
    /// - Throws: ``OperationError``; ``OperationError/impossible(_:)`` when it had ended before: it stays as it ended.
    public func cancelReplay(_ id: ReplayID) async throws(OperationError) -> ReplayDetail {
        let before = try await replay(id).record
        guard before.status == .running else { throw Self.hasEnded(before) }
        let now = now()
        let isKnown = try await ask { store throws(StoreError) in try await store.cancelReplay(id, now: now) }
        guard isKnown else { throw .unknownReplay(id) }
        let detail = try await replay(id)
        // It may have come to its own end meanwhile.
        guard detail.record.status == .cancelled else { throw Self.hasEnded(detail.record) }
        return detail
    }

    private static func hasEnded(_ record: ReplayRecord) -> OperationError {
        .impossible("replay \(record.id.value) has ended already: it is \(record.status.rawValue); nothing was changed")
    }

    private var configuredIDs: Set<DestinationID> { Set(configured().destinations.keys) }

    private func order(_ wish: ReplayWish) async throws(OperationError) -> ReplayOrder {
        var order = ReplayOrder(filter: wish.filter, rate: wish.rate)
        order.filter.destination = nil
        if let name = wish.filterDestination {
            // With another one to go to, it only chooses events, and may be gone.
            let record =
                wish.destination == nil ? try await configuredDestination(name).record : try await record(name)
            order.filter.destination = record.id
        }
        if let name = wish.destination { order.destination = try await configuredDestination(name).record.id }
        return order
    }
}
