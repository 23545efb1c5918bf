import Logging
import LumbungCore
import LumbungHTTP
import LumbungKit
import LumbungObservability

/// Brings the ingest listener's requests into the webhook log.
struct WebhookLogAdapter: IngestLog {
    let log: WebhookLog

    var isEnabled: Bool { log.logLevel <= .info }

    func accepted(_ request: LoggedRequest, _ receipt: Receipt) {
        log.accepted(
            method: request.method,
            path: request.path,
            source: request.source ?? "",
            contentLength: request.contentLength,
            events: receipt.items.map(event)
        )
    }

    func answered(_ request: LoggedRequest, _ answer: HandshakeAnswer) {
        log.answered(
            method: request.method, path: request.path, source: request.source ?? "",
            handshake: answer.question.rawValue)
    }

    func quarantined(_ request: LoggedRequest, _ receipt: QuarantineReceipt) {
        log.refused(
            method: request.method, path: request.path, source: request.source, status: receipt.answerStatus,
            detail: receipt.problem.reason, quarantineID: receipt.id.value)
    }

    func refused(_ request: LoggedRequest, _ problem: Problem) {
        log.refused(
            method: request.method, path: request.path, source: request.source, status: problem.status,
            detail: problem.reason)
    }

    private func event(_ item: Receipt.Item) -> WebhookLog.Event {
        WebhookLog.Event(
            uuid: item.identity,
            type: item.type.isEmpty ? nil : item.type,
            queueID: item.outcome.id.value,
            status: status(item.outcome.kind)
        )
    }

    private func status(_ kind: AppendOutcome.Kind) -> WebhookLog.Event.Status {
        switch kind {
        case .queued: .queued
        case .duplicate: .duplicate
        case .conflict: .conflict
        case .revived: .revived
        }
    }
}
