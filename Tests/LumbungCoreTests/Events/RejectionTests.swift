import LumbungCore
import LumbungTesting
import Testing

struct RejectionTests {
    @Test(arguments: [0, 4095, 4096, 4097, 1 << 20])
    func `the body is cut to its first 4 KiB`(_ bytes: Int) {
        let body = (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }
        let rejection = Rejection(
            source: "shop", rejectedAt: NewEvent.sampleTime, status: 400, reason: "", headers: "{}", body: body)
        #expect(rejection.bodyPrefix == Array(body.prefix(4096)))
    }

    @Test(arguments: [0, 16_383, 16_384, 16_385])
    func `the response of an attempt is cut to its first 16 KiB`(_ bytes: Int) {
        let outcome = AttemptOutcome(kind: .status, response: [UInt8](repeating: 9, count: bytes))
        #expect(outcome.response.count == min(bytes, 16_384))
    }
}
