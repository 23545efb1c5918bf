import Glibc
import NIOSSL

/// What the files of ``DestinationTLS`` hold, checked.
struct TLSCredentials: Sendable {
    private let authorities: [NIOSSLCertificate]?
    private let chain: [NIOSSLCertificate]
    private let key: NIOSSLPrivateKey?

    /// Reads the files and checks that they belong together.
    init(_ files: DestinationTLS) throws(HTTPDestinationError) {
        authorities =
            if let path = files.caFile { try Self.certificates("CA", path) } else { nil }
        switch (files.clientCertificateFile, files.clientKeyFile) {
        case (nil, nil):
            chain = []
            key = nil
        case (let certificatePath?, let keyPath?):
            chain = try Self.certificates("client certificate", certificatePath)
            let key = try Self.key(keyPath)
            guard Self.belongTogether(chain, key) else {
                let reason = "does not hold the key of the client certificate"
                throw .file(role: Self.keyRole, path: keyPath, reason: reason)
            }
            self.key = key
        default: throw .clientCertificateAndKey
        }
    }

    /// The settings of a client that uses them, TLS 1.2 or later.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities { configuration.trustRoots = .certificates(authorities) }
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = key.map { .privateKey($0) }
        return configuration
    }

    private static let keyRole = "client key"

    private static func certificates(_ role: String, _ path: String) throws(HTTPDestinationError) -> [NIOSSLCertificate]
    {
        let bytes = try bytes(role, path)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw .file(role: role, path: path, reason: "does not hold certificates in PEM")
        }
        return certificates
    }

    private static func key(_ path: String) throws(HTTPDestinationError) -> NIOSSLPrivateKey {
        let bytes = try bytes(keyRole, path)
        // Without a callback the library would ask for a passphrase on the terminal.
        let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { (setter: NIOSSLPassphraseSetter<[UInt8]>) in
            setter([])
        }
        guard let key else {
            throw .file(role: keyRole, path: path, reason: "does not hold a private key in PEM without a passphrase")
        }
        return key
    }

    /// The library compares the two when it makes a context, and nowhere else that can be called.
    private static func belongTogether(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> Bool {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // Otherwise every authority of the system would be read for nothing.
        configuration.trustRoots = .certificates([])
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(key)
        return (try? NIOSSLContext(configuration: configuration)) != nil
    }

    private static func bytes(_ role: String, _ path: String) throws(HTTPDestinationError) -> [UInt8] {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .file(role: role, path: "", reason: "has no name that can be a path")
        }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(role, path, errno) }
        defer { _ = close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw unreadable(role, path, errno)
            }
            guard count > 0 else { break }
            result += buffer.prefix(count)
            guard result.count <= DestinationTLS.longestFile else {
                throw .file(role: role, path: path, reason: "is longer than \(DestinationTLS.longestFile) bytes")
            }
        }
        guard !result.isEmpty else { throw .file(role: role, path: path, reason: "is empty") }
        return result
    }

    private static func unreadable(_ role: String, _ path: String, _ number: Int32) -> HTTPDestinationError {
        let cause = unsafe strerror(number).map { unsafe String(cString: $0).lowercased() } ?? "error \(number)"
        return .file(role: role, path: path, reason: "cannot be read: \(cause)")
    }
}
