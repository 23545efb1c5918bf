import LumbungCore
import LumbungKit
import LumbungSignatures
import LumbungTransport
import NIOCore

/// A destination of the engine, and what it was made out of.
struct MadeDestination: Sendable {
    let configuration: DestinationConfiguration
    let destination: Destination
}

/// Makes the engine's destinations out of the configured ones; nothing is connected or looked up yet.
struct DestinationFactory: Sendable {
    var logs: Logs
    var eventLoopGroup: any EventLoopGroup
    var workerCount: Int
    /// Where no destination may lead.
    var ownListeners = OwnListeners()

    /// Every configured destination by its name.
    /// - Parameters:
    ///   - inbox: The configuration.
    ///   - former: Those of the configuration before. One that still goes to the same place keeps its transport, with its
    ///     connections, unless it has files for TLS: those are read again.
    /// - Throws: ``ServerFailure`` for what the file may say and a transport cannot do.
    func destinations(
        _ inbox: InboxConfiguration, keeping former: [String: MadeDestination] = [:]
    ) throws(ServerFailure) -> [String: MadeDestination] {
        var made: [String: MadeDestination] = [:]
        for configured in inbox.destinations {
            let destination: Destination
            if let kept = former[configured.name], kept.configuration.sharesTransport(with: configured) {
                destination = self.destination(configured, of: kept.destination)
            } else {
                destination = try self.destination(configured)
            }
            made[configured.name] = MadeDestination(configuration: configured, destination: destination)
        }
        return made
    }

    /// The same destination with the limits that it is configured with now.
    private func destination(_ configured: DestinationConfiguration, of kept: Destination) -> Destination {
        var destination = kept
        destination.retry = configured.policy
        destination.concurrency = configured.concurrency
        destination.rate = configured.rate
        destination.isPaused = configured.isPaused
        return destination
    }

    private func destination(_ configured: DestinationConfiguration) throws(ServerFailure) -> Destination {
        Destination(
            name: configured.name,
            transport: try transport(configured),
            retry: configured.policy,
            concurrency: configured.concurrency,
            rate: configured.rate,
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
                return HTTPTransport(
                    destination: destination, ownListeners: ownListeners, eventLoopGroup: eventLoopGroup)
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

extension DestinationConfiguration {
    fileprivate var policy: RetryPolicy {
        RetryPolicy(
            attempts: retry.attempts, first: retry.firstWait, longest: retry.longestWait, permanent: Set(permanent))
    }

    /// Whether the transport of this one does for another one of the name.
    fileprivate func sharesTransport(with other: DestinationConfiguration) -> Bool {
        guard order == nil, other.order == nil, kind == other.kind, concurrency == other.concurrency else {
            return false
        }
        guard case .http(let http) = kind else { return true }
        return http.caFile == nil && http.clientCertificateFile == nil && http.clientKeyFile == nil
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
        do throws(VerifierError) {
            destination.proof = try resign?.proof()
        } catch {
            throw HTTPDestinationProblem(description: "`resign`: \(error)")
        }
        destination.timeout = timeout
        destination.allowPrivate = allowPrivate
        destination.userAgent = "Lumbung/\(LumbungVersion.text)"
        return destination
    }
}
