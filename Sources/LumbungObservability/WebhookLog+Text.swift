import Logging

extension LogLineWriter {
    mutating func appendTextLines(
        of request: WebhookRequestFacts,
        events: [WebhookLog.Event],
        atMilliseconds now: Int64
    ) {
        beginTextLine(atMilliseconds: now, level: .info)
        appendTrusted("📥 [Webhook] Incoming ")
        appendTextValue(request.method, atMostBytes: LogLimits.methodBytes)
        appendTrusted(" ")
        appendTextValue(request.path)
        appendTrusted(" Content-Length:")
        if let length = request.contentLength { appendInteger(length) } else { appendTrusted("unknown") }
        endLine()
        for (index, event) in events.prefix(LogLimits.eventsPerRequest).enumerated() {
            appendTextLine(of: event, index: index, total: events.count, atMilliseconds: now)
        }
        if events.count > LogLimits.eventsPerRequest {
            beginTextLine(atMilliseconds: now, level: .info)
            appendTrusted("  → [Webhook] … and ")
            appendInteger(events.count - LogLimits.eventsPerRequest)
            appendTrusted(" more payload(s)")
            endLine()
        }
        appendTextAnswer(WebhookAnswerFacts(events), atMilliseconds: now)
    }

    private mutating func appendTextLine(
        of event: WebhookLog.Event,
        index: Int,
        total: Int,
        atMilliseconds now: Int64
    ) {
        beginTextLine(atMilliseconds: now, level: .info)
        appendTrusted("  → [Webhook] ")
        switch event.status {
        case .queued: appendTrusted("Queued")
        case .duplicate: appendTrusted("Duplicate")
        case .conflict: appendTrusted("Conflict")
        case .revived: appendTrusted("Revived")
        }
        appendTrusted(" payload ")
        appendInteger(index + 1)
        appendTrusted("/")
        appendInteger(total)
        appendTrusted(": type=")
        if let type = event.type, !type.isEmpty { appendTextValue(type) } else { appendTrusted("-") }
        appendTrusted(", uuid=")
        appendTextValue(event.uuid)
        appendTrusted(", queue_id=")
        appendInteger(event.queueID)
        endLine()
    }

    private mutating func appendTextAnswer(_ answer: WebhookAnswerFacts, atMilliseconds now: Int64) {
        let start = count
        beginTextLine(atMilliseconds: now, level: .info)
        if answer.willRun > 0 {
            appendTrusted("✅ [Webhook] Successfully queued ")
            appendInteger(answer.willRun)
            appendTrusted(" payload(s) - queue IDs: [")
        } else {
            appendTrusted("✅ [Webhook] Nothing new: 0 queued, ")
            appendInteger(answer.duplicates)
            appendTrusted(" duplicate(s), ")
            appendInteger(answer.conflicts)
            appendTrusted(" conflict(s) - queue IDs: [")
        }
        let left = appendQueueIDs(answer.queueIDs, lineStart: start, separator: ", ")
        if left > 0 {
            appendTrusted(", … ")
            appendInteger(left)
            appendTrusted(" more")
        }
        appendTrusted("]")
        endLine()
    }

    /// Appends as many numbers as the line has room for, and answers how many it has not.
    mutating func appendQueueIDs(_ queueIDs: [Int64], lineStart: Int, separator: StaticString) -> Int {
        /// Room for one more number, and for the words that say how many are missing.
        let reserve = 96
        for (index, queueID) in queueIDs.enumerated() {
            if count - lineStart > LogLimits.lineBytes - reserve { return queueIDs.count - index }
            if index > 0 { appendTrusted(separator) }
            appendInteger(queueID)
        }
        return 0
    }
}
