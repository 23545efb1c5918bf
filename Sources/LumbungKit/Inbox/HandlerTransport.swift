import LumbungCore

/// A closure as a destination.
struct HandlerTransport: Transport {
    let timeout: Duration
    let wallClock: @Sendable () -> Timestamp
    let perform: @Sendable (Delivery) async throws -> Void

    /// Runs the closure once, and cancels it when its time is over.
    func deliver(_ attempt: Attempt) async -> AttemptOutcome {
        let delivery = Delivery(attempt, wallClock: wallClock)
        return await withTaskGroup(of: AttemptOutcome?.self) { group in
            group.addTask { await outcome(of: delivery) }
            group.addTask {
                try? await Task.sleep(for: timeout, clock: .continuous)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            // Its end is waited for: what it did may have had its effect, but it was too late to count, unless it completed
            // the delivery by itself.
            let last = await group.next() ?? nil
            if let last, last.isRecorded { return last }
            if Task.isCancelled { return last ?? AttemptOutcome(kind: .interrupted) }
            return AttemptOutcome(kind: .timeout, detail: "not done within \(timeout.words)")
        }
    }

    private func outcome(of delivery: Delivery) async -> AttemptOutcome {
        let outcome = await ending(of: delivery)
        guard delivery.completion.isDone else { return outcome }
        // Completed with what it did; what came of the rest cannot undo that.
        var recorded = AttemptOutcome(kind: .delivered, detail: outcome.detail)
        recorded.isRecorded = true
        return recorded
    }

    private func ending(of delivery: Delivery) async -> AttemptOutcome {
        do {
            try await perform(delivery)
            return .delivered
        } catch let error as Permanent {
            var outcome = AttemptOutcome(kind: .failed, detail: error.description)
            outcome.isPermanent = true
            return outcome
        } catch is CancellationError where Task.isCancelled {
            return AttemptOutcome(kind: .interrupted, detail: "cut before it ended")
        } catch {
            return AttemptOutcome(kind: .failed, detail: "\(error)")
        }
    }
}
