import Benchmark

/// The entry point that the generated main file calls.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .threadCPU, .throughput],
        warmupIterations: 3,
        maxDuration: .seconds(3),
        maxIterations: 20_000
    )
    jsonBenchmarks()
    eventBenchmarks()
    engineBenchmarks()
    verificationBenchmarks()
}
