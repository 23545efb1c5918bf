import Configuration
import Synchronization

/// Notes which provider gave each value that a reader returned.
final class OriginRecorder: AccessReporter {
    private let winners = Mutex<[String: String]>([:])

    /// Notes the provider of the event's value; the reader stops asking at the first that has one.
    func report(_ event: AccessEvent) {
        let winner = event.providerResults.last { (try? $0.result.get())?.value != nil }
        guard let winner else { return }
        let key = event.metadata.key.components.joined(separator: ".")
        winners.withLock { $0[key] = winner.providerName }
    }

    /// The name of the provider that gave the key's value; nil when none did.
    func providerName(of key: String) -> String? {
        winners.withLock { $0[key] }
    }
}
