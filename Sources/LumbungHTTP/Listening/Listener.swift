import Logging
import NIOCore
import ServiceLifecycle

/// Runs a server and says in one line why it could not listen.
struct Listener: Sendable {
    var host: String
    var port: Int
    var onListening: @Sendable (Int) async -> Void

    /// Wraps the service that `make` builds around the callback for its bound channel.
    func service(_ make: (@escaping @Sendable (any Channel) async -> Void) -> any Service) -> any Service {
        let (onListening, port) = (onListening, port)
        let server = make { channel in await onListening(channel.localAddress?.port ?? port) }
        return ListenerService(server: server, host: host, port: port)
    }

    /// A logger for the server underneath, which would otherwise announce its address a second time.
    static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return quiet
    }
}

private struct ListenerService: Service {
    let server: any Service
    let host: String
    let port: Int

    func run() async throws {
        do {
            try await server.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ListenError(host: host, port: port, cause: error)
        }
    }
}
