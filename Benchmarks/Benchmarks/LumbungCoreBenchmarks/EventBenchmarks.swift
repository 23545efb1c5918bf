import Benchmark
import LumbungCore

/// What every event and every attempt goes through: the decision after an attempt, and the written time.
func eventBenchmarks() {
    let policy = RetryPolicy()
    let now = Samples.time

    Benchmark("decision after a delivery", configuration: .thousandfold) { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(
                DeliveryDecision.following(.delivered, attempt: 1, policy: policy, now: now, jitter: 0.5))
        }
    }
    let unavailable = AttemptOutcome(kind: .status, statusCode: 503, retryAfter: .seconds(30))
    Benchmark("decision after a 503, attempt 11", configuration: .thousandfold) { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(
                DeliveryDecision.following(unavailable, attempt: 11, policy: policy, now: now, jitter: 0.5))
        }
    }
    Benchmark("write a timestamp", configuration: .thousandfold) { benchmark in
        for step in benchmark.scaledIterations {
            blackHole(Timestamp(milliseconds: now.milliseconds + Int64(step)).iso8601)
        }
    }
    let written = now.iso8601
    Benchmark("read a timestamp", configuration: .thousandfold) { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(Timestamp(iso8601: written))
        }
    }
}
