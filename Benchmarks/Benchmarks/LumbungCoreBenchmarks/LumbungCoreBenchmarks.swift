import Benchmark

/// The entry point that the generated main file calls.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .cpuTotal, .throughput],
        warmupIterations: 10,
        maxDuration: .seconds(2),
        maxIterations: 20_000
    )
    jsonBenchmarks()
    eventBenchmarks()
    engineBenchmarks()
}

extension Benchmark.Configuration {
    /// For what takes well under a microsecond: a thousand times in one sample, shown per single run.
    static var thousandfold: Benchmark.Configuration { .init(scalingFactor: .kilo) }
}
