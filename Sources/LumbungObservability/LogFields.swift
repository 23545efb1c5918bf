import Logging

/// The metadata of one event, merged and sorted by key.
enum LogFields {
    /// Merges in swift-log's order: the handler's own metadata, then the provider's, then the call's; later ones win.
    ///
    /// An error handed to the call becomes `error.message` and `error.type`.
    static func sorted(
        own: Logger.Metadata,
        provider: Logger.MetadataProvider?,
        event: LogEvent
    ) -> [(key: String, value: Logger.MetadataValue)] {
        var merged = own
        if let provided = provider?.get(), !provided.isEmpty {
            merged.merge(provided) { _, later in later }
        }
        if let explicit = event.metadata, !explicit.isEmpty {
            if merged.isEmpty { merged = explicit } else { merged.merge(explicit) { _, later in later } }
        }
        if let error = event.error {
            merged["error.message"] = .string(String(describing: error))
            merged["error.type"] = .string(String(reflecting: type(of: error)))
        }
        return sorted(merged)
    }

    static func sorted(_ metadata: Logger.Metadata) -> [(key: String, value: Logger.MetadataValue)] {
        metadata.sorted { $0.key < $1.key }
    }
}
