import Foundation
import Synchronization

/// Bytes that one thread gathers and another reads.
final class Collected: Sendable {
    private let stored = Mutex<[UInt8]>([])

    var bytes: [UInt8] { stored.withLock { $0 } }

    func set(_ bytes: [UInt8]) {
        stored.withLock { $0 = bytes }
    }
}

extension Thread {
    /// Runs a blocking body on a thread of its own.
    static func run(_ body: @escaping @Sendable () -> Void) {
        Thread.detachNewThread(body)
    }
}
