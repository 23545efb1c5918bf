import Foundation
import Testing

/// A listening port of 127.0.0.1 that takes no further connection, since nobody accepts those that wait.
final class FullBacklog {
    let port: Int
    private var descriptors: [Int32] = []

    init() throws {
        let listener = Self.socket()
        descriptors = [listener]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, length) == 0 && getsockname(listener, pointer, &length) == 0
                    && listen(listener, 0) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(isListening)
        // A queue of length 0 still takes one; the others hang as the client under test will.
        for _ in 0..<4 {
            let client = Self.socket()
            descriptors.append(client)
            unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    _ = unsafe connect(client, pointer, length)
                }
            }
        }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    private static func socket() -> Int32 {
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | flags, 0)
    }
}
