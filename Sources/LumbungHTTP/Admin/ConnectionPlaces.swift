import NIOCore
import Synchronization

/// The open connections of the admin listener: once all places are taken, the one that has been idle for longest makes
/// room for the next, so that an operator gets in while somebody holds connections open.
final class ConnectionPlaces: Sendable {
    private struct Place {
        let channel: any Channel
        var isBusy = false
        /// Grows with each use: the lowest has been idle for longest.
        var turn: UInt64
    }

    private struct State {
        var places: [ObjectIdentifier: Place] = [:]
        var turns: UInt64 = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// Makes the places of a listener.
    /// - Parameter limit: How many may be taken before an idle connection is closed for the next.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a place for a new connection.
    func take(_ channel: any Channel) {
        let idlest = state.withLock { state in
            let idlest = state.places.count >= limit ? Self.removeIdlest(from: &state) : nil
            state.turns += 1
            state.places[ObjectIdentifier(channel)] = Place(channel: channel, turn: state.turns)
            return idlest
        }
        idlest?.close(promise: nil)
    }

    /// Keeps a connection's place while a request of its is answered, or gives it up again to who needs it more.
    func mark(_ channel: any Channel, isBusy: Bool) {
        state.withLock { state in
            state.turns += 1
            state.places[ObjectIdentifier(channel)]?.isBusy = isBusy
            state.places[ObjectIdentifier(channel)]?.turn = state.turns
        }
    }

    /// Gives the place of a connection that is gone back.
    func leave(_ channel: any Channel) {
        state.withLock { $0.places[ObjectIdentifier(channel)] = nil }
    }

    private static func removeIdlest(from state: inout State) -> (any Channel)? {
        guard let idlest = state.places.values.filter({ !$0.isBusy }).min(by: { $0.turn < $1.turn }) else { return nil }
        state.places[ObjectIdentifier(idlest.channel)] = nil
        return idlest.channel
    }
}

/// Tells the places of a connection's beginning and end.
final class PlaceHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let places: ConnectionPlaces

    init(_ places: ConnectionPlaces) {
        self.places = places
    }

    func handlerAdded(context: ChannelHandlerContext) {
        places.take(context.channel)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        places.leave(context.channel)
    }
}
