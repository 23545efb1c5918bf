/// Reads one destination.
enum DestinationReader {
    static let httpKeys = ["headers", "timeout", "allow_private"]
    static let keys = ["url", "log"] + httpKeys + ["concurrency", "retry", "paused"]
    static let unsupported = ["command", "secret", "secret_file", "secrets", "rate", "permanent", "order_by"]

    /// The most headers of the operator's own.
    static let maxHeaders = 50

    /// The destination; nil when its value says too little to go on.
    static func read(_ name: String, _ node: LocatedNode, _ problems: inout ProblemList) -> DestinationConfiguration? {
        guard let reader = MappingReader(node, name: name, keys: keys, unsupported: unsupported, &problems) else {
            return nil
        }
        let concurrency = reader.wholeNumber("concurrency", in: 1...1000, &problems)
        let retry = readRetry(reader["retry"]?.value, &problems)
        let isPaused = reader.boolean("paused", &problems) ?? false
        guard let kind = readKind(name, reader, node, &problems) else { return nil }
        return DestinationConfiguration(
            name: name, kind: kind, concurrency: concurrency, retry: retry, isPaused: isPaused)
    }

    private static func readKind(
        _ name: String,
        _ reader: MappingReader,
        _ node: LocatedNode,
        _ problems: inout ProblemList
    ) -> DestinationKind? {
        if let url = reader["url"] {
            if let log = reader["log"] {
                problems.add(log.keyLocation, "a destination has either `url` or `log`, not both")
            }
            return readHTTP(url, reader, &problems)
        }
        guard let log = reader["log"] else {
            // A `command` has been refused already; what it misses says nothing new.
            if case .mapping(let entries) = node.content, entries.contains(where: { $0.key == "command" }) {
                return nil
            }
            problems.add(reader.location, "the destination `\(name)` needs `url: https://…` or `log: true`")
            return nil
        }
        if let value = reader.boolean("log", &problems), !value {
            problems.add(log.value.location, "`log`: expected true; leave the destination out to write no log")
        }
        for key in httpKeys {
            if let entry = reader[key] { problems.add(entry.keyLocation, "`\(key)` needs `url`") }
        }
        return .log
    }

    private static func readHTTP(
        _ url: LocatedNode.Entry,
        _ reader: MappingReader,
        _ problems: inout ProblemList
    ) -> DestinationKind? {
        let timeout = reader.duration("timeout", in: .milliseconds(100)...(.seconds(3600)), &problems)
        let allowPrivate = reader.boolean("allow_private", &problems)
        let headers = reader["headers"].map { readHeaders($0.value, &problems) }
        guard let scalar = url.value.scalar("url", expected: "an address", &problems) else { return nil }
        if let fault = DestinationAddress.fault(in: scalar.text) {
            problems.add(url.value.location, "`url` \(fault)")
            return nil
        }
        return .http(
            HTTPDestinationConfiguration(
                url: scalar.text,
                writtenURL: scalar.isInterpolated ? scalar.written : nil,
                headers: headers ?? [],
                timeout: timeout ?? HTTPDestinationConfiguration.standardTimeout,
                allowPrivate: allowPrivate ?? false
            ))
    }

    private static func readHeaders(_ node: LocatedNode, _ problems: inout ProblemList) -> [HeaderConfiguration] {
        guard case .mapping(let entries) = node.content else {
            node.refuse("headers", expected: "a mapping from names to values", &problems)
            return []
        }
        if entries.count > maxHeaders {
            problems.add(node.location, "`headers`: expected at most \(maxHeaders), found \(entries.count)")
        }
        var seen: Set<String> = []
        var headers: [HeaderConfiguration] = []
        for entry in entries {
            if !HeaderRules.isName(entry.key) {
                problems.add(entry.keyLocation, "\(DisplayText.quoted(entry.key)) is no header's name")
            } else if HeaderRules.isReserved(entry.key) {
                problems.add(entry.keyLocation, "the header `\(entry.key)` is set by the delivery itself")
            } else if !seen.insert(entry.key.lowercased()).inserted {
                problems.add(
                    entry.keyLocation,
                    "the header `\(entry.key)` stands here twice (upper and lower case are the same)")
            }
            guard case .scalar(let scalar) = entry.value.content else {
                entry.value.refuse(entry.key, expected: "text", &problems)
                continue
            }
            if let fault = HeaderRules.fault(inValue: scalar.text) {
                problems.add(entry.value.location, "the value of the header `\(entry.key)` \(fault)")
            }
            headers.append(HeaderConfiguration(name: entry.key, value: Secret(scalar.text)))
        }
        return headers
    }

    private static func readRetry(_ node: LocatedNode?, _ problems: inout ProblemList) -> RetryConfiguration {
        let standard = RetryConfiguration.standard
        let keys = ["attempts", "first", "longest"]
        guard let node, let reader = MappingReader(node, name: "retry", keys: keys, &problems) else { return standard }
        let day: Duration = .seconds(86_400)
        let first = reader.duration("first", in: .milliseconds(1)...day, &problems) ?? standard.firstWait
        let longest = reader.duration("longest", in: .milliseconds(1)...(day * 30), &problems) ?? standard.longestWait
        if first > longest {
            let (f, l) = (DurationText.describe(first), DurationText.describe(longest))
            problems.add(node.location, "`retry`: the first wait (\(f)) is longer than the longest (\(l))")
        }
        return RetryConfiguration(
            attempts: reader.wholeNumber("attempts", in: 1...100, &problems) ?? standard.attempts,
            firstWait: first,
            longestWait: longest
        )
    }
}
