import HTTPTypes
import Hummingbird
import LumbungKit
import NIOCore

/// Keeps web pages out of an admin listener that needs no token.
///
/// Such a listener trusts whoever reaches the loopback address, and a browser on this machine reaches it for any page:
/// by a name that its owner points to 127.0.0.1 (DNS rebinding), which the Host header gives away, or by a form, which
/// the Origin header gives away (RFC 6454, section 7.3).
struct LocalDoor<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !AdminRoutes.openPaths.contains(request.uri.path) else { return try await next(request, context) }
        guard let host = request.head.authority, LocalHost.isLocal(host) else { throw Problem.foreignHost }
        if request.method != .get, request.method != .head, let origin = request.headers[.origin] {
            guard LocalHost.isSame(origin: origin, host: host) else { throw Problem.foreignOrigin }
        }
        return try await next(request, context)
    }
}

/// Questions about the Host header of a request to this machine.
enum LocalHost {
    /// Whether a host, with or without a port, is this machine by a name that nobody else can give out.
    static func isLocal(_ host: String) -> Bool {
        guard let name = name(of: host) else { return false }
        if ASCII.matches(name, "localhost") { return true }
        guard let address = try? SocketAddress(ipAddress: name, port: 0).ipAddress else { return false }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }

    /// Whether a page's origin is the host that it asks.
    static func isSame(origin: String, host: String) -> Bool {
        let host = host.lowercased()
        return ["http://" + host, "https://" + host].contains(origin.lowercased())
    }

    /// The host without its port and without brackets; nil when it is neither a name nor an address with a port.
    private static func name(of host: String) -> String? {
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]"), isPort(host[host.index(after: end)...]) else { return nil }
            let address = host[host.index(after: host.startIndex)..<end]
            return address.contains(":") ? String(address) : nil
        }
        let end = host.firstIndex(of: ":") ?? host.endIndex
        return isPort(host[end...]) ? String(host[..<end]) : nil
    }

    /// Nothing, or a colon and a port.
    private static func isPort(_ text: Substring) -> Bool {
        guard let first = text.utf8.first else { return true }
        guard first == UInt8(ascii: ":"), text.utf8.count <= 6 else { return false }
        return text.utf8.dropFirst().allSatisfy(ASCII.isDigit)
    }
}
