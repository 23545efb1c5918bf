/// The sources, destinations and routes that the server runs with.
public struct InboxConfiguration: Sendable, Equatable {
    /// Where events come from; at least one, with distinct names.
    public let sources: [SourceConfiguration]
    /// Where events go; at least one, with distinct names.
    public let destinations: [DestinationConfiguration]
    /// Which source's events go where; every name stands in `sources` or `destinations`.
    public let routes: [RouteConfiguration]

    /// What holds without a config file: the source `accurate`, the destination `log`, and a route between them.
    public static let builtIn = InboxConfiguration(
        sources: [.accurate],
        destinations: [.log],
        routes: [RouteConfiguration(sources: ["accurate"], destinations: ["log"])]
    )
}

/// The events of some sources go to some destinations.
public struct RouteConfiguration: Sendable, Equatable {
    /// Names of sources, `*` written out, each once.
    public let sources: [String]
    /// Names of destinations, each once.
    public let destinations: [String]
}
