import Glibc

/// A POSIX semaphore that outlives any thread that still waits on it.
///
/// The one place in this module that handles raw memory: `sem_t` must not move, so it lives in an allocation of its
/// own, and the address is kept as a number, because the functions below are safe to call from any thread
/// (`sem_overview(7)`) while a pointer is never `Sendable`.
final class ThreadSemaphore: Sendable {
    private let address: UInt

    init() {
        let storage = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        unsafe sem_init(storage, 0, 0)
        address = UInt(bitPattern: storage)
    }

    deinit {
        guard let storage = unsafe UnsafeMutablePointer<sem_t>(bitPattern: address) else { return }
        unsafe sem_destroy(storage)
        unsafe storage.deallocate()
    }

    /// Lets one waiting thread go on, now or when it comes to wait.
    func signal() {
        guard let storage = unsafe UnsafeMutablePointer<sem_t>(bitPattern: address) else { return }
        unsafe sem_post(storage)
    }

    /// Blocks the calling thread until a signal.
    func wait() {
        guard let storage = unsafe UnsafeMutablePointer<sem_t>(bitPattern: address) else { return }
        while unsafe sem_wait(storage) != 0 && errno == EINTR {}
    }

    /// Blocks the calling thread until a signal or until the time is over; true means a signal came.
    ///
    /// Looks once a millisecond: `sem_timedwait` follows the wall clock, which may jump, and this is for the last
    /// moments of a process, not for a loop.
    func wait(atMostMilliseconds limit: Int) -> Bool {
        guard let storage = unsafe UnsafeMutablePointer<sem_t>(bitPattern: address) else { return false }
        for _ in 0..<max(limit, 0) {
            if unsafe sem_trywait(storage) == 0 { return true }
            Self.pause(milliseconds: 1)
        }
        return unsafe sem_trywait(storage) == 0
    }

    /// Blocks the calling thread for a while; a jump of the wall clock changes nothing.
    static func pause(milliseconds: Int) {
        var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        unsafe nanosleep(&time, nil)
    }
}
