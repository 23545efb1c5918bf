import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTransport
import NIOCore

/// Makes the engine's destinations out of the configured ones; nothing is connected or looked up yet.
struct DestinationFactory: Sendable {
    var logs: Logs
    var eventLoopGroup: any EventLoopGroup
    var workerCount: Int

    /// Every configured destination by its name.
    /// - Throws: ``ServerFailure`` for what the file may say and a transport cannot do.
    func destinations(_ inbox: InboxConfiguration) throws(ServerFailure) -> [String: Destination] {
        var made: [String: Destination] = [:]
        for configured in inbox.destinations { made[configured.name] = try destination(configured) }
        return made
    }

    private func destination(_ configured: DestinationConfiguration) throws(ServerFailure) -> Destination {
        Destination(
            name: configured.name,
            transport: try transport(configured),
            retry: RetryPolicy(
                attempts: configured.retry.attempts,
                first: configured.retry.firstWait,
                longest: configured.retry.longestWait,
                permanent: Set(configured.permanent)
            ),
            concurrency: configured.concurrency,
            rate: configured.rate.map { DeliveryRate(count: $0.count, period: $0.period) },
            isPaused: configured.isPaused
        )
    }

    private func transport(_ configured: DestinationConfiguration) throws(ServerFailure) -> any Transport {
        switch configured.kind {
        case .log:
            return LogTransport(logger: logs.logger("lumbung.destination.\(configured.name)"))
        case .http(let http):
            do throws(HTTPDestinationProblem) {
                var destination = try http.destination()
                destination.concurrency = configured.concurrency ?? workerCount
                return HTTPTransport(destination: destination, eventLoopGroup: eventLoopGroup)
            } catch {
                throw ServerFailure("destination \(configured.name): \(error)", exitCode: 78)
            }
        case .command(let command):
            do throws(CommandDestinationError) {
                return CommandTransport(destination: try command.destination())
            } catch {
                throw ServerFailure("destination \(configured.name): \(error)", exitCode: 78)
            }
        }
    }
}

extension CommandDestinationConfiguration {
    /// The destination as the transport takes it.
    /// - Throws: `CommandDestinationError`.
    func destination() throws(CommandDestinationError) -> CommandDestination {
        var destination = try CommandDestination(
            arguments: arguments, environment: environment.map { ($0.name, $0.value.revealed) }, directory: directory)
        destination.timeout = timeout
        return destination
    }
}

/// Why an address, its headers, its secrets or its files cannot be used.
struct HTTPDestinationProblem: Error, CustomStringConvertible {
    /// One sentence that repeats no secret.
    let description: String
}

extension HTTPDestinationConfiguration {
    /// The destination as the transport takes it; `config check` makes it too, without its files, so that it accepts
    /// nothing that a start refuses but what stands in them.
    /// - Throws: ``HTTPDestinationProblem``.
    func destination(withFiles: Bool = true) throws(HTTPDestinationProblem) -> HTTPDestination {
        var destination: HTTPDestination
        do throws(HTTPDestinationError) {
            destination = try HTTPDestination(
                url: url, headers: headers.map { ($0.name, $0.value.revealed) },
                tls: withFiles
                    ? DestinationTLS(
                        caFile: caFile, clientCertificateFile: clientCertificateFile, clientKeyFile: clientKeyFile)
                    : DestinationTLS())
        } catch {
            throw HTTPDestinationProblem(description: "\(error)")
        }
        for secret in secrets {
            do throws(SigningSecretError) {
                destination.secrets.append(try SigningSecret(secret.revealed))
            } catch {
                throw HTTPDestinationProblem(description: "`secret`: \(error)")
            }
        }
        destination.timeout = timeout
        destination.allowPrivate = allowPrivate
        destination.userAgent = "Lumbung/\(LumbungVersion.text)"
        return destination
    }
}
