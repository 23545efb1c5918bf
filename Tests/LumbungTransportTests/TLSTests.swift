import LumbungCore
import LumbungTransport
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test func `a certificate that nobody vouches for is refused`() async throws {
        let certificate = try NIOSSLCertificate(bytes: Array(Self.certificate.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem)
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
        let context = try NIOSSLContext(configuration: configuration)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let resolver = NameResolver { _ in .success([.v4(0x7f00_0001)]) }
        let outcome = try await HTTPTransport.deliver(to: "https://app.example.test:\(port)/", resolver: resolver)
        #expect(outcome.kind == .tls)
        #expect(outcome.detail.contains("CERTIFICATE_VERIFY_FAILED"), "\(outcome.detail)")
        try await server.close()
    }

    /// Signed by itself for `app.example.test`, made for this test alone.
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBqjCCAVCgAwIBAgIUW2WCgxtQBjS1vXqTOidLqHr81PAwCgYIKoZIzj0EAwIw
        GzEZMBcGA1UEAwwQYXBwLmV4YW1wbGUudGVzdDAgFw0yNjExMjIyMjQ3MzFaGA8y
        MTI2MTAyOTIyNDczMVowGzEZMBcGA1UEAwwQYXBwLmV4YW1wbGUudGVzdDBZMBMG
        ByqGSM49AgEGCCqGSM49AwEHA0IABMXNUe2ZFxJ27tT9XJYldhfnUFScDMBIRib8
        cfqK91k1X95afnJWQNemrvxX931Lrb851+SZ7sjpDLnvAWKU2SGjcDBuMB0GA1Ud
        DgQWBBQh3BbvIFLHQRZ0chpguDFiLcroMzAfBgNVHSMEGDAWgBQh3BbvIFLHQRZ0
        chpguDFiLcroMzAPBgNVHRMBAf8EBTADAQH/MBsGA1UdEQQUMBKCEGFwcC5leGFt
        cGxlLnRlc3QwCgYIKoZIzj0EAwIDSAAwRQIgGGwmr5V87uN2J2bOaGz4d25wmsC+
        WtyScFaP0utm45gCIQDZb7At7ShFVAoED8u1lhkV1bO5NjgexMK1JysjiblLvA==
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg81wtQ9cfR2mEBF7C
        KJcHfnXh/6LIX0EjvnXvfHQiXUGhRANCAATFzVHtmRcSdu7U/VyWJXYX51BUnAzA
        SEYm/HH6ivdZNV/eWn5yVkDXpq78V/d9S62/Odfkme7I6Qy57wFilNkh
        -----END PRIVATE KEY-----
        """
}
