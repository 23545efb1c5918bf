public import LumbungCore

/// A configured place that events go to.
///
/// Copies share the transport: a copy with other limits takes the place of the first without a new connection
/// (``Engine/reconfigure(_:)``).
public struct Destination: Sendable {
    /// Its name, as routes and logs use it.
    public var name: String
    /// How an event is brought there; used by no other destination.
    public var transport: any Transport { shared.transport }
    /// When a failed delivery is tried again.
    public var retry: RetryPolicy
    /// The most attempts at once; nil means as many as there are workers.
    public var concurrency: Int?
    /// How many deliveries it may be given in a period; nil for any number.
    public var rate: DeliveryRate?
    /// Whether its events wait until a person resumes it.
    public var isPaused: Bool
    /// The transport with those who use it.
    let shared: SharedTransport

    /// Describes a destination.
    public init(
        name: String,
        transport: any Transport,
        retry: RetryPolicy = RetryPolicy(),
        concurrency: Int? = nil,
        rate: DeliveryRate? = nil,
        isPaused: Bool = false
    ) {
        self.name = name
        self.shared = SharedTransport(transport)
        self.retry = retry
        self.concurrency = concurrency
        self.rate = rate
        self.isPaused = isPaused
    }
}
