import LumbungCore
import LumbungKit
import LumbungSignatures

/// `lumbung sources verify`: explains how a request is checked, step by step, secrets masked.
public struct VerifyCommand: Sendable {
    /// What is checked.
    public struct Options: Sendable {
        /// The source's name in the config file.
        public var source: String
        /// A file of lines `Name: value`.
        public var headersFile: String
        /// A file with the body, byte for byte.
        public var bodyFile: String
        /// The path and query that were called; nil for the source's path.
        public var target: String?
        /// When it arrived, ISO 8601 in UTC with milliseconds; nil for now.
        public var receivedAt: String?

        /// Bundles the options.
        public init(source: String, headersFile: String, bodyFile: String, target: String?, receivedAt: String?) {
            self.source = source
            self.headersFile = headersFile
            self.bodyFile = bodyFile
            self.target = target
            self.receivedAt = receivedAt
        }
    }

    private let options: Options
    private let inbox: InboxConfiguration

    /// Makes the command.
    public init(_ options: Options, inbox: InboxConfiguration) {
        self.options = options
        self.inbox = inbox
    }

    /// The steps and what came of them.
    /// - Throws: ``ServerFailure`` when there is no such source, or a file cannot be read.
    public func run() throws(ServerFailure) -> CommandAnswer {
        guard let configured = inbox.sources.first(where: { $0.name == options.source }) else {
            let names = inbox.sources.map(\.name)
            let hint = NearestName.hint(
                for: options.source, among: names, otherwise: "; there are \(names.joined(separator: ", "))")
            throw ServerFailure("there is no source \(DisplayText.quoted(options.source))\(hint)")
        }
        let source = try Wiring.source(configured)
        var request = IngestRequest(
            source: source.name, headers: try headers(), body: try file(options.bodyFile),
            receivedAt: try receivedAt())
        request.target = options.target ?? "/webhook/\(source.name)"
        if let problem = source.tokenProblem(of: request) {
            throw ServerFailure("refused, \(problem.status): \(problem.reason). --target has the URL's path and query")
        }
        let (steps, result) = source.explain(request)
        let table = TextTable(["STEP", "FOUND"], (accessSteps(source) + steps.map { [$0.name, $0.detail] })).rendered()
        switch result {
        case .success(let index):
            let open = source.access.token == nil ? "nothing is checked" : "it brings the token"
            let proof = index.map { "it proves its sender with secret \($0 + 1)" } ?? open
            return answer(table, proof, source.reading(request))
        case .failure(let failure):
            return CommandAnswer(
                table, failure: ServerFailure("refused at the step `\(failure.step.rawValue)`: \(failure)"))
        }
    }

    /// What is asked for before the check: the files say nothing of the sender's address.
    private func accessSteps(_ source: Source) -> [[String]] {
        let allow = source.access.allow.map {
            ["allow", "not looked at here: \($0.count) addresses or blocks may send"]
        }
        return [allow, source.access.token.map { _ in ["token", "is the one in the query"] }].compactMap { $0 }
    }

    /// What becomes of a request that passes.
    private func answer(_ table: String, _ proof: String, _ reading: Source.Reading) -> CommandAnswer {
        switch reading {
        case .question: return CommandAnswer("\(table)\nTaken: \(proof). It is a question, which is answered.\n")
        case .events(let events) where events.isEmpty:
            return CommandAnswer("\(table)\nTaken: \(proof). There is no event in it.\n")
        case .events(let events):
            let rows = TextTable(["IDENTITY", "TYPE"], events.map { [$0.identity, $0.type] }).rendered()
            return CommandAnswer("\(table)\nTaken: \(proof).\n\n\(rows)")
        case .refused(let problem):
            return CommandAnswer(
                "\(table)\nPasses: \(proof).\n",
                failure: ServerFailure("it passes and cannot be read, \(problem.status): \(problem.reason)"))
        }
    }

    private func receivedAt() throws(ServerFailure) -> Timestamp {
        guard let text = options.receivedAt else { return WallClock.now() }
        guard let time = EventArguments.time(text) else {
            throw ServerFailure("--at must be a time such as 2026-11-25T08:00:00Z", exitCode: 64)
        }
        return time
    }

    private func headers() throws(ServerFailure) -> [IngestRequest.Header] {
        let text = String(decoding: try file(options.headersFile), as: UTF8.self)
        var headers: [IngestRequest.Header] = []
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            guard let colon = line.firstIndex(of: ":") else {
                throw ServerFailure(
                    "\(DisplayText.quoted(options.headersFile)), line \(index + 1): expected `Name: value`")
            }
            let value = line[line.index(after: colon)...]
            headers.append(
                .init(
                    name: String(line[..<colon]),
                    value: String(value.drop { $0 == " " || $0 == "\t" })))
        }
        return headers
    }

    private func file(_ path: String) throws(ServerFailure) -> [UInt8] {
        do throws(BoundedFile.Fault) {
            return try BoundedFile.bytes(at: path, limitBytes: SourceConfiguration.largestBodyBytes)
        } catch {
            throw ServerFailure("cannot read the file \(DisplayText.quoted(path)): \(error.reason)")
        }
    }
}
