import Benchmark
import LumbungCore

/// What every received byte goes through: the scan of a body, and the writer of string literals.
func jsonBenchmarks() {
    let plan = ScanPlan(pointers: [JSONPointer(key: "uuid"), JSONPointer(key: "type")])
    let oneEvent = Samples.accurateBody(events: 1, payloadBytes: 200)
    measure("scan 200 B, 1 event", scaling: .kilo) { runs in
        for _ in runs { blackHole(try JSONScanner.scan(oneEvent, plan: plan)) }
    }
    let hundredEvents = Samples.accurateBody(events: 100, payloadBytes: 20_000)
    measure("scan 20 kB, 100 events", scaling: .kilo) { runs in
        for _ in runs { blackHole(try JSONScanner.scan(hundredEvents, plan: plan)) }
    }
    let longString = Samples.stringBody(bytes: 1024 * 1024)
    measure("scan 1 MiB, 1 string", scaling: .one) { runs in
        for _ in runs { blackHole(try JSONScanner.scan(longString, plan: plan)) }
    }

    let plainText = Array(repeating: UInt8(ascii: "a"), count: 1024)
    measure("escape 1 KiB, plain", scaling: .kilo) { runs in
        for _ in runs { escape(plainText) }
    }
    let mixedText = Samples.mixedText(bytes: 1024)
    measure("escape 1 KiB, mixed", scaling: .kilo) { runs in
        for _ in runs { escape(mixedText) }
    }
}

private func escape(_ text: [UInt8]) {
    var output: [UInt8] = []
    JSONText.escape(text, into: &output)
    blackHole(output)
}
