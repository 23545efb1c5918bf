import Glibc

/// The file descriptor at the end of a log sink, used by its thread alone.
struct LogFile {
    enum Result {
        case written
        /// An error that may pass, like a full disk; the first bytes of the block were written.
        case failed(written: Int)
        /// Nobody reads any more, or the descriptor is closed.
        case gone
    }

    private let descriptor: Int32
    /// A block broke off in the middle of a line: the next one must not go on there.
    private var isMidLine = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes a block of whole lines, waiting for the reader as long as it takes.
    mutating func write(_ block: [UInt8]) -> Result {
        if isMidLine {
            guard case .written = writeAll([UInt8(ascii: "\n")]) else { return .failed(written: 0) }
            isMidLine = false
        }
        let result = writeAll(block)
        if case .failed(let written) = result, written > 0 {
            isMidLine = block[written - 1] != UInt8(ascii: "\n")
        }
        return result
    }

    private func writeAll(_ block: [UInt8]) -> Result {
        var written = 0
        while written < block.count {
            let count = unsafe block.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            if count > 0 {
                written += count
                continue
            }
            switch count == 0 ? EIO : errno {
            case EINTR: continue
            case EAGAIN: waitUntilWritable()
            case EPIPE, EBADF: return .gone
            default: return .failed(written: written)
            }
        }
        return .written
    }

    private func waitUntilWritable() {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&entry, 1, -1)
    }
}
