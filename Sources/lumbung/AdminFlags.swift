import ArgumentParser
import Foundation
import LumbungServer

/// Where the commands find the admin listener of a running server: the few settings that they need.
struct AdminFlags: ParsableArguments {
    @Option(
        name: .customLong("admin-url"), help: "The whole address of the admin listener, such as http://127.0.0.1:9001.")
    var adminURL: String?

    @Option(name: .customLong("admin-host"), help: .setting(.adminHost))
    var adminHost: String?

    @Option(name: .customLong("admin-port"), help: .setting(.adminPort))
    var adminPort: String?

    @Option(name: .customLong("admin-token"), help: .setting(.adminToken))
    var adminToken: String?

    @Option(
        name: .customLong("admin-token-file"), help: "File that holds the admin token. Environment: ADMIN_TOKEN_FILE.")
    var adminTokenFile: String?

    @Option(name: .customLong("config-file"), help: .setting(.configFile))
    var configFile: String?

    @Flag(help: "Print the server's JSON for programs.")
    var json = false

    func validate() throws {
        if let adminURL, let fault = ServerAddress.fault(inBase: adminURL) {
            throw ValidationError("--admin-url must be a whole address such as http://127.0.0.1:9001: \(fault)")
        }
    }

    /// The way to the server.
    ///
    /// - Throws: Exit code 78 after every problem of the configuration was told on standard error.
    func access() throws -> AdminAccess {
        let loaded = try ConfigurationInput.load(flags: [
            "admin-host": adminHost, "admin-port": adminPort, "admin-token": adminToken,
            "admin-token-file": adminTokenFile, "config-file": configFile,
        ])
        return AdminAccess(settings: loaded.settings, url: adminURL)
    }
}

/// Where `lumbung send` finds the ingest listener.
struct IngestFlags: ParsableArguments {
    @Option(name: .customLong("port"), help: .setting(.port))
    var port: String?

    @Option(name: .customLong("config-file"), help: .setting(.configFile))
    var configFile: String?

    /// Reads the configuration.
    ///
    /// - Throws: Exit code 78 after every problem was told on standard error.
    func load() throws -> LoadedConfiguration {
        try ConfigurationInput.load(flags: ["port": port, "config-file": configFile])
    }
}

extension ConfigurationInput {
    /// What the process was given.
    init(given flags: [String: String]) {
        self.init(
            flags: flags,
            environment: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath
        )
    }

    /// Reads the configuration with these flags, nil for one that was not given.
    ///
    /// - Throws: Exit code 78 after every problem was told on standard error.
    static func load(flags: [String: String?]) throws -> LoadedConfiguration {
        do throws(InvalidConfiguration) {
            return try ConfigurationLoader.load(ConfigurationInput(given: flags.compactMapValues { $0 }))
        } catch {
            for line in error.lines { Terminal.complain(line) }
            throw ExitCode(78)
        }
    }
}
