public import Logging

/// Writes the log lines of one ingest request side by side, in one pass, without going through metadata.
///
/// In text the lines are those of CONTRACT.md, section 3; in JSON the same facts are fields. Nothing is rendered, and
/// the events are not even asked for, when the level is not logged.
public struct WebhookLog: Sendable {
    /// One event of a request.
    public struct Event: Sendable {
        /// What became of an event.
        public enum Status: String, Sendable, CaseIterable {
            /// Stored as a new event.
            case queued
            /// Known already, with the same payload.
            case duplicate
            /// Known already, with another payload, which was kept beside it.
            case conflict
            /// Known already and dead, and now pending again.
            case revived
        }

        /// The identity at the sender, from outside.
        public var uuid: String
        /// The event's type, from outside; `nil` or empty when there is none.
        public var type: String?
        /// The number in the queue; for a known event that of the first.
        public var queueID: Int64
        /// What became of it.
        public var status: Status

        /// Makes an event of its parts.
        public init(uuid: String, type: String?, queueID: Int64, status: Status) {
            self.uuid = uuid
            self.type = type
            self.queueID = queueID
            self.status = status
        }
    }

    /// Accepted requests and handshakes are logged at `info`, refused ones at `warning`, when this level lets them.
    public var logLevel: Logger.Level

    let format: LogFormat
    let label: String
    private let sink: LogSink

    /// Makes a log that hands its lines to `sink`.
    ///
    /// - Parameters:
    ///   - sink: Where the lines go; its clock stamps them.
    ///   - format: The shape of the lines.
    ///   - logLevel: The lowest level that is logged.
    ///   - label: What stands in the JSON field `logger`; an empty label leaves the field out.
    public init(
        sink: LogSink,
        format: LogFormat,
        logLevel: Logger.Level = .info,
        label: String = "lumbung.webhook"
    ) {
        self.sink = sink
        self.format = format
        self.logLevel = logLevel
        self.label = label
    }

    /// Logs a request whose events are all committed: the incoming line, one line an event, the answer.
    ///
    /// - Parameters:
    ///   - method: The request's method, from outside.
    ///   - path: The request's path, from outside. What follows a `?` is not logged: it may be a token.
    ///   - source: The source's name.
    ///   - contentLength: The body's length in bytes as the request stated it; `nil` when it did not.
    ///   - events: The events in the body's order, asked for only when the lines are wanted.
    public func accepted(
        method: String,
        path: String,
        source: String,
        contentLength: Int?,
        events: @autoclosure () -> [Event]
    ) {
        guard logLevel <= .info else { return }
        let request = WebhookRequestFacts(
            method: method, path: Self.withoutQuery(path), source: source, contentLength: contentLength)
        let events = events()
        var block = LogLineWriter(capacity: 256 + 160 * min(events.count, LogLimits.eventsPerRequest))
        let now = sink.clock.nowMilliseconds()
        switch format {
        case .text: block.appendTextLines(of: request, events: events, atMilliseconds: now)
        case .json: block.appendJSONLines(of: request, events: events, logger: label, atMilliseconds: now)
        }
        sink.write(lines: block.bytes, level: .info)
    }

    /// Logs a question of a sender that was answered and not stored.
    ///
    /// - Parameters:
    ///   - method: The request's method, from outside.
    ///   - path: The request's path, from outside. What follows a `?` is not logged: it may be a token.
    ///   - source: The source's name.
    ///   - handshake: What was asked, one of a fixed set of words.
    public func answered(method: String, path: String, source: String, handshake: String) {
        guard logLevel <= .info else { return }
        let path = Self.withoutQuery(path)
        var block = LogLineWriter()
        let now = sink.clock.nowMilliseconds()
        switch format {
        case .text:
            block.beginTextLine(atMilliseconds: now, level: .info)
            block.appendTrusted("🤝 [Webhook] Answered the handshake ")
            block.appendTextValue(handshake)
            block.appendTrusted(" of ")
            block.appendTextValue(method, atMostBytes: LogLimits.methodBytes)
            block.appendTrusted(" ")
            block.appendTextValue(path)
        case .json:
            block.beginJSONLine(atMilliseconds: now, level: .info, logger: label)
            block.appendTrusted(",\"message\":\"Webhook handshake\",\"event\":\"handshake\",\"handshake\":")
            block.appendJSONString(handshake)
            block.appendTrusted(",\"method\":")
            block.appendJSONString(method, atMostBytes: LogLimits.methodBytes)
            block.appendTrusted(",\"path\":")
            block.appendJSONString(path)
            block.appendTrusted(",\"source\":")
            block.appendJSONString(source)
            block.appendTrusted("}")
        }
        block.endLine()
        sink.write(lines: block.bytes, level: .info)
    }

    /// Logs a request that was answered with an error status, or failed its check and is kept in quarantine.
    ///
    /// - Parameters:
    ///   - method: The request's method, from outside.
    ///   - path: The request's path, from outside. What follows a `?` is not logged: it may be a token.
    ///   - source: The source's name, `nil` when there is none such.
    ///   - status: The answer's HTTP status.
    ///   - detail: Why, in words; may quote what came from outside.
    ///   - quarantineID: Its number in quarantine; `nil` when it is not kept there.
    public func refused(
        method: String, path: String, source: String?, status: Int, detail: String, quarantineID: Int64? = nil
    ) {
        guard logLevel <= .warning else { return }
        let path = Self.withoutQuery(path)
        var block = LogLineWriter()
        let now = sink.clock.nowMilliseconds()
        switch format {
        case .text:
            block.beginTextLine(atMilliseconds: now, level: .warning)
            block.appendTrusted(quarantineID == nil ? "⚠️ [Webhook] Refused " : "⚠️ [Webhook] Quarantined ")
            block.appendTextValue(method, atMostBytes: LogLimits.methodBytes)
            block.appendTrusted(" ")
            block.appendTextValue(path)
            if let quarantineID {
                block.appendTrusted(" as quarantine_id=")
                block.appendInteger(Int(quarantineID))
            }
            block.appendTrusted(": ")
            block.appendInteger(status)
            block.appendTrusted(" ")
            block.appendText(detail)
        case .json:
            block.beginJSONLine(atMilliseconds: now, level: .warning, logger: label)
            block.appendTrusted(
                quarantineID == nil
                    ? ",\"message\":\"Webhook refused\",\"event\":\"refused\",\"method\":"
                    : ",\"message\":\"Webhook quarantined\",\"event\":\"quarantined\",\"method\":")
            block.appendJSONString(method, atMostBytes: LogLimits.methodBytes)
            block.appendTrusted(",\"path\":")
            block.appendJSONString(path)
            if let source {
                block.appendTrusted(",\"source\":")
                block.appendJSONString(source)
            }
            block.appendTrusted(",\"status\":")
            block.appendInteger(status)
            if let quarantineID {
                block.appendTrusted(",\"quarantine_id\":")
                block.appendInteger(Int(quarantineID))
            }
            block.appendTrusted(",\"detail\":")
            block.appendJSONString(detail)
            block.appendTrusted("}")
        }
        block.endLine()
        sink.write(lines: block.bytes, level: .warning)
    }

    private static func withoutQuery(_ path: String) -> String {
        guard let mark = path.utf8.firstIndex(of: UInt8(ascii: "?")) else { return path }
        return String(path[..<mark])
    }
}

/// What the lines of an accepted request say about the request itself.
struct WebhookRequestFacts {
    let method: String
    let path: String
    let source: String
    let contentLength: Int?
}

/// The counts and numbers that the last line of an accepted request tells.
struct WebhookAnswerFacts {
    private(set) var queued = 0
    private(set) var duplicates = 0
    private(set) var conflicts = 0
    private(set) var revived = 0
    /// The numbers of the events that will run; when there is none, those of the known events, each once.
    private(set) var queueIDs: [Int64] = []

    var willRun: Int { queued + revived }

    init(_ events: [WebhookLog.Event]) {
        for event in events {
            switch event.status {
            case .queued: queued += 1
            case .duplicate: duplicates += 1
            case .conflict: conflicts += 1
            case .revived: revived += 1
            }
        }
        queueIDs.reserveCapacity(willRun)
        if willRun > 0 {
            for event in events where event.status == .queued || event.status == .revived {
                queueIDs.append(event.queueID)
            }
        } else {
            var seen: Set<Int64> = []
            for event in events where seen.insert(event.queueID).inserted { queueIDs.append(event.queueID) }
        }
    }
}
