import Foundation
import LumbungCore
import LumbungTransport
import NIOSSL
import Testing

@Suite(.timeLimit(.minutes(1))) struct CertificateFileTests {
    private let files: CertificateFiles

    init() throws {
        files = try CertificateFiles()
    }

    @Test func `an authority of one's own vouches for the server`() async throws {
        try await SinkServer.run(tls: try Self.context()) { server in
            let unknown = try await deliver(to: server)
            #expect(unknown.kind == .tls)
            #expect(unknown.detail.contains("CERTIFICATE_VERIFY_FAILED"), "\(unknown.detail)")
            #expect(server.requests.isEmpty)

            let known = try await deliver(to: server, tls: DestinationTLS(caFile: files.authority))
            #expect(known.kind == .delivered)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `the name is still compared`() async throws {
        try await SinkServer.run(tls: try Self.context()) { server in
            let tls = DestinationTLS(caFile: files.authority)
            let outcome = try await deliver(to: server, host: "other.example.test", tls: tls)
            #expect(outcome.kind == .tls)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `an authority that is not in the file does not vouch`() async throws {
        let other = try files.write(TestCertificates.clientCertificate, as: "other-authority.pem")
        try await SinkServer.run(tls: try Self.context()) { server in
            let outcome = try await deliver(to: server, tls: DestinationTLS(caFile: other))
            #expect(outcome.kind == .tls)
        }
    }

    @Test func `one of several authorities in a file is enough`() async throws {
        let both = try files.write(
            TestCertificates.clientCertificate + "\n" + TestCertificates.authority, as: "several.pem")
        try await SinkServer.run(tls: try Self.context()) { server in
            let outcome = try await deliver(to: server, tls: DestinationTLS(caFile: both))
            #expect(outcome.kind == .delivered)
        }
    }

    @Test func `a server that wants a certificate gets it`() async throws {
        try await SinkServer.run(tls: try Self.context(wantsClient: true)) { server in
            let without = try await deliver(to: server, tls: DestinationTLS(caFile: files.authority))
            // In TLS 1.3 the refusal comes after the handshake, as an alert or only as a closed connection.
            #expect(without.kind == .tls || without.kind == .reset, "\(without)")
            #expect(server.requests.isEmpty)

            let tls = DestinationTLS(
                caFile: files.authority, clientCertificateFile: files.certificate, clientKeyFile: files.key)
            let with = try await deliver(to: server, tls: tls)
            #expect(with.kind == .delivered)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `files are read once, before the first attempt`() async throws {
        try await SinkServer.run(tls: try Self.context(wantsClient: true)) { server in
            let own = try CertificateFiles()
            let tls = DestinationTLS(
                caFile: own.authority, clientCertificateFile: own.certificate, clientKeyFile: own.key)
            let destination = try HTTPDestination(url: url(of: server), tls: tls)
            try own.remove()
            let outcome = await deliver(to: destination)
            #expect(outcome.kind == .delivered)
        }
    }

    @Test func `a file that cannot be used is refused before any attempt`() throws {
        let text = try files.write("no certificate", as: "text.pem")
        let cut = try files.write(String(TestCertificates.authority.dropLast(60)), as: "cut.pem")
        let half = try files.write(
            TestCertificates.authority + "\n" + TestCertificates.serverCertificate.replacing("MII", with: "M!!"),
            as: "half.pem")
        let empty = try files.write("", as: "empty.pem")
        let unusable = [
            (text, "does not hold certificates in PEM"), (cut, "does not hold certificates in PEM"),
            (half, "does not hold certificates in PEM"), (files.key, "does not hold certificates in PEM"),
            (empty, "is empty"), (files.folder, "cannot be read: is a directory"),
            (files.folder + "/missing.pem", "cannot be read: no such file or directory"),
        ]
        for (path, reason) in unusable {
            expect(.file(role: "CA", path: path, reason: reason), DestinationTLS(caFile: path))
            expect(
                .file(role: "client certificate", path: path, reason: reason),
                DestinationTLS(clientCertificateFile: path, clientKeyFile: files.key))
        }
        for path in ["", "a\0b"] {
            let error = HTTPDestinationError.file(role: "CA", path: "", reason: "has no name that can be a path")
            expect(error, DestinationTLS(caFile: path))
        }
    }

    @Test func `the length of a file is bounded`() throws {
        let certificate = TestCertificates.authority + "\n"
        let room = DestinationTLS.longestFile - certificate.utf8.count
        let longest = try files.write(certificate + String(repeating: "\n", count: room), as: "longest.pem")
        _ = try HTTPDestination(url: "https://h/", tls: DestinationTLS(caFile: longest))
        let longer = try files.write(certificate + String(repeating: "\n", count: room + 1), as: "longer.pem")
        let reason = "is longer than \(DestinationTLS.longestFile) bytes"
        expect(.file(role: "CA", path: longer, reason: reason), DestinationTLS(caFile: longer))
    }

    @Test func `a key that cannot be used is refused, and nobody is asked for a passphrase`() throws {
        let locked = try files.write(TestCertificates.lockedClientKey, as: "locked.key")
        for path in [locked, files.certificate] {
            let reason = "does not hold a private key in PEM without a passphrase"
            expect(
                .file(role: "client key", path: path, reason: reason),
                DestinationTLS(clientCertificateFile: files.certificate, clientKeyFile: path))
        }
        let other = try files.write(TestCertificates.otherKey, as: "other.key")
        expect(
            .file(role: "client key", path: other, reason: "does not hold the key of the client certificate"),
            DestinationTLS(clientCertificateFile: files.certificate, clientKeyFile: other))
    }

    @Test func `certificate and key need each other, and both need TLS`() {
        expect(.clientCertificateAndKey, DestinationTLS(clientCertificateFile: files.certificate))
        expect(.clientCertificateAndKey, DestinationTLS(clientKeyFile: files.key))
        let tls = DestinationTLS(caFile: files.authority)
        #expect(throws: HTTPDestinationError.tlsWithoutHTTPS) { try HTTPDestination(url: "http://h/", tls: tls) }
    }

    private func expect(
        _ error: HTTPDestinationError, _ tls: DestinationTLS, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: sourceLocation) { try HTTPDestination(url: "https://h/", tls: tls) }
        #expect(!error.description.contains("BEGIN"), sourceLocation: sourceLocation)
    }

    private func url(of server: SinkServer, host: String = "app.example.test") -> String {
        server.url("/", host: host, scheme: "https")
    }

    private func deliver(
        to server: SinkServer, host: String = "app.example.test", tls: DestinationTLS = DestinationTLS()
    ) async throws -> AttemptOutcome {
        await deliver(to: try HTTPDestination(url: url(of: server, host: host), tls: tls))
    }

    private func deliver(to destination: HTTPDestination) async -> AttemptOutcome {
        var destination = destination
        destination.allowPrivate = true
        let resolver = NameResolver { _ in .success([.v4(0x7f00_0001)]) }
        let transport = HTTPTransport(destination: destination, resolver: resolver)
        let outcome = await transport.deliver(.sample())
        await transport.shutdown()
        return outcome
    }

    private static func context(wantsClient: Bool = false) throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: Array(TestCertificates.serverCertificate.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
        if wantsClient {
            let authority = try NIOSSLCertificate(bytes: Array(TestCertificates.authority.utf8), format: .pem)
            configuration.trustRoots = .certificates([authority])
            configuration.certificateVerification = .noHostnameVerification
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

/// Certificates and keys in a folder of one test, removed with it.
private final class CertificateFiles: Sendable {
    let folder: String
    let authority: String
    let certificate: String
    let key: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lumbung-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        authority = try Self.write(TestCertificates.authority, to: folder + "/authority.pem")
        certificate = try Self.write(TestCertificates.clientCertificate, to: folder + "/client.pem")
        key = try Self.write(TestCertificates.clientKey, to: folder + "/client.key")
    }

    deinit {
        try? remove()
    }

    func write(_ text: String, as name: String) throws -> String {
        try Self.write(text, to: folder + "/" + name)
    }

    func remove() throws {
        try FileManager.default.removeItem(atPath: folder)
    }

    private static func write(_ text: String, to path: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }
}
