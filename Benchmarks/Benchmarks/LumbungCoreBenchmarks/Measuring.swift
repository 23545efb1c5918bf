import Benchmark

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension BenchmarkMetric {
    /// The processor time of the measured thread, in nanoseconds: what a busy machine does not change.
    ///
    /// The built-in metric counts in scheduler ticks of 10 ms on Linux, longer than a sample, so its median is 0.
    static let threadCPU = BenchmarkMetric.custom("Time (thread CPU) (ns)")
}

/// Defines a benchmark of `body`, which does its work once for each element of the range.
///
/// Shown are the values of one run. Reading the processor time costs a system call at both ends of a sample, so that
/// what takes less than 100 µs is run a thousand times in each: `scaling: .kilo`.
func measure(
    _ name: String,
    scaling: BenchmarkScalingFactor,
    body: @escaping (_ runs: Range<Int>) throws -> Void
) {
    Benchmark(name, configuration: .init(scalingFactor: scaling)) { benchmark in
        benchmark.startMeasurement()
        let start = threadCPUNanoseconds()
        try body(benchmark.scaledIterations)
        let end = threadCPUNanoseconds()
        benchmark.stopMeasurement()
        benchmark.measurement(.threadCPU, end - start)
    }
}

private func threadCPUNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
}
