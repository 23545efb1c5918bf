import Logging

/// What differs between the configuration in force and the one that takes its place, for the log.
struct ReloadReport: Sendable {
    /// Names that came, went or mean something else now, each sorted.
    struct Names: Sendable, Equatable {
        var added: [String]
        var removed: [String]
        var changed: [String]

        init<Value: Equatable>(_ former: [String: Value], _ next: [String: Value]) {
            added = next.keys.filter { former[$0] == nil }.sorted()
            removed = former.keys.filter { next[$0] == nil }.sorted()
            changed = next.filter { name, value in former[name].map { $0 != value } ?? false }.keys.sorted()
        }
    }

    let sources: Names
    let destinations: Names
    /// Whether the routes are not the same as before.
    let hasOtherRoutes: Bool
    private let counts: (sources: Int, destinations: Int, routes: Int)

    init(from former: InboxConfiguration, to next: InboxConfiguration) {
        sources = Names(former.sources.byName(\.name), next.sources.byName(\.name))
        destinations = Names(former.destinations.byName(\.name), next.destinations.byName(\.name))
        hasOtherRoutes = former.routes != next.routes
        counts = (next.sources.count, next.destinations.count, next.routes.count)
    }

    /// The counts of what is configured now, and the names of what is not as before; without a value for what is.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "sources": "\(counts.sources)", "destinations": "\(counts.destinations)", "routes": "\(counts.routes)",
        ]
        for (what, names) in [("sources", sources), ("destinations", destinations)] {
            for (how, list) in [("added", names.added), ("removed", names.removed), ("changed", names.changed)]
            where !list.isEmpty {
                metadata["\(what)_\(how)"] = "\(list.joined(separator: ", "))"
            }
        }
        if hasOtherRoutes { metadata["routes_changed"] = "yes" }
        return metadata
    }

    /// The names of the settings whose values are not as before, without the values, in the order of the table.
    static func changedSettings(from former: LoadedConfiguration, to next: LoadedConfiguration) -> [String] {
        zip(former.resolved, next.resolved).filter { $0.value != $1.value }.map { $0.0.definition.environmentName }
    }
}

extension Array {
    fileprivate func byName(_ name: KeyPath<Element, String>) -> [String: Element] {
        Dictionary(map { ($0[keyPath: name], $0) }) { first, _ in first }
    }
}
