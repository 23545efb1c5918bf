import Glibc
import LumbungCore
import Synchronization

/// Looks one host name up, on a thread of its own while it takes, since `getaddrinfo` blocks and cannot be stopped.
///
/// At most one lookup of the name runs at a time: whoever asks meanwhile waits for the same answer, so a name server
/// that hangs costs one thread a host. Nothing is remembered after the answer.
final class HostLookup: Sendable {
    typealias Answer = Result<[IPAddress], NameError>

    private let host: String
    private let resolver: NameResolver
    /// Who waits for the running lookup; `nil` while none runs.
    private let waiting = Mutex<[OneShot<Answer>]?>(nil)

    init(host: String, resolver: NameResolver) {
        self.host = host
        self.resolver = resolver
    }

    /// The host's addresses now; a failure at once when the exchange is cut.
    func addresses(until cut: ExchangeCut) async -> Answer {
        let mine = OneShot<Answer>()
        let isFirst = waiting.withLock { waiting in
            let isFirst = waiting == nil
            waiting = (waiting ?? []) + [mine]
            return isFirst
        }
        if isFirst, !runOnOwnThread({ self.answer(self.resolver.addresses(of: self.host)) }) {
            answer(.failure(NameError(reason: "no thread left to look the name up")))
        }
        cut.onCut { mine.deliver(.failure(NameError(reason: "the lookup was cut"))) }
        return await mine.value()
    }

    private func answer(_ answer: Answer) {
        let all = waiting.withLock { waiting in
            let all = waiting ?? []
            waiting = nil
            return all
        }
        for one in all { one.deliver(answer) }
    }
}

/// What a thread is started with.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

/// Runs a blocking body on a new thread that ends with it; false when the system has no thread left.
private func runOnOwnThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(ThreadBody(body))
    guard unsafe pthread_create(&thread, nil, { unsafe runThreadBody($0) }, argument.toOpaque()) == 0 else {
        unsafe argument.release()
        return false
    }
    pthread_detach(thread)
    return true
}

private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
