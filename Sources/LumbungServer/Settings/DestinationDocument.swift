import LumbungCore

/// One destination in the JSON document of ``ConfigPrint``.
struct DestinationDocument: Encodable {
    struct Retry: Encodable {
        let attempts: Int
        let firstMs: Int
        let longestMs: Int
    }

    /// A header or an environment variable; the value is masked.
    struct Pair: Encodable {
        let name: String
        let value: String
    }

    let name: String
    let kind: String
    let url: Nullable<String>
    let headers: [Pair]
    /// How many secrets sign; never what they are.
    let secrets: Int
    /// The preset whose sender's proof is made anew; never its secret.
    let resign: Nullable<String>
    let allowPrivate: Nullable<Bool>
    let caFile: Nullable<String>
    let clientCertFile: Nullable<String>
    let clientKeyFile: Nullable<String>
    let command: Nullable<[String]>
    let env: [Pair]
    let directory: Nullable<String>
    let timeoutMs: Nullable<Int>
    let concurrency: Nullable<Int>
    let rate: Nullable<String>
    let permanent: [Int]
    let orderBy: Nullable<String>
    let orderOnDead: Nullable<String>
    let paused: Bool
    let retry: Retry

    init(_ destination: DestinationConfiguration) {
        var http: HTTPDestinationConfiguration?
        var command: CommandDestinationConfiguration?
        switch destination.kind {
        case .log: break
        case .http(let configured): http = configured
        case .command(let configured): command = configured
        }
        name = destination.name
        kind = destination.kind.name
        url = Nullable(http?.shownURL)
        headers = http?.headers.map { Pair(name: $0.name, value: $0.value.description) } ?? []
        secrets = http?.secrets.count ?? 0
        resign = Nullable(http?.resign?.preset)
        allowPrivate = Nullable(http?.allowPrivate)
        caFile = Nullable(http?.writtenFiles["ca_file"])
        clientCertFile = Nullable(http?.writtenFiles["client_cert_file"])
        clientKeyFile = Nullable(http?.writtenFiles["client_key_file"])
        self.command = Nullable(command?.shownArguments)
        env = command?.environment.map { Pair(name: $0.name, value: $0.value.description) } ?? []
        directory = Nullable(command?.shownDirectory)
        timeoutMs = Nullable((http?.timeout ?? command?.timeout).map(Self.milliseconds))
        concurrency = Nullable(destination.concurrency)
        rate = Nullable(destination.rate?.description)
        permanent = destination.permanent
        orderBy = Nullable(destination.order?.key.description)
        orderOnDead = Nullable(destination.order.map { $0.deadBlocks ? "block" : "skip" })
        paused = destination.isPaused
        retry = Retry(
            attempts: destination.retry.attempts,
            firstMs: Self.milliseconds(destination.retry.firstWait),
            longestMs: Self.milliseconds(destination.retry.longestWait))
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
