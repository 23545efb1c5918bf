import Foundation
import Testing

@testable import LumbungServer

@Suite struct ConfigFileChoiceTests {
    @Test func `lumbung.yaml in the working directory is read`() throws {
        let loaded = try load(yaml: "settings: {port: 1}\n").get()
        #expect(loaded.settings.port == 1)
        #expect(loaded.settings.configFile == "lumbung.yaml")
    }

    @Test func `another file is read when it is named, by flag before environment`() throws {
        let files = ["a.yaml": "settings: {port: 1}", "b.yaml": "settings: {port: 2}"]
        let byVariable = try load(environment: ["CONFIG_FILE": "a.yaml"], yaml: "nonsense: 1", files: files).get()
        #expect(byVariable.settings.port == 1)
        #expect(byVariable.settings.configFile == "a.yaml")
        let byFlag = try load(flags: ["config-file": "b.yaml"], environment: ["CONFIG_FILE": "a.yaml"], files: files)
            .get()
        #expect(byFlag.settings.port == 2)
    }

    @Test func `a named file that is missing is refused`() throws {
        #expect(
            try problemLines(environment: ["CONFIG_FILE": "none.yaml"]) == [
                "environment CONFIG_FILE: cannot read the config file \"none.yaml\": there is no such file"
            ])
        #expect(
            try problemLines(flags: ["config-file": ""]) == [
                "flag --config-file: CONFIG_FILE is empty, but must be the path of a file"
            ])
    }

    @Test func `a folder named lumbung.yaml is refused`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/lumbung.yaml", withIntermediateDirectories: false)
        let check = ConfigCheck.run(ConfigurationInput(environment: [:], workingDirectory: folder.path))
        #expect(check.rendered == "lumbung.yaml: cannot read the config file \"lumbung.yaml\": is a directory\n")
    }

    @Test func `a file of 1 MiB is read, one byte more is not`() throws {
        let fits = "#" + String(repeating: "x", count: YAMLDocument.maxBytes - 1)
        #expect(try problemLines(yaml: fits).isEmpty)
        #expect(
            try problemLines(yaml: fits + "x") == [
                "lumbung.yaml: cannot read the config file \"lumbung.yaml\": it is larger than 1048576 bytes"
            ])
    }

    @Test func `the file cannot name another file`() throws {
        #expect(
            try problemLines(yaml: "settings:\n  config_file: x\n") == [
                "lumbung.yaml:2:3: `config_file` cannot be set inside the config file; use CONFIG_FILE or --config-file"
            ])
    }
}
