import LumbungCore
import LumbungKit
import Testing

@Suite struct ProvenAsTests {
    @Test(
        arguments: [
            (.json, "application/json", #"[{"uuid":"a"},{"uuid":"b"}]"#, 2),
            (.form, "application/x-www-form-urlencoded", "a=1", 1),
            (.raw, "image/png", "any", 1),
            (
                .cloudEvents, "application/cloudevents+json",
                #"{"id":"1","source":"/s","type":"t","specversion":"1.0"}"#, 1
            ),
        ] as [(BodyFormat, String, String, Int)])
    func `every event says what its source proves`(format: BodyFormat, type: String, body: String, count: Int) {
        for preset in ["", "stripe"] {
            var source = Source(name: "shop", identity: [.sha256])
            source.formats = [format]
            source.provenAs = preset
            let request = IngestRequest(
                source: "shop", headers: [.init(name: "content-type", value: type)], body: Array(body.utf8),
                receivedAt: Timestamp(milliseconds: 0))
            guard case .events(let events) = source.reading(request) else { return #expect(Bool(false)) }
            #expect(events.map(\.provenAs) == Array(repeating: preset, count: count))
        }
    }
}
