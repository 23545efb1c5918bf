import AsyncHTTPClient
public import LumbungCore
public import NIOCore
import NIOHTTP1
import NIOPosix

/// Delivers events to one HTTP destination: a POST of the payload, byte for byte.
///
/// Delivery: one attempt is one request. Success is an answer 2xx; redirects are not followed, so a 3xx is a failure
/// with its status. The head of the response, ``AttemptOutcome/keptResponseBytes``, is kept; the connection is dropped
/// rather than reading more. What comes before the body has a bound too, 64 KiB of header fields (`too_large`). The
/// destination's timeout covers the whole exchange.
///
/// On every attempt the host is looked up anew; unless the destination allows private addresses, one address that is
/// not public refuses the attempt (`blocked`), and the connection goes to an address that was checked. An address where
/// this process itself listens always refuses it.
///
/// When the destination has secrets, each request is signed anew (Standard Webhooks 1.0.0) over the `webhook-id` header
/// as it is sent, the time at which the attempt began, and the payload. With a ``SenderProof`` the headers that the event's
/// sender would send now are made as well; an event that lacks a part of what they are made over is `failed`, unsent.
public final class HTTPTransport: Transport {
    /// A lookup may answer with many addresses; this many are tried when no connection comes about.
    static let triedAddresses = 4

    let destination: HTTPDestination
    let clients: PinnedClients
    /// A request to the destination's URL, whose parts are read once.
    let template: HTTPClient.Request?
    let contentTypePlan: ScanPlan?
    let lookup: HostLookup
    let ownListeners: OwnListeners
    private let deadlines: ExchangeDeadlines

    /// Makes a transport; nothing is looked up or connected yet.
    ///
    /// - Parameters:
    ///   - destination: Where to, and under which limits.
    ///   - resolver: How names become addresses.
    ///   - ownListeners: Where this process listens, and so no destination leads.
    ///   - eventLoopGroup: The threads that do the network's work; SwiftNIO's shared ones when `nil`.
    public init(
        destination: HTTPDestination,
        resolver: NameResolver = .system,
        ownListeners: OwnListeners = OwnListeners(),
        eventLoopGroup: (any EventLoopGroup)? = nil
    ) {
        self.destination = destination
        let eventLoopGroup = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        self.ownListeners = ownListeners
        clients = PinnedClients(
            destination: destination, ownListeners: ownListeners, eventLoopGroup: eventLoopGroup)
        deadlines = ExchangeDeadlines(timeout: destination.timeout, on: eventLoopGroup.any())
        template = try? HTTPClient.Request(url: destination.url.description, method: .POST)
        contentTypePlan = (try? JSONPointer("/content-type")).map { ScanPlan(pointers: [$0]) }
        lookup = HostLookup(host: destination.url.lookupName, resolver: resolver)
    }

    /// Closes the connections.
    ///
    /// To be called once before the transport is let go; attempts that come later are
    /// `interrupted`, attempts that run end by themselves.
    public func shutdown() async {
        await clients.close()
    }

    /// Tries once to deliver, as ``HTTPTransport`` promises.
    public func deliver(_ attempt: Attempt) async -> AttemptOutcome {
        let (ended, isTimeOver) = await deadlines.outcome { cut in await self.exchange(attempt, until: cut) }
        guard isTimeOver, ended.kind == .interrupted else { return ended }
        return AttemptOutcome(
            kind: .timeout, statusCode: ended.statusCode, response: ended.response,
            detail: "not done within \(destination.timeout.words)")
    }
}
