import AsyncHTTPClient
import LumbungCore
import NIOCore
import NIOHTTP1

extension HTTPTransport {
    /// One exchange without a limit in time; ends soon after its task is cancelled, then as `interrupted`.
    func exchange(_ attempt: Attempt) async -> AttemptOutcome {
        let started = ContinuousClock.now
        let addresses: [IPAddress]
        switch await checkedAddresses() {
        case .success(let checked): addresses = clients.order(checked)
        case .failure(let outcome): return outcome
        }
        let request: HTTPClientRequest
        do throws(SenderProofError) {
            let delivery = DeliveryRequest(
                destination: destination, attempt: attempt, contentTypePlan: contentTypePlan)
            request = try delivery.request()
        } catch {
            return AttemptOutcome(kind: .failed, detail: error.detail)
        }
        var outcome = AttemptOutcome(kind: .interrupted, detail: "the destination is closed")
        for address in addresses.prefix(Self.triedAddresses) {
            let sent = await clients.withClient(for: address) { client in
                await self.send(request, over: client, until: started + self.destination.timeout)
            }
            guard let sent else { return outcome }
            switch sent {
            case .answered(let answer):
                clients.note(address, isGood: true)
                return answer.outcome(now: attempt.startedAt.advanced(by: .now - started))
            case .failed(let failure):
                clients.note(address, isGood: false)
                outcome = AttemptOutcome(kind: failure.kind, detail: "\(failure.detail) (\(address))")
                guard failure.isBeforeSending, !Task.isCancelled else { return outcome }
            }
        }
        return outcome
    }

    /// The addresses of the destination now, every one of them allowed, or the outcome that refuses the attempt.
    private func checkedAddresses() async -> Checked {
        let addresses: [IPAddress]
        switch destination.url.host {
        case .address(let address): addresses = [address]
        case .name(let name):
            switch await lookup.addresses() {
            case .success(let found): addresses = found
            case .failure(let error):
                if Task.isCancelled { return .failure(AttemptOutcome(kind: .interrupted, detail: error.reason)) }
                return .failure(AttemptOutcome(kind: .dns, detail: "\(name): \(error.reason)"))
            }
        }
        let port = destination.url.port
        if let own = addresses.first(where: { ownListeners.contains($0, port: port) }) {
            let detail = OwnListener(address: own, port: port).description
            return .failure(AttemptOutcome(kind: .blocked, detail: detail))
        }
        guard !destination.allowPrivate else { return .success(addresses) }
        for address in addresses {
            if let refusal = AddressGuard.refusal(of: address) {
                let detail = "\(address) is not public (\(refusal.rawValue)); allow_private opens it"
                return .failure(AttemptOutcome(kind: .blocked, detail: detail))
            }
        }
        return .success(addresses)
    }

    private enum Checked {
        case success([IPAddress])
        case failure(AttemptOutcome)
    }

    private enum Sent {
        case answered(Answer)
        case failed(ExchangeFailure)
    }

    private func send(
        _ request: HTTPClientRequest,
        over client: HTTPClient,
        until deadline: ContinuousClock.Instant
    ) async -> Sent {
        do {
            let left = TimeAmount(max(.zero, deadline - .now))
            let response = try await client.execute(request, timeout: left)
            return .answered(await read(response))
        } catch {
            return .failed(ExchangeFailure(error, isSecure: destination.url.isSecure))
        }
    }

    private func read(_ response: HTTPClientResponse) async -> Answer {
        var answer = Answer(status: response.status, retryAfter: response.headers["retry-after"])
        do {
            for try await chunk in response.body {
                let room = AttemptOutcome.keptResponseBytes - answer.body.count
                answer.body.append(contentsOf: chunk.readableBytesView.prefix(room))
                // Leaving the loop drops the connection instead of reading on.
                if chunk.readableBytes > room { return answer }
            }
            if Task.isCancelled { answer.failure = ExchangeFailure(CancellationError()) }
        } catch {
            answer.failure = ExchangeFailure(error)
        }
        return answer
    }
}

/// What came back: a status, the kept part of the body, and what broke while it was read.
private struct Answer {
    let status: HTTPResponseStatus
    /// The values of each `Retry-After` header.
    let retryAfter: [String]
    var body: [UInt8] = []
    var failure: ExchangeFailure?

    init(status: HTTPResponseStatus, retryAfter: [String]) {
        self.status = status
        self.retryAfter = retryAfter
    }

    /// A status that is no success stands whatever became of the body; a success counts only with its body, since
    /// the timeout covers the whole exchange.
    func outcome(now: Timestamp) -> AttemptOutcome {
        let code = Int(status.code)
        guard (200..<300).contains(code) else {
            let asks = code == 429 || code == 503 ? retryAfter : []
            // Of several the longest counts, so that no wait that was asked for is cut short.
            let wait = asks.compactMap { RetryAfter.wait($0, now: now) }.max()
            let detail = "answered \(code)"
            return AttemptOutcome(kind: .status, statusCode: code, response: body, detail: detail, retryAfter: wait)
        }
        guard let failure else { return AttemptOutcome(kind: .delivered, statusCode: code, response: body) }
        let detail = "answered \(code), then: \(failure.detail)"
        return AttemptOutcome(kind: failure.kind, statusCode: code, response: body, detail: detail)
    }
}
