public import LumbungCore
import LumbungKit

/// The admin API's own reading of parameters, for whoever is about to ask it.
public enum AdminParameters {
    /// Why the event list refuses these; nil when it takes them.
    public static func fault(in parameters: [(name: String, value: String)]) -> String? {
        do throws(Problem) {
            _ = try EventListRequest(pairs: parameters)
            return nil
        } catch {
            return error.detail
        }
    }

    /// A time as `from` and `to` take it; nil for none.
    public static func time(_ text: String) -> Timestamp? { InstantText.read(text) }

    /// Why a replay of many refuses this rate; nil when it takes it.
    public static func fault(inRate text: String) -> String? {
        guard DeliveryRate(text) == nil else { return nil }
        return
            "`rate` must be 1 to \(DeliveryRate.maxCount) events a second, minute or hour, such as 50/s, 600/m or 3600/h"
    }
}
