import Foundation
import Testing

@testable import LumbungServer

@Suite struct ValueFileTests {
    @Test(arguments: ["secret", "secret\n", "secret\r\n"])
    func `a file gives the value without its last line end`(_ text: String) throws {
        let files = ["token": text]
        let byVariable = try load(environment: ["ADMIN_TOKEN_FILE": "token"], files: files).get()
        #expect(byVariable.settings.adminToken?.revealed == "secret")
        #expect(origin(byVariable, .adminToken) == "environment ADMIN_TOKEN_FILE")
        let byFlag = try load(flags: ["admin-token-file": "token"], files: files).get()
        #expect(byFlag.settings.adminToken?.revealed == "secret")
        #expect(origin(byFlag, .adminToken) == "flag --admin-token-file")
        let byKey = try load(yaml: "settings:\n  admin_token_file: token\n", files: files).get()
        #expect(byKey.settings.adminToken?.revealed == "secret")
        #expect(origin(byKey, .adminToken) == "lumbung.yaml:2:21")
    }

    @Test func `every setting but a path has a file form in the environment`() throws {
        let loaded = try load(environment: ["PORT_FILE": "port"], files: ["port": "7\n"]).get()
        #expect(loaded.settings.port == 7)
    }

    @Test func `what stands in a file is never repeated in a problem`() throws {
        let lines = try problemLines(environment: ["PORT_FILE": "port"], files: ["port": "canary\n"])
        #expect(lines.count == 1 && lines[0].hasPrefix("environment PORT_FILE: PORT is what its file holds"))
        #expect(!lines.joined().contains("canary"))
    }

    @Test func `value and file at once are refused`() throws {
        #expect(
            try problemLines(environment: ["ADMIN_TOKEN": "a", "ADMIN_TOKEN_FILE": "token"], files: ["token": "b"]) == [
                "environment ADMIN_TOKEN_FILE: ADMIN_TOKEN is set here by a file and also as it is "
                    + "(environment ADMIN_TOKEN); leave one out"
            ])
        #expect(
            try problemLines(yaml: "settings:\n  admin_token: a\n  admin_token_file: token\n").first?.hasPrefix(
                "lumbung.yaml:3:21: ADMIN_TOKEN is set here by a file and also as it is (lumbung.yaml:2:16)") == true)
    }

    @Test func `a file that cannot be read is refused with the reason`() throws {
        func line(_ name: String, _ files: [String: String] = [:]) throws -> [String] {
            try problemLines(environment: ["ADMIN_TOKEN_FILE": name], files: files)
        }
        let start = "environment ADMIN_TOKEN_FILE: "
        #expect(try line("none") == [start + "cannot read the file \"none\" for ADMIN_TOKEN: there is no such file"])
        #expect(try line("/") == [start + "cannot read the file \"/\" for ADMIN_TOKEN: is a directory"])
        #expect(try line("empty", ["empty": "\n"]) == [start + "the file \"empty\" for ADMIN_TOKEN is empty"])
        let large = String(repeating: "a", count: BoundedFile.valueMaxBytes + 1)
        #expect(
            try line("large", ["large": large]) == [
                start + "cannot read the file \"large\" for ADMIN_TOKEN: it is larger than 65536 bytes"
            ])
        #expect(try line("/dev/zero").first?.hasSuffix("it is larger than 65536 bytes") == true)
    }

    @Test func `a file that is not text is refused`() throws {
        let folder = try TemporaryFolder()
        try Data([0x61, 0xFF]).write(to: URL(fileURLWithPath: folder.path + "/token"))
        let input = ConfigurationInput(environment: ["ADMIN_TOKEN_FILE": "token"], workingDirectory: folder.path)
        #expect(
            ConfigCheck.run(input).rendered
                == "environment ADMIN_TOKEN_FILE: cannot read the file \"token\" for ADMIN_TOKEN: "
                + "it is not UTF-8 text (byte 2)\n"
        )
    }

    private func origin(_ loaded: LoadedConfiguration, _ name: SettingName) -> String? {
        loaded.resolved.first { $0.definition.name == name }?.origin.description
    }
}
