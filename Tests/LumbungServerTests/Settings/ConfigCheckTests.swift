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
