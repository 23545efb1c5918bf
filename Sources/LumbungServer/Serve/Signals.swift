import Glibc
import Logging
import UnixSignals

/// What the server does on signals: the first SIGTERM or SIGINT stops it in order, the second ends it at once.
struct Signals: Sendable {
    let logger: Logger
    /// Starts the orderly stop.
    let stop: @Sendable () async -> Void
    /// Hands the last log lines out before the process ends.
    let flush: @Sendable () -> Void

    /// Makes a write to a closed pipe or socket an error instead of the end of the process.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Listens until its task is cancelled.
    func run() async {
        var isStopping = false
        for await received in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) {
            if received == .sighup {
                logger.warning(
                    "reloading is not supported in this version; nothing was changed. Restart to apply a new file")
            } else if isStopping {
                logger.warning("second signal: ending at once; what was acknowledged is on disk")
                flush()
                // 128 + 15 is what a shell reports for a process ended by SIGTERM.
                _exit(143)
            } else {
                isStopping = true
                logger.info("stopping: no new requests, running attempts may finish")
                await stop()
            }
        }
    }
}
