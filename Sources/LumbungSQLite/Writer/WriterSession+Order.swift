import LumbungCore

extension WriterSession {
    /// A delivery's place in an order.
    struct OrderPlace {
        var destination: DestinationID
        var key: String
    }

    /// The places of an event's deliveries.
    func orderPlaces(of event: EventID) throws(StoreError) -> [OrderPlace] {
        let query = try unsafe Statement(connection, Statements.orderOf)
        query.bind(1, event.value)
        var places: [OrderPlace] = []
        while try query.step() {
            places.append(OrderPlace(destination: DestinationID(query.int(0)), key: query.text(1)))
        }
        return places
    }

    /// Lets the next of each key go, unless one of the key runs, waits in front, or is dead and blocks.
    func letNextGo(_ places: [OrderPlace], now: Timestamp) throws(StoreError) {
        for place in places {
            let update = try unsafe Statement(connection, Statements.letNextGo)
            update.bind(1, place.destination.value)
            update.bind(2, place.key)
            update.bind(3, now.milliseconds)
            try update.run()
        }
        try pullForward(places)
    }

    /// Lets started deliveries of an event wait where another of their key is under way.
    func holdBehindOthers(_ event: EventID) throws(StoreError) {
        let update = try unsafe Statement(connection, Statements.holdBehind)
        update.bind(1, event.value)
        try update.run()
        try pullForward(try orderPlaces(of: event))
    }

    /// Lets what a bulk replay started run among the live ones where a live one of its key waits for it: behind them
    /// all, it could keep that one waiting for ever.
    func pullForward(_ places: [OrderPlace]) throws(StoreError) {
        for place in places {
            let update = try unsafe Statement(connection, Statements.pullForward)
            update.bind(1, place.destination.value)
            update.bind(2, place.key)
            try update.run()
        }
    }
}
