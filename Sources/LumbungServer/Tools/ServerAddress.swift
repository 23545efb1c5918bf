import LumbungTransport

/// The address of a server as it is typed; read like a destination's, since the client traps on ports that there are not.
public enum ServerAddress {
    /// Why an ingest URL cannot be used; nil when it can.
    public static func fault(in url: String) -> String? {
        do throws(HTTPDestinationError) {
            _ = try DestinationURL(url)
            return nil
        } catch {
            return error.description
        }
    }

    /// Why the address of an admin listener, to which paths are added, cannot be used; nil when it can.
    public static func fault(inBase url: String) -> String? {
        fault(in: url) ?? (url.utf8.contains(UInt8(ascii: "?")) ? "the URL has a query" : nil)
    }
}
