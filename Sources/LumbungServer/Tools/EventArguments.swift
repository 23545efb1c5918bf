import LumbungCore
import LumbungHTTP

/// What can be told of arguments before a server is asked, by the server's own reading of them.
public enum EventArguments {
    /// Why no server takes these parameters of the event list; nil when it may.
    public static func fault(in parameters: [(name: String, value: String)]) -> String? {
        AdminParameters.fault(in: parameters)
    }

    /// A time as the event list takes it; nil for none.
    static func time(_ text: String) -> Timestamp? { AdminParameters.time(text) }

    /// Why no server takes this rate of a replay; nil when it may.
    public static func fault(inRate text: String) -> String? {
        AdminParameters.fault(inRate: text)
    }
}
