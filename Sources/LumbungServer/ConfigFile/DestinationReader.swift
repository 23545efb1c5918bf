/// Reads one destination.
struct DestinationReader {
    static let kindKeys = ["url", "command", "log"]
    static let httpKeys =
        ["headers", "resign", "allow_private", "ca_file", "client_cert_file", "client_key_file"] + SecretReader.keys
    static let commandKeys = ["env", "directory"]
    /// The keys of `http` and `command` alike, which `log` has no use for.
    static let outwardKeys = ["timeout", "permanent"]
    static let commonKeys = ["concurrency", "rate", "retry", "order_by", "order_on_dead", "paused"]
    static let keys = kindKeys + httpKeys + commandKeys + outwardKeys + commonKeys

    /// The most headers of the operator's own.
    static let maxHeaders = 50
    /// The most statuses or exit codes that give up at once.
    static let maxPermanent = 100

    /// Where relative paths start.
    let workingDirectory: String
    /// Whether a destination that says nothing about private addresses may call them.
    let allowsPrivate: Bool
    /// The sources whose events it may get; nil when something is wrong with them.
    let sources: [SourceConfiguration]?

    /// The destination; nil when its value says too little to go on.
    func read(_ name: String, _ node: LocatedNode, _ problems: inout ProblemList) -> DestinationConfiguration? {
        guard let reader = MappingReader(node, name: name, keys: Self.keys, &problems) else { return nil }
        let concurrency = reader.wholeNumber("concurrency", in: 1...1000, &problems)
        let retry = readRetry(reader["retry"]?.value, &problems)
        let isPaused = reader.boolean("paused", &problems) ?? false
        let rate = reader.rate("rate", &problems)
        let order = readOrder(reader, &problems)
        guard let key = kindKey(name, reader, &problems) else { return nil }
        refuseOtherKinds(than: key, reader, &problems)
        let permanent =
            key == "log" ? [] : readPermanent(reader["permanent"]?.value, isCommand: key != "url", &problems)
        guard let kind = readKind(key, reader, &problems) else { return nil }
        return DestinationConfiguration(
            name: name, kind: kind, concurrency: concurrency, retry: retry, isPaused: isPaused, rate: rate,
            permanent: permanent, order: order)
    }

    /// The key that says what a delivery does.
    private func kindKey(_ name: String, _ reader: MappingReader, _ problems: inout ProblemList) -> String? {
        let entries = Self.kindKeys.compactMap { reader[$0] }
        for entry in entries.dropFirst() {
            problems.add(entry.keyLocation, "a destination has exactly one of `url`, `command` and `log`")
        }
        if entries.isEmpty {
            problems.add(
                reader.location,
                "the destination `\(name)` needs `url: https://…`, `command: [program]` or `log: true`")
        }
        return entries.first?.key
    }

    private func refuseOtherKinds(than key: String, _ reader: MappingReader, _ problems: inout ProblemList) {
        if key != "url" { reader.refuse(Self.httpKeys, without: "`url`", &problems) }
        if key != "command" { reader.refuse(Self.commandKeys, without: "`command`", &problems) }
        if key == "log" { reader.refuse(Self.outwardKeys, without: "`url` or `command`", &problems) }
    }

    private func readKind(_ key: String, _ reader: MappingReader, _ problems: inout ProblemList) -> DestinationKind? {
        switch key {
        case "url": return readHTTP(reader, &problems).map { .http($0) }
        case "command": return readCommand(reader, &problems).map { .command($0) }
        default:
            if let value = reader.boolean("log", &problems), !value, let log = reader["log"] {
                problems.add(log.value.location, "`log`: expected true; leave the destination out to write no log")
            }
            return .log
        }
    }

    /// The timeout of a destination that goes outward.
    func readTimeout(_ reader: MappingReader, _ problems: inout ProblemList) -> Duration {
        reader.duration("timeout", in: .milliseconds(100)...(.seconds(3600)), &problems)
            ?? DestinationConfiguration.standardTimeout
    }

    private func readRetry(_ node: LocatedNode?, _ problems: inout ProblemList) -> RetryConfiguration {
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

    private func readOrder(_ reader: MappingReader, _ problems: inout ProblemList) -> OrderConfiguration? {
        let key = reader.orderKey("order_by", &problems)
        let onDead = reader.word("order_on_dead", among: ["skip", "block"], &problems)
        if reader["order_by"] == nil { reader.refuse(["order_on_dead"], without: "`order_by`", &problems) }
        return key.map { OrderConfiguration(key: $0, deadBlocks: onDead == "block") }
    }

    /// The exit code that asks for a retry (`EX_TEMPFAIL` of `sysexits.h`; contract, section 5).
    private static let retryExitCode = 75

    private func readPermanent(
        _ node: LocatedNode?,
        isCommand: Bool,
        _ problems: inout ProblemList
    ) -> [Int] {
        let range = isCommand ? 1...255 : 300...599
        let noun = isCommand ? "exit code" : "status"
        let (low, high) = (range.lowerBound, range.upperBound)
        let expected = "a list of \(isCommand ? "exit codes" : "statuses") from \(low) to \(high)"
        guard let node, let elements = node.list("permanent", expected: expected, &problems) else { return [] }
        if elements.count > Self.maxPermanent {
            problems.add(node.location, "`permanent`: expected at most \(Self.maxPermanent), found \(elements.count)")
        }
        var numbers: [Int] = []
        for element in elements {
            let one = "\(isCommand ? "an" : "a") \(noun) from \(low) to \(high)"
            guard let scalar = element.scalar("permanent", expected: one, &problems) else { continue }
            guard let number = WholeNumber.parse(scalar.text), range.contains(number) else {
                element.refuseText("permanent", expected: one, &problems)
                continue
            }
            if isCommand, number == Self.retryExitCode {
                problems.add(element.location, "`permanent`: the exit code 75 asks for a retry and cannot give up")
            } else if numbers.contains(number) {
                problems.add(element.location, "`permanent`: the \(noun) stands here twice")
            } else {
                numbers.append(number)
            }
        }
        return numbers
    }
}
