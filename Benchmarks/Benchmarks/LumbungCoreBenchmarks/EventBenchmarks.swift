import Benchmark
import LumbungCore

/// What every event and every attempt goes through: the decision after an attempt, and the times as text.
func eventBenchmarks() {
    let policy = RetryPolicy()
    let now = Samples.time
    measure("decide after a delivery", scaling: .kilo) { runs in
        for _ in runs {
            blackHole(DeliveryDecision.following(.delivered, attempt: 1, policy: policy, now: now, jitter: 0.5))
        }
    }
    let unavailable = AttemptOutcome(kind: .status, statusCode: 503, retryAfter: .seconds(30))
    measure("decide after a 503, attempt 11", scaling: .kilo) { runs in
        for _ in runs {
            blackHole(DeliveryDecision.following(unavailable, attempt: 11, policy: policy, now: now, jitter: 0.5))
        }
    }
    measure("write a timestamp", scaling: .kilo) { runs in
        for run in runs { blackHole(Timestamp(milliseconds: now.milliseconds + Int64(run)).iso8601) }
    }
    let written = now.iso8601
    measure("read a timestamp", scaling: .kilo) { runs in
        for _ in runs { blackHole(Timestamp(iso8601: written)) }
    }
}
