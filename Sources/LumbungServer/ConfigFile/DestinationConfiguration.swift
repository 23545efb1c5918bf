public import LumbungCore

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
    /// How many attempts may start in a period; nil for no limit.
    public var rate: DeliveryRate?
    /// What gives up at once, each once: statuses from 300 to 599 of `http`, where 410 gives up even when it is not
    /// listed, and exit codes from 1 to 255 but 75 of `command`; empty for `log`.
    public var permanent: [Int] = []
    /// How events are kept in the order received; nil when they are not.
    public var order: OrderConfiguration?

    /// The timeout of a destination that names none (contract, section 5).
    static let standardTimeout: Duration = .seconds(15)

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
    /// Runs a program with the payload on its standard input.
    case command(CommandDestinationConfiguration)
}

/// Events with the same key run in the order received.
public struct OrderConfiguration: Sendable, Equatable {
    /// What is an event's key.
    public enum Key: Sendable, Equatable, CustomStringConvertible {
        /// The value at a place of the payload, a JSON Pointer (RFC 6901) with at least one step.
        case json(String)
        /// The event's tenant.
        case tenant

        /// The key as the config file writes it.
        public var description: String {
            switch self {
            case .json(let pointer): "json:\(pointer)"
            case .tenant: "tenant"
            }
        }
    }

    /// What the key is.
    public let key: Key
    /// Whether a dead event holds back those behind it until a person has looked; otherwise they go on without it.
    public let deadBlocks: Bool
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
    /// What payloads are signed with, newest first, at most ``SigningSecret/maxCount``; empty for no signature.
    ///
    /// Each is as ``SigningSecret`` wants it.
    public var secrets: [Secret] = []
    /// What proves a sender's events anew; nil for nothing.
    public var resign: ResignConfiguration?
    /// The certificates, in PEM, that an `https` destination's own is checked against; nil for the system's.
    public var caFile: String?
    /// The certificates, in PEM, that this side shows; nil for none.
    public var clientCertificateFile: String?
    /// The private key, in PEM, of the first certificate in `clientCertificateFile`; nil when that is nil.
    public var clientKeyFile: String?
    /// The paths of the three files as they were written, by their keys, for outputs to show.
    public var writtenFiles: [String: String] = [:]

    /// The address as an output may show it: variables by their names, without its query and without keys.
    public var shownURL: String { DestinationAddress.shown(writtenURL ?? url) }
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
