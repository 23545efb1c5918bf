import LumbungKit
import NIOCore
import Synchronization

/// The number of a connection on its event loop; never used twice.
struct ConnectionID: Sendable, Hashable {
    var value: UInt64

    init(_ value: UInt64) {
        self.value = value
    }
}

/// What the connections of one event loop share: their registry, their deadlines, and the mailbox for replies.
final class IngestLoop: Sendable {
    /// An answer from outside the event loop.
    enum Reply: Sendable {
        /// What the intake says.
        case intake(IngestReply)
        /// Why nothing can be committed now, or nil.
        case readiness(String?)
    }

    private struct Letter: Sendable {
        var connection: ConnectionID
        var reply: Reply
    }

    /// What only the event loop touches.
    private final class Registry {
        var handlers: [ConnectionID: IngestHandler] = [:]
        var lastID: UInt64 = 0
        var isSweeping = false

        /// The connection without a request whose time would be over first.
        var idlest: IngestHandler? {
            handlers.values.filter(\.exchange.isWithoutRequest).min { $0.exchange.deadline < $1.exchange.deadline }
        }
    }

    let eventLoop: any EventLoop
    /// How many connections may be open before the idlest one makes room for the next.
    private let places: Int
    private let mailbox = Mutex<[Letter]>([])
    private let registry: NIOLoopBoundBox<Registry>

    init(_ eventLoop: any EventLoop, places: Int) {
        self.eventLoop = eventLoop
        self.places = places
        registry = .makeBoxSendingValue(Registry(), eventLoop: eventLoop)
    }

    /// Delivers a reply on the event loop; may be called from any thread and does not block.
    ///
    /// A store answers a whole commit at once. Only the first letter into an empty mailbox wakes the event loop.
    func post(_ reply: Reply, to connection: ConnectionID) {
        let isFirst = mailbox.withLock { letters in
            letters.append(Letter(connection: connection, reply: reply))
            return letters.count == 1
        }
        if isFirst { eventLoop.execute { self.deliver() } }
    }

    /// Registers a connection and sees to its deadlines.
    ///
    /// Beyond ``places`` the connection without a request whose time would be over first is closed, so that whoever holds
    /// connections open cannot keep others out.
    func add(_ handler: IngestHandler, sweepEvery interval: Duration) -> ConnectionID {
        let registry = registry.value
        registry.lastID += 1
        let id = ConnectionID(registry.lastID)
        if registry.handlers.count >= places { registry.idlest?.makeRoom() }
        registry.handlers[id] = handler
        if !registry.isSweeping {
            registry.isSweeping = true
            let delay = TimeAmount(interval)
            eventLoop.scheduleRepeatedTask(initialDelay: delay, delay: delay) { self.sweep($0) }
        }
        return id
    }

    /// Forgets a connection.
    func remove(_ id: ConnectionID) {
        registry.value.handlers[id] = nil
    }

    /// How many connections are registered; only on the event loop.
    var connectionCount: Int { registry.value.handlers.count }

    /// Whether a timer runs; only on the event loop.
    var isSweeping: Bool { registry.value.isSweeping }

    private func deliver() {
        let letters = mailbox.withLock { letters in
            var taken: [Letter] = []
            taken.reserveCapacity(letters.count)
            swap(&taken, &letters)
            return taken
        }
        let registry = registry.value
        for letter in letters { registry.handlers[letter.connection]?.take(letter.reply) }
    }

    /// An event loop without connections has no timer, so that an idle process is not woken.
    private func sweep(_ task: RepeatedTask) {
        let registry = registry.value
        guard !registry.handlers.isEmpty else {
            registry.isSweeping = false
            return task.cancel()
        }
        let now = eventLoop.now
        for handler in registry.handlers.values.filter({ $0.exchange.deadline <= now }) { handler.sweep(now: now) }
    }
}
