import Glibc
import Logging
import Synchronization

/// What a log sink and its thread share.
final class LogWriter: Sendable {
    private struct State: ~Copyable {
        var pending: [UInt8] = []
        /// Bytes that the thread took and has not finished writing.
        var inFlightBytes = 0
        /// Lines dropped and not yet reported by a line of their own.
        var unreportedDrops = 0
        var droppedLines = 0
        var waiters: [ThreadSemaphore] = []
        var isAsleep = false
        var isStopping = false
        /// Nothing is written any more: the thread has ended, or the reader went away.
        var isOver = false
        var lastWriteFailed = false

        /// Whether a note about drops is worth a write of its own: not right after one that failed, or a full disk
        /// would keep the thread busy.
        var mustReport: Bool { unreportedDrops > 0 && !lastWriteFailed && !isOver }

        mutating func drop(lines: Int) {
            unreportedDrops += lines
            droppedLines += lines
        }

        /// Answers whether the thread sleeps and must be signalled; the caller that hears true is the one to do it.
        mutating func takeSleep() -> Bool {
            defer { isAsleep = false }
            return isAsleep
        }
    }

    /// What the thread does next.
    private enum Step {
        case write(reportedDrops: Int, waiters: [ThreadSemaphore])
        case sleep
        case end
    }

    /// A buffer that a burst made larger than this is given back once it is written.
    private static let keptCapacityBytes = 256 * 1024

    private let fileDescriptor: Int32
    private let format: LogFormat
    private let limits: LogSinkLimits
    private let clock: LogClock
    private let wakeUp = ThreadSemaphore()
    private let state = Mutex(State())

    init(fileDescriptor: Int32, format: LogFormat, limits: LogSinkLimits, clock: LogClock) {
        self.fileDescriptor = fileDescriptor
        self.format = format
        self.limits = limits
        self.clock = clock
    }

    var droppedLines: Int { state.withLock { $0.droppedLines } }

    // MARK: Any thread

    func append(_ block: [UInt8], level: Logger.Level) {
        let limit = level >= .warning ? limits.reserveBytes : limits.bufferBytes
        let mustWake = state.withLock { state in
            guard !state.isOver, !state.isStopping, !block.isEmpty else { return false }
            if state.pending.count + state.inFlightBytes + block.count > limit {
                state.drop(lines: Self.lineCount(of: block[...]))
            } else {
                state.pending.append(contentsOf: block)
            }
            return state.takeSleep()
        }
        if mustWake { wakeUp.signal() }
    }

    func flush(withinMilliseconds limit: Int?) -> Bool {
        let done = ThreadSemaphore()
        let (mustWait, mustWake) = state.withLock { state in
            guard !state.isOver else { return (false, false) }
            state.waiters.append(done)
            return (true, state.takeSleep())
        }
        if mustWake { wakeUp.signal() }
        guard mustWait else { return true }
        guard let limit else {
            done.wait()
            return true
        }
        return done.wait(atMostMilliseconds: limit)
    }

    func stop() {
        let mustWake = state.withLock { state in
            state.isStopping = true
            return state.takeSleep()
        }
        if mustWake { wakeUp.signal() }
    }

    private static func lineCount(of bytes: ArraySlice<UInt8>) -> Int {
        bytes.count(where: { $0 == UInt8(ascii: "\n") })
    }

    // MARK: The writing thread

    func start() throws(LogSinkError) {
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&thread, nil, { unsafe runLogWriter($0) }, argument.toOpaque())
        guard code == 0 else {
            unsafe argument.release()
            throw .threadNotStarted(errno: code)
        }
        pthread_detach(thread)
    }

    func run() {
        var file = LogFile(descriptor: fileDescriptor)
        var block: [UInt8] = []
        while true {
            switch nextStep(taking: &block) {
            case .sleep: wakeUp.wait()
            case .end: return
            case .write(let reportedDrops, let waiters):
                finish(file.write(block), of: block, reportedDrops: reportedDrops)
                block.removeAll(keepingCapacity: block.capacity <= Self.keptCapacityBytes)
                for waiter in waiters { waiter.signal() }
                ThreadSemaphore.pause(milliseconds: limits.gatherMilliseconds)
            }
        }
    }

    /// Takes everything that is pending into the empty `block`.
    private func nextStep(taking block: inout [UInt8]) -> Step {
        let now = clock.nowMilliseconds()
        return state.withLock { state in
            if state.pending.isEmpty && state.waiters.isEmpty && !state.mustReport {
                state.isOver = state.isOver || state.isStopping
                state.isAsleep = !state.isOver
                return state.isOver ? .end : .sleep
            }
            let reportedDrops = state.unreportedDrops
            if reportedDrops > 0 {
                state.pending.append(contentsOf: noteOfDrops(reportedDrops, atMilliseconds: now))
                state.unreportedDrops = 0
            }
            let waiters = state.waiters
            state.waiters = []
            swap(&state.pending, &block)
            state.inFlightBytes = block.count
            return .write(reportedDrops: reportedDrops, waiters: waiters)
        }
    }

    private func finish(_ result: LogFile.Result, of block: [UInt8], reportedDrops: Int) {
        state.withLock { state in
            state.inFlightBytes = 0
            state.lastWriteFailed = false
            switch result {
            case .written: break
            case .failed(let written):
                let noteLines = reportedDrops > 0 ? 1 : 0
                state.unreportedDrops += reportedDrops
                state.drop(lines: Self.lineCount(of: block[written...]) - noteLines)
                state.lastWriteFailed = true
            case .gone:
                state.isOver = true
                state.pending = []
            }
        }
    }

    private func noteOfDrops(_ count: Int, atMilliseconds now: Int64) -> [UInt8] {
        var line = LogLineWriter()
        switch format {
        case .text:
            line.beginTextLine(atMilliseconds: now, level: .warning)
            line.appendInteger(count)
            line.appendTrusted(" log lines dropped")
        case .json:
            line.beginJSONLine(atMilliseconds: now, level: .warning, logger: "")
            line.appendTrusted(",\"message\":\"log lines dropped\",\"count\":")
            line.appendInteger(count)
            line.appendTrusted("}")
        }
        line.endLine()
        return line.bytes
    }
}

/// The body of the thread, entered with the writer's reference that `pthread_create` carried over.
private func runLogWriter(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let writer = unsafe Unmanaged<LogWriter>.fromOpaque(context).takeRetainedValue()
    blockAllSignals()
    writer.run()
    return nil
}

/// Keeps signal handlers off this thread, and a write to a closed pipe from ending the process: SIGPIPE goes to the
/// thread that wrote, where it stays pending for ever.
private func blockAllSignals() {
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
}
