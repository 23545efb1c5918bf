import Glibc
public import LumbungCore

/// Why a name has no address.
public struct NameError: Error, Hashable, Sendable {
    /// A sentence for the operator.
    public let reason: String

    /// Describes a failure.
    public init(reason: String) {
        self.reason = reason
    }
}

/// The way from a host name to its addresses, an input so that tests decide what a name resolves to.
public struct NameResolver: Sendable {
    /// Blocks the calling thread until the addresses are known; they come in the order in which to try them.
    private let resolve: @Sendable (_ host: String) -> Result<[IPAddress], NameError>

    /// The addresses of a host; blocks the calling thread.
    public func addresses(of host: String) -> Result<[IPAddress], NameError> {
        resolve(host)
    }

    /// Makes a resolver of a function that may block.
    public init(resolve: @escaping @Sendable (_ host: String) -> Result<[IPAddress], NameError>) {
        self.resolve = resolve
    }

    /// The system's resolver, `getaddrinfo(3)`, whose order follows RFC 6724.
    public static let system = NameResolver { host in
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            return .failure(NameError(reason: reason))
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe IPAddress(socketAddress: entry.pointee.ai_addr), !addresses.contains(address) {
                addresses.append(address)
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses.isEmpty ? .failure(NameError(reason: "no address")) : .success(addresses)
    }
}
