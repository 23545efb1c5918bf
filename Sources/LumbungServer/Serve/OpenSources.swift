import Logging

/// Tells of the sources that anybody can write to.
enum OpenSources {
    static func report(_ inbox: InboxConfiguration, logger: Logger) {
        let names = inbox.sources.filter(\.isOpenToAnyone).map(\.name)
        guard !names.isEmpty else { return }
        logger.warning(
            "anyone who reaches the ingest listener can send to these sources: set `allow`, `token` or `verify` with a secret in the config file",
            metadata: ["sources": "\(names.joined(separator: ", "))"])
    }
}
