import Logging

extension LogLineWriter {
    mutating func appendJSONLines(
        of request: WebhookRequestFacts,
        events: [WebhookLog.Event],
        logger: String,
        atMilliseconds now: Int64
    ) {
        beginJSONLine(atMilliseconds: now, level: .info, logger: logger)
        appendTrusted(",\"message\":\"Webhook incoming\",\"event\":\"incoming\",\"method\":")
        appendJSONString(request.method, atMostBytes: LogLimits.methodBytes)
        appendTrusted(",\"path\":")
        appendJSONString(request.path)
        appendTrusted(",\"source\":")
        appendJSONString(request.source)
        if let length = request.contentLength {
            appendTrusted(",\"content_length\":")
            appendInteger(length)
        }
        endJSONLine()
        for (index, event) in events.prefix(LogLimits.eventsPerRequest).enumerated() {
            beginJSONLine(atMilliseconds: now, level: .info, logger: logger)
            appendJSONFacts(of: event)
            appendTrusted(",\"source\":")
            appendJSONString(request.source)
            appendTrusted(",\"index\":")
            appendInteger(index + 1)
            appendTrusted(",\"total\":")
            appendInteger(events.count)
            endJSONLine()
        }
        let start = count
        beginJSONLine(atMilliseconds: now, level: .info, logger: logger)
        appendTrusted(",\"message\":\"Webhook answered\",\"event\":\"answered\",\"source\":")
        appendJSONString(request.source)
        appendJSONFacts(of: WebhookAnswerFacts(events), total: events.count, lineStart: start)
        endJSONLine()
    }

    private mutating func appendJSONFacts(of event: WebhookLog.Event) {
        appendTrusted(",\"message\":\"Webhook payload\",\"event\":\"")
        appendBytes(event.status.rawValue.utf8)
        appendTrusted("\"")
        if let type = event.type, !type.isEmpty {
            appendTrusted(",\"type\":")
            appendJSONString(type)
        }
        appendTrusted(",\"uuid\":")
        appendJSONString(event.uuid)
        appendTrusted(",\"queue_id\":")
        appendInteger(event.queueID)
    }

    private mutating func appendJSONFacts(of answer: WebhookAnswerFacts, total: Int, lineStart: Int) {
        appendTrusted(",\"received\":")
        appendInteger(total)
        appendTrusted(",\"queued\":")
        appendInteger(answer.queued)
        appendTrusted(",\"duplicates\":")
        appendInteger(answer.duplicates)
        appendTrusted(",\"conflicts\":")
        appendInteger(answer.conflicts)
        appendTrusted(",\"revived\":")
        appendInteger(answer.revived)
        appendTrusted(",\"queue_ids\":[")
        let left = appendQueueIDs(answer.queueIDs, lineStart: lineStart, separator: ",")
        appendTrusted("]")
        if left > 0 {
            appendTrusted(",\"queue_ids_left_out\":")
            appendInteger(left)
        }
    }

    private mutating func endJSONLine() {
        appendTrusted("}")
        endLine()
    }
}
