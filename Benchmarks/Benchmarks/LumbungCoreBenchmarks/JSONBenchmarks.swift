import Benchmark
import LumbungCore

/// What every received byte goes through: the scan of a body, and the writer of string literals.
func jsonBenchmarks() {
    let plan = ScanPlan(pointers: [JSONPointer(key: "uuid"), JSONPointer(key: "type")])
    let oneEvent = Samples.accurateBody(events: 1, payloadBytes: 200)
    let hundredEvents = Samples.accurateBody(events: 100, payloadBytes: 20_000)
    let longString = Samples.stringBody(bytes: 1024 * 1024)

    Benchmark("scan 200 B, 1 event", configuration: .thousandfold) { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(try JSONScanner.scan(oneEvent, plan: plan))
        }
    }
    Benchmark("scan 20 kB, 100 events") { _ in
        blackHole(try JSONScanner.scan(hundredEvents, plan: plan))
    }
    Benchmark("scan 1 MiB, 1 string") { _ in
        blackHole(try JSONScanner.scan(longString, plan: plan))
    }

    let plainText = Array(repeating: UInt8(ascii: "a"), count: 1024)
    let mixedText = Samples.mixedText(bytes: 1024)
    Benchmark("escape 1 KiB, plain") { _ in
        escape(plainText)
    }
    Benchmark("escape 1 KiB, mixed") { _ in
        escape(mixedText)
    }
}

private func escape(_ text: [UInt8]) {
    var output: [UInt8] = []
    JSONText.escape(text, into: &output)
    blackHole(output)
}
