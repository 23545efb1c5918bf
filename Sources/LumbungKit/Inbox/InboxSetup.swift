public import LumbungCore

/// What a program registers before its inbox opens.
public struct InboxSetup {
    var sources: [(source: Source, handlers: [String]?)] = []
    var handlers: [Destination] = []

    private let wallClock: @Sendable () -> Timestamp

    init(wallClock: @escaping @Sendable () -> Timestamp) {
        self.wallClock = wallClock
    }

    /// Registers a source.
    /// - Parameters:
    ///   - source: Where events come from.
    ///   - handlers: The names of the handlers that its events go to; nil for all of them.
    public mutating func source(_ source: Source, to handlers: [String]? = nil) {
        sources.append((source, handlers))
    }

    /// Registers a handler; its name is stored with its deliveries, so a new name is a new handler.
    /// - Parameters:
    ///   - name: Its name, once in an inbox.
    ///   - retry: When a failed attempt is followed by another.
    ///   - concurrency: The most attempts at once; nil for as many as there are workers.
    ///   - timeout: How long an attempt may take; then its task is cancelled and the attempt has failed.
    ///   - perform: Handles one event. Returning is success. An error is a failure that is tried again, ``Permanent`` one
    ///     that is not. It should end soon after its task is cancelled: a worker is taken until it does.
    public mutating func handler(
        _ name: String,
        retry: RetryPolicy = RetryPolicy(),
        concurrency: Int? = nil,
        timeout: Duration = .seconds(60),
        perform: @escaping @Sendable (Delivery) async throws -> Void
    ) {
        handlers.append(
            Destination(
                name: name,
                transport: HandlerTransport(timeout: timeout, wallClock: wallClock, perform: perform), retry: retry,
                concurrency: concurrency))
    }

    func check() throws(InboxSetupError) {
        var seen: Set<String> = []
        for handler in handlers where !seen.insert(handler.name).inserted { throw .handlerTwice(handler.name) }
        for (source, names) in sources {
            if let unknown = names?.first(where: { !seen.contains($0) }) {
                throw .noHandler(unknown, source: source.name)
            }
        }
        var sourceNames: Set<String> = []
        for (source, _) in sources where !sourceNames.insert(source.name).inserted { throw .sourceTwice(source.name) }
    }
}

/// What is wrong with what a program registered.
public enum InboxSetupError: Error, Hashable, CustomStringConvertible {
    /// Two handlers have one name.
    case handlerTwice(String)
    /// Two sources have one name.
    case sourceTwice(String)
    /// A source names a handler that there is not.
    case noHandler(String, source: String)

    /// One sentence for the developer.
    public var description: String {
        switch self {
        case .handlerTwice(let name): "the handler \(name) is registered twice"
        case .sourceTwice(let name): "the source \(name) is registered twice"
        case .noHandler(let name, let source):
            "the source \(source) goes to the handler \(name), which is not registered"
        }
    }
}
