/// One destination: where deliveries go and how hard they are tried.
public struct DestinationConfiguration: Sendable, Equatable {
    /// The destination's name.
    public let name: String
    /// What a delivery does.
    public let kind: DestinationKind
    /// How many deliveries run at once, 1 to 1,000; nil for the setting `WORKER_COUNT`.
    public let concurrency: Int?
    /// When a failed delivery is tried again.
    public let retry: RetryConfiguration
    /// Whether its events wait until the file says otherwise.
    public let isPaused: Bool

    /// The destination that writes each event to the log.
    public static let log = DestinationConfiguration(
        name: "log", kind: .log, concurrency: nil, retry: .standard, isPaused: false)
}

/// What a delivery does.
public enum DestinationKind: Sendable, Equatable {
    /// Writes the event to the log.
    case log
    /// Posts the payload.
    case http(HTTPDestinationConfiguration)
}

/// How a payload is posted.
public struct HTTPDestinationConfiguration: Sendable, Equatable {
    /// An `http` or `https` address with a host, without user, password and fragment.
    public let url: String
    /// The address as it was written, when it had variables; nil when it was written as it is.
    public var writtenURL: String?
    /// Headers of the operator's own, distinct without regard to case; none that the delivery itself sets.
    public let headers: [HeaderConfiguration]
    /// The limit on the whole exchange, 100 ms to 1 h.
    public let timeout: Duration
    /// Whether private, loopback, link-local and metadata addresses may be called.
    public let allowPrivate: Bool

    /// The address as an output may show it: variables by their names, without its query and without keys.
    public var shownURL: String { DestinationAddress.shown(writtenURL ?? url) }

    /// The timeout of a destination that names none (contract, section 5).
    static let standardTimeout: Duration = .seconds(15)
}

/// One header of the operator's own.
public struct HeaderConfiguration: Sendable, Equatable {
    /// The name, an RFC 9110 token, as written in the file.
    public let name: String
    /// The value, without control characters; it may carry credentials.
    public let value: Secret
}

/// When a failed delivery is tried again.
public struct RetryConfiguration: Sendable, Equatable {
    /// How often a delivery is attempted in all, 1 to 100.
    public let attempts: Int
    /// The upper bound of the first wait, 1 ms to 1 day.
    public let firstWait: Duration
    /// The upper bound of every wait, `firstWait` to 30 days.
    public let longestWait: Duration

    /// 12 attempts, first wait 5 s, longest 6 h (contract, section 5).
    public static let standard = RetryConfiguration(
        attempts: 12, firstWait: .seconds(5), longestWait: .seconds(6 * 3600))
}
