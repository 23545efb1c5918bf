import Foundation
import LumbungTesting

/// Runs every job of a simulation on the thread that made it, one at a time, in an order that a seed decides.
///
/// Tasks that begin with it as their preference bring their child tasks, actors and nonisolated functions along. A job
/// that comes from another thread has been somewhere else in between: ``strangers`` counts those, since no seed could
/// replay them.
///
/// Sendable without a lock because everything happens on one thread, which `enqueue` checks.
final class SimulationExecutor: TaskExecutor, @unchecked Sendable {
    private let thread = pthread_self()
    private var jobs: [UnownedJob] = []
    private let lock = NSLock()
    /// Jobs that came from another thread.
    private(set) var strangers = 0

    /// How many jobs could run now.
    var count: Int { jobs.count }

    func enqueue(_ job: consuming ExecutorJob) {
        // Locked for the one case that must not happen: a job from elsewhere.
        lock.lock()
        defer { lock.unlock() }
        if pthread_equal(pthread_self(), thread) == 0 { strangers += 1 }
        jobs.append(UnownedJob(job))
    }

    /// Runs one of the waiting jobs.
    func runOne(_ random: inout SeededGenerator, mode: Order) {
        let index =
            switch mode {
            case .oldestFirst: 0
            case .newestFirst: random.chance(percent: 80) ? jobs.count - 1 : random.pick(0...jobs.count - 1)
            case .any: random.pick(0...jobs.count - 1)
            }
        let job = jobs.remove(at: index)
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }

    /// Which of the jobs that could run is taken.
    enum Order: CaseIterable {
        /// As a thread pool with one thread would.
        case oldestFirst
        /// Mostly the one that came last, so that others wait long.
        case newestFirst
        /// Any of them.
        case any
    }
}
