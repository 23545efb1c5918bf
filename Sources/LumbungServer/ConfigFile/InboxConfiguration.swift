public import LumbungCore

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

/// The events of some sources go to some destinations, perhaps only those of some types or with some payloads.
public struct RouteConfiguration: Sendable, Equatable {
    /// Names of sources, `*` written out, each once.
    public let sources: [String]
    /// The types that the route takes; empty for any.
    public let types: [Written<TypePattern>]
    /// The tenants whose events the route takes; empty for any.
    public let tenants: [Written<TypePattern>]
    /// What must hold of a payload, all of it; empty for nothing.
    public let conditions: [Written<RouteCondition>]
    /// Names of destinations, each once.
    public let destinations: [String]

    /// Describes a route; without types, tenants and conditions it takes every event of its sources.
    public init(
        sources: [String],
        types: [Written<TypePattern>] = [],
        tenants: [Written<TypePattern>] = [],
        conditions: [Written<RouteCondition>] = [],
        destinations: [String]
    ) {
        self.sources = sources
        self.types = types
        self.tenants = tenants
        self.conditions = conditions
        self.destinations = destinations
    }
}

/// A part of the config file, ready to be used and ready to be shown.
public struct Written<Value: Sendable & Equatable>: Sendable, Equatable {
    /// What the server runs with.
    public let value: Value
    /// The file's form of it, in which variables are not filled in; of a condition, what stands behind its pointer.
    public let text: String

    /// Takes a value and how to show it.
    public init(_ value: Value, text: String) {
        self.value = value
        self.text = text
    }
}
