import Glibc
public import LumbungCore
import Synchronization

/// Where this process listens: no destination may lead back there, whatever `allow_private` says.
///
/// Else an event could go round for ever, or act on the inbox as an operator on the same machine. The value is shared
/// between the listeners, which tell where they are, and the transports, which ask before each connection.
///
/// A way back through another machine cannot be seen: an address translation in front of this one, or a proxy.
public final class OwnListeners: Sendable {
    private struct Listener: Hashable {
        /// The address; every one of this machine's when `nil`.
        var address: IPAddress?
        var port: Int
    }

    private let listeners = Mutex<Set<Listener>>([])
    private let localAddresses: @Sendable () -> Set<IPAddress>?

    /// Begins without listeners.
    /// - Parameter localAddresses: The addresses of this machine's interfaces now; `nil` when they cannot be told. Then
    ///   every address is taken for one of them.
    public init(localAddresses: @escaping @Sendable () -> Set<IPAddress>? = { LocalAddresses.now() }) {
        self.localAddresses = localAddresses
    }

    /// Takes note of a listener.
    /// - Parameters:
    ///   - host: An address as text, `localhost`, or a name, which is taken for every address of this machine.
    ///   - port: The port; 0, which stands for one that is not known yet, is left out.
    public func add(host: String, port: Int) {
        guard port != 0 else { return }
        let addresses: [IPAddress?]
        if host == "localhost" {
            addresses = [Self.loopback4, Self.loopback6]
        } else if let address = IPAddress(host), !address.isUnspecified {
            addresses = [address.reached]
        } else {
            addresses = [nil]
        }
        listeners.withLock { listeners in
            for address in addresses { listeners.insert(Listener(address: address, port: port)) }
        }
    }

    /// Whether a connection there would come back to this process.
    /// - Parameters:
    ///   - address: Where the connection goes.
    ///   - port: Its port.
    ///   - isLocal: Whether the address is known to be one of this machine's; it is found out otherwise.
    public func contains(_ address: IPAddress, port: Int, isLocal: Bool = false) -> Bool {
        let reached = address.reached
        let hosts = listeners.withLock { $0.filter { $0.port == port }.map(\.address) }
        guard !hosts.isEmpty else { return false }
        if hosts.contains(reached) { return true }
        guard hosts.contains(nil) else { return false }
        if isLocal || reached.isLoopback { return true }
        return localAddresses().map { $0.contains(reached) } ?? true
    }

    private static let loopback4 = IPAddress.v4(0x7f00_0001)
    private static let loopback6 = IPAddress.v6(high: 0, low: 1)
}

/// A connection that would come back to this process.
struct OwnListener: Error, CustomStringConvertible {
    let address: IPAddress
    let port: Int

    var description: String {
        "\(address) port \(port) is where Lumbung itself listens; no destination may lead back to it"
    }
}

/// The addresses of this machine's interfaces.
public enum LocalAddresses {
    /// Those that there are now; `nil` when the system does not tell.
    public static func now() -> Set<IPAddress>? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return nil }
        defer { unsafe freeifaddrs(list) }
        var addresses: Set<IPAddress> = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe IPAddress(socketAddress: entry.pointee.ifa_addr) { addresses.insert(address) }
            unsafe next = entry.pointee.ifa_next
        }
        return addresses
    }
}

extension IPAddress {
    /// What a connection to this address reaches on Linux: an IPv4 address in IPv6 is that one, and no address at all is
    /// the loopback interface.
    fileprivate var reached: IPAddress {
        switch self {
        case .v4(0): .v4(0x7f00_0001)
        case .v6(0, 0): .v6(high: 0, low: 1)
        case .v6(0, let low) where low >> 32 == 0xffff: IPAddress.v4(UInt32(truncatingIfNeeded: low)).reached
        default: self
        }
    }

    fileprivate var isUnspecified: Bool {
        switch self {
        case .v4(0), .v6(0, 0), .v6(0, 0xffff_0000_0000): true
        default: false
        }
    }

    fileprivate var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }
}
