import Glibc
import LumbungCore

extension IPAddress {
    /// Reads a socket address of either family; `nil` for one of another family.
    init?(socketAddress: UnsafePointer<sockaddr>?) {
        guard let socketAddress = unsafe socketAddress else { return nil }
        let bytes = unsafe UnsafeRawPointer(socketAddress)
        switch unsafe Int32(socketAddress.pointee.sa_family) {
        case AF_INET:
            let value = unsafe bytes.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
            self = .v4(UInt32(bigEndian: value))
        case AF_INET6:
            var value = unsafe bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            guard let address = unsafe withUnsafeBytes(of: &value, { unsafe IPAddress(bytes: Array($0)) }) else {
                return nil
            }
            self = address
        default:
            return nil
        }
    }
}
