import AsyncHTTPClient
import LumbungCore

extension HTTPTransport {
    /// One exchange without a limit in time; ends soon after it is cut, then as `interrupted`.
    func exchange(_ attempt: Attempt, until cut: ExchangeCut) async -> AttemptOutcome {
        let started = ContinuousClock.now
        let addresses: [IPAddress]
        switch await checkedAddresses(until: cut) {
        case .success(let checked): addresses = clients.order(checked)
        case .failure(let outcome): return outcome
        }
        let request: HTTPClient.Request
        do {
            let delivery = DeliveryRequest(
                destination: destination, attempt: attempt, contentTypePlan: contentTypePlan)
            request = try delivery.request(like: template)
        } catch {
            let detail = (error as? SenderProofError)?.detail ?? ExchangeFailure(error).detail
            return AttemptOutcome(kind: .failed, detail: detail)
        }
        var outcome = AttemptOutcome(kind: .interrupted, detail: "the destination is closed")
        for address in addresses.prefix(Self.triedAddresses) {
            let sent = await clients.withClient(for: address) { client in
                await self.send(request, over: client, until: cut)
            }
            guard let sent else { return outcome }
            switch sent {
            case .answered(let answer):
                clients.note(address, isGood: true)
                return answer.outcome(now: attempt.startedAt.advanced(by: .now - started))
            case .failed(let failure):
                clients.note(address, isGood: false)
                outcome = AttemptOutcome(kind: failure.kind, detail: "\(failure.detail) (\(address))")
                guard failure.isBeforeSending, !cut.isOver else { return outcome }
            }
        }
        return outcome
    }

    /// The addresses of the destination now, every one of them allowed, or the outcome that refuses the attempt.
    private func checkedAddresses(until cut: ExchangeCut) async -> Checked {
        let addresses: [IPAddress]
        switch destination.url.host {
        case .address(let address): addresses = [address]
        case .name(let name):
            switch await lookup.addresses(until: cut) {
            case .success(let found): addresses = found
            case .failure(let error):
                if cut.isOver { return .failure(AttemptOutcome(kind: .interrupted, detail: error.reason)) }
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

    private func send(_ request: HTTPClient.Request, over client: HTTPClient, until cut: ExchangeCut) async -> Sent {
        let reader = AnswerReader()
        // No deadline: the cut comes with it.
        let task = client.execute(request: request, delegate: reader)
        cut.onCut { task.cancel() }
        do {
            return .answered(try await task.get())
        } catch {
            let failure = ExchangeFailure(error, isSecure: destination.url.isSecure)
            return reader.answer(before: error).map(Sent.answered) ?? .failed(failure)
        }
    }
}
