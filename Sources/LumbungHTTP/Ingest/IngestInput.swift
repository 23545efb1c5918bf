import LumbungKit
import NIOCore
import NIOHTTP1

/// What the decoder and the channel tell, in the order it arrived.
enum IngestInput {
    case head(HTTPRequestHead)
    case body(ByteBuffer)
    case end
    case malformed(Problem)
    case inputClosed
}

/// What arrived while a request was being answered, within bounds.
struct IngestBacklog {
    private var inputs = CircularBuffer<IngestInput>()
    private var requests = 0
    private var bytes = 0
    private var isFull = false
    private let maxRequests: Int
    private let maxBytes: Int

    init(limits: IngestLimits) {
        maxRequests = limits.maxPipelinedRequests
        // What one read can bring beyond the largest body.
        maxBytes = limits.maxBodyBytes + 65_536
    }

    var isEmpty: Bool { inputs.isEmpty }

    /// Keeps an input; beyond the bounds one refusal is kept in the place of everything that follows.
    mutating func append(_ input: IngestInput) {
        guard !isFull else { return }
        switch input {
        case .head: requests += 1
        case .body(let buffer): bytes += buffer.readableBytes
        case .end, .malformed, .inputClosed: break
        }
        if requests > maxRequests || bytes > maxBytes {
            isFull = true
            inputs.append(.malformed(.tooManyAhead))
        } else {
            inputs.append(input)
        }
    }

    mutating func popFirst() -> IngestInput? {
        guard let input = inputs.popFirst() else { return nil }
        switch input {
        case .head: requests -= 1
        case .body(let buffer): bytes -= buffer.readableBytes
        case .end, .malformed, .inputClosed: break
        }
        return input
    }

    mutating func removeAll() {
        inputs = CircularBuffer()
        (requests, bytes) = (0, 0)
    }
}
