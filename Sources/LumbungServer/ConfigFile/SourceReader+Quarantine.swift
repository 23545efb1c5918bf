import LumbungCore
import LumbungKit
import LumbungSignatures

/// What becomes of requests whose check fails.
extension SourceReader {
    static let quarantineKeys = ["on_failed_check", "quarantine"]

    private static let ruleKeys = ["answer", "requests", "bytes", "days"]
    /// The most requests of one source: enough to mend a secret on Monday that broke on Friday, and counted quickly.
    private static let mostRequests = 10_000
    /// The most bytes of one source, 1 GiB.
    private static let mostBytes = 1_073_741_824
    /// The longest time that a request is kept.
    private static let mostDays = 30

    /// To be read last: it asks what is checked.
    func readQuarantine(
        _ reader: MappingReader, into source: inout SourceConfiguration, _ problems: inout ProblemList
    ) {
        let wish = reader.word("on_failed_check", among: ["refuse", "quarantine"], &problems)
        guard wish == "quarantine" else {
            return reader.refuse(["quarantine"], without: "`on_failed_check: quarantine`", &problems)
        }
        if source.hasNoCheck, let entry = reader["on_failed_check"] {
            problems.add(
                entry.keyLocation,
                "`on_failed_check: quarantine`: nothing is checked here that could fail; set `verify` or `token`")
        }
        source.quarantine = QuarantineRule()
        guard let node = reader["quarantine"]?.value,
            let limits = MappingReader(node, name: "quarantine", keys: Self.ruleKeys, &problems)
        else { return }
        source.quarantine = Self.rule(limits, &problems)
    }

    private static func rule(_ reader: MappingReader, _ problems: inout ProblemList) -> QuarantineRule {
        var rule = QuarantineRule()
        rule.answerStatus = reader.status("answer", &problems) ?? rule.answerStatus
        rule.limits.requests =
            reader.wholeNumber("requests", in: 1...mostRequests, &problems) ?? rule.limits.requests
        rule.limits.bytes = reader.wholeNumber("bytes", in: 1024...mostBytes, &problems) ?? rule.limits.bytes
        if let days = reader.wholeNumber("days", in: 1...mostDays, &problems) {
            rule.lifetime = .seconds(days * 86_400)
        }
        return rule
    }
}

extension MappingReader {
    /// The key's answer to a request that fails its check.
    fileprivate func status(_ key: String, _ problems: inout ProblemList) -> Int? {
        let expected = "401, or 200 to 299 for a sender that gives up a receiver that refuses"
        return converted(key, expected: expected, &problems) { text in
            Int(text).flatMap { $0 == 401 || (200...299).contains($0) ? $0 : nil }
        }
    }
}

extension SourceConfiguration {
    /// Whether no request can fail a check.
    fileprivate var hasNoCheck: Bool { verification.contains { $0.rule == .none } && token == nil }
}
