import LumbungCore
import LumbungTesting

/// Everything that a seed decides before the simulation begins.
struct SimulationPlan {
    /// What a destination is like in every life.
    struct Place {
        var name: String
        var concurrency: Int?
        var rate: DeliveryRate?
        var retry: RetryPolicy
        var isImmediate: Bool
        var isPausedByFile: Bool
        /// How long an attempt may take.
        var timeout: Duration
        /// Nil for a destination without `order_by`.
        var deadBlocks: Bool?
        var weather: [Spell]
    }

    /// A time in which a destination behaves badly towards everybody.
    struct Spell {
        enum Kind: CaseIterable {
            case refuses, hangs, throttles, throttlesForLong, flickers
        }

        var kind: Kind
        var from: Duration
        var to: Duration
    }

    /// What one event does to a destination, whatever the weather.
    enum Nature: Sendable {
        case well
        case fails(times: Int)
        case hangs(times: Int)
        case gone
        case unwanted
        case kills(times: Int)
    }

    /// One event that a sender sends, until it is told that it is stored.
    struct Arrival {
        var event: NewEvent
        var natures: [DestinationID: Nature]
    }

    /// What happens at a point in simulated time.
    enum Action {
        case arrive([Arrival])
        case wish(Wish)
        case setClock(by: Duration)
        case stop
        case crash
        case start
        case finish
    }

    /// What an operator wants.
    enum Wish {
        case pause(String)
        case resume(String)
        case replay
        case replayMany(DeliveryRate?)
        case cancel
        case remove(DestinationID)
        case putBack(DestinationID)
        case relimit(DestinationID, concurrency: Int?, rate: DeliveryRate?)
        /// Everything configured, nothing paused.
        case settle
        /// Ends one dead delivery that keeps others waiting.
        case free(EventID, String)
    }

    var workerCount: Int
    var queueBuffer: Int
    var grace: Duration
    var leaseDuration: Duration
    var pruneInterval: Duration
    var retention: RetentionPolicy
    /// Every draw for jitter, the same in one simulation, so that the oracle knows how long a breaker rests.
    var jitter: Double
    var order: SimulationExecutor.Order
    var places: [DestinationID: Place] = [:]
    var actions: [(at: Duration, action: Action)] = []
    /// Store calls out of a hundred that fail with nothing done.
    var faultPercent: Int
    /// Store calls out of a thousand that fail with nobody knowing, so that the process ends.
    var unknownPerMille: Int
    /// Results out of a hundred that the store refuses for ever.
    var cursedPercent: Int
    /// The longest that the store takes before and after a commit.
    var latency: Duration
    var horizon: Duration

    /// The plan in words, for whoever replays a seed.
    var summary: [String] {
        var lines = [
            "\(workerCount) workers, \(queueBuffer) leases at most, grace \(grace), lease \(leaseDuration), jitter \(jitter)",
            "faults \(faultPercent) %, unknown \(unknownPerMille) per mille, refused results \(cursedPercent) %, latency \(latency)",
        ]
        for (id, place) in places.sorted(by: { $0.key < $1.key }) { lines.append("\(id.value): \(place)") }
        return lines
    }
}
