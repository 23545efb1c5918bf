import Foundation
import Testing

@testable import LumbungServer

@Suite struct ConfigCheckTests {
    @Test func `a good configuration is one line`() throws {
        let folder = try TemporaryFolder()
        let input = ConfigurationInput(environment: [:], workingDirectory: folder.path)
        #expect(ConfigCheck.run(input).rendered == "no config file: OK, 1 source, 1 destination, 1 route\n")
        #expect(ConfigCheck.run(input).isValid)
        try folder.write("destinations:\n  a: {log: true}\n  b: {url: 'http://b'}\n", to: "c.yaml")
        #expect(ConfigCheck.run(input, file: "c.yaml").rendered == "c.yaml: OK, 1 source, 2 destinations, 1 route\n")
    }

    @Test(arguments: [
        ("http://127.0.0.1:9100/hooks", "an address that is not public (loopback)"),
        ("https://[::1]/", "an address that is not public (loopback)"),
        ("http://10.1.2.3/x?key=s3cret", "an address that is not public (private network)"),
        ("http://169.254.169.254/", "an address that is not public (link-local)"),
        ("http://LocalHost:8080/", "this machine"),
        ("http://app.localhost./", "this machine"),
    ])
    func `a destination that every attempt will be refused is warned of, with its place`(
        url: String, place: String
    ) throws {
        let folder = try TemporaryFolder()
        let input = ConfigurationInput(environment: [:], workingDirectory: folder.path)
        try folder.write("destinations:\n  app:\n    url: \(url)\n", to: "c.yaml")
        let check = ConfigCheck.run(input, file: "c.yaml")
        #expect(check.isValid)
        #expect(
            check.rendered == """
                c.yaml:3:10: warning: `url` leads to \(place); every attempt will be refused without `allow_private: true`
                c.yaml: OK, 1 source, 1 destination, 1 route

                """)
        for opened in [
            "destinations:\n  app: {url: '\(url)', allow_private: true}\n",
            "security: {allow_private: true}\ndestinations:\n  app: {url: '\(url)'}\n",
        ] {
            try folder.write(opened, to: "c.yaml")
            #expect(!ConfigCheck.run(input, file: "c.yaml").rendered.contains("warning"))
        }
    }

    @Test func `problems are lines with their place`() throws {
        let folder = try TemporaryFolder()
        try folder.write("sources:\n  a: {idd: sha256}\n", to: "c.yaml")
        let input = ConfigurationInput(environment: ["PORT": "x"], workingDirectory: folder.path)
        let check = ConfigCheck.run(input, file: "c.yaml")
        #expect(!check.isValid)
        #expect(
            check.rendered == """
                environment PORT: PORT is "x", but must be a whole number from 0 to 65535 (0 takes any free port)
                c.yaml:2:7: unknown key `idd`; did you mean `id`?

                """)
    }
}
