import LumbungCore
import Synchronization

/// A destination's transport, and how many workers have work for it in their hands.
///
/// A transport that is not configured any more is shut down by whoever gives the last work back, so that no attempt
/// meets a transport that is closed.
final class SharedTransport: Sendable {
    private struct State {
        var uses = 0
        var isTested = false
        var isRetired = false
        var isShutDown = false

        /// Whether the caller has to shut it down: nobody else will.
        mutating func ends() -> Bool {
            guard isRetired, uses == 0, !isShutDown else { return false }
            isShutDown = true
            return true
        }
    }

    let transport: any Transport
    private let state = Mutex(State())

    init(_ transport: any Transport) {
        self.transport = transport
    }

    /// A worker takes work for it.
    func take() {
        state.withLock { $0.uses += 1 }
    }

    /// A worker has ended its work.
    /// - Returns: Whether it has to shut the transport down: it is retired, and this was its last work.
    func giveBack() -> Bool {
        state.withLock { state in
            state.uses -= 1
            return state.ends()
        }
    }

    /// An operator tests the destination.
    /// - Returns: Whether it may be: one test at a time, so that tests take nothing from the attempts at its events.
    func beginTest() -> Bool {
        state.withLock { state in
            defer { state.isTested = true }
            return !state.isTested
        }
    }

    /// The test has ended.
    func endTest() {
        state.withLock { $0.isTested = false }
    }

    /// No more work will be taken for it: shuts it down now, or leaves that to the last worker.
    func retire() async {
        let isUnused = state.withLock { state in
            state.isRetired = true
            return state.ends()
        }
        if isUnused { await transport.shutdown() }
    }
}
