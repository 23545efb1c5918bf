import Testing

@testable import LumbungServer

@Suite struct DestinationFileTests {
    private static let pem = "some words\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["ca.pem", "cert.pem", "key.pem"] { try folder.write(Self.pem, to: name) }
        return folder
    }

    @Test func `the three files`() throws {
        let folder = try folder()
        let yaml = """
            destinations:
              app:
                url: HTTPS://a
                ca_file: ca.pem
                client_cert_file: ${P}/cert.pem
                client_key_file: \(folder.path)/key.pem
            """
        let http = firstHTTP(yaml, environment: ["P": folder.path], workingDirectory: folder.path)
        #expect(http?.caFile == folder.path + "/ca.pem")
        #expect(http?.clientCertificateFile == folder.path + "/cert.pem")
        #expect(http?.clientKeyFile == folder.path + "/key.pem")
        #expect(
            http?.writtenFiles == [
                "ca_file": "ca.pem", "client_cert_file": "${P}/cert.pem", "client_key_file": folder.path + "/key.pem",
            ])
        let none = firstHTTP("destinations: {a: {url: https://a}}")
        #expect(none?.caFile == nil && none?.clientCertificateFile == nil && none?.clientKeyFile == nil)
    }

    @Test(arguments: [
        ("{url: http://a, ca_file: ca.pem}", "f:3:21: `ca_file` needs an https:// address"),
        (
            "{url: http://a, client_cert_file: cert.pem, client_key_file: key.pem}",
            "f:3:21: `client_cert_file` needs an https:// address\n"
                + "f:3:49: `client_key_file` needs an https:// address"
        ),
        ("{url: https://a, client_cert_file: cert.pem}", "f:3:22: `client_cert_file` needs `client_key_file`"),
        ("{url: https://a, client_key_file: key.pem}", "f:3:22: `client_key_file` needs `client_cert_file`"),
        (
            "{url: https://a, ca_file: none.pem}",
            "f:3:31: cannot read the file \"none.pem\" for `ca_file`: there is no such file"
        ),
        (
            "{url: https://a, client_cert_file: none, client_key_file: key.pem}",
            "f:3:40: cannot read the file \"none\" for `client_cert_file`: there is no such file"
        ),
        (
            "{url: https://a, client_cert_file: cert.pem, client_key_file: none}",
            "f:3:67: cannot read the file \"none\" for `client_key_file`: there is no such file"
        ),
        ("{url: https://a, ca_file: .}", "f:3:31: cannot read the file \".\" for `ca_file`: is a directory"),
        (
            "{url: https://a, ca_file: \"a\\0\"}",
            "f:3:31: cannot read the file \"a\\u{0}\" for `ca_file`: the path holds a zero byte"
        ),
        ("{url: https://a, ca_file: \"\"}", "f:3:31: `ca_file`: expected the path of a file in PEM, found \"\""),
        ("{url: https://a, ca_file: [x]}", "f:3:31: `ca_file`: expected the path of a file in PEM, found a list"),
        (
            "{url: https://a, ca_file: \"${P}\"}",
            "f:3:31: cannot read the file \"${P}\" for `ca_file`: there is no such file"
        ),
    ])
    func `each problem has its place`(_ value: String, _ expected: String) throws {
        let folder = try folder()
        #expect(
            destinationProblems(value, environment: ["P": "canary"], workingDirectory: folder.path) == expected)
    }

    @Test func `a file has to be PEM and at most 1 MiB`() throws {
        let folder = try folder()
        let problem = { (text: String) in
            try folder.write(text, to: "x")
            return destinationProblems("{url: https://a, ca_file: x}", workingDirectory: folder.path)
        }
        let noPEM = "f:3:31: the file \"x\" for `ca_file` is not in PEM: it has no line that begins with -----BEGIN"
        #expect(try problem("") == noPEM)
        #expect(try problem("0\u{82}01") == noPEM)
        #expect(try problem("x-----BEGIN CERTIFICATE-----") == noPEM)
        #expect(try problem("-----BEGIN") == noPEM)
        #expect(try problem("x\r\n-----BEGIN X-----").isEmpty)
        let padding = String(repeating: "x", count: 1_048_576 - Self.pem.utf8.count - 1)
        #expect(try problem(Self.pem + padding + "\n").isEmpty)
        #expect(
            try problem(Self.pem + padding + "\n\n")
                == "f:3:31: cannot read the file \"x\" for `ca_file`: it is larger than 1048576 bytes")
    }
}
