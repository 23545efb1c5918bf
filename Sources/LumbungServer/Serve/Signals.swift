import Glibc
import Logging
import UnixSignals

/// What the server does on signals: the first SIGTERM or SIGINT stops it in order, the second ends it at once, SIGHUP
/// reloads the configuration.
///
/// Reloads run one after the other. What comes while one runs is one more, for however many signals: it reads what is
/// there then.
struct Signals: Sendable {
    let logger: Logger
    /// Starts the orderly stop.
    let stop: @Sendable () async -> Void
    /// Reads the configuration anew and puts it in force.
    let reload: @Sendable () async -> Void
    /// Hands the last log lines out before the process ends.
    let flush: @Sendable () -> Void

    /// Makes a write to a closed pipe or socket an error instead of the end of the process.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Listens until its task is cancelled.
    func run() async {
        let (hangUps, hangUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { tasks in
            // Beside the listening, so that no reload keeps a stop waiting.
            tasks.addTask { for await _ in hangUps { await reload() } }
            await listen { hangUp.yield() }
            hangUp.finish()
        }
    }

    private func listen(hangUp: () -> Void) async {
        var isStopping = false
        for await received in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) {
            if received == .sighup {
                if isStopping { logger.warning("stopping: the configuration is not reloaded") } else { hangUp() }
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
