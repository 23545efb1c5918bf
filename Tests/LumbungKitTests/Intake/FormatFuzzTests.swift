import LumbungCore
import LumbungTesting
import Testing

@testable import LumbungKit

/// Requests by chance in every format: each is refused with a 4xx, or is events that can be stored and delivered.
@Suite struct FormatFuzzTests {
    private static let bodies = [
        #"{"specversion":"1.0","id":"i","source":"/s","type":"t","data":{"n":[1,"é"]}}"#,
        #"[{"id":"a","type":"t"},{"id":"b","n":{"m":1.5e3}}]"#, "payload=%7B%22id%22%3A%22a%22%7D&id=b&type=t",
        #"{"events":[{"id":"a"},{"id":"b","type":"t"}]}"#, "id=1&id=2&type=%zz",
    ]
    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud800", "&", "=", "%", "%00", "%22", "+", "id", "null",
        "payload=", "\u{0}", "é", "\u{1F33E}", "1e999", "-", " ", "\"id\":\"x\",",
    ]
    private static let values = [
        "", "1.0", "/s", "i", "t", "%", "%00", "%FF", "%20", "\"", "\"a b\"", "\\", "é", "x y", "\t",
        String(repeating: "x", count: 300), String(repeating: "%41", count: 300),
    ]
    private static let types = [
        "application/json", "application/cloudevents+json", "application/cloudevents-batch+json; charset=utf-8",
        "application/x-www-form-urlencoded", "application/cloudevents+xml", "image/png", "", ";", "a/b+json",
    ]
    private static let rules: [IdentityRule] = [
        .template(ValueTemplate(.json("id"), .text(":"), .json("type", isOptional: true), .header("x-a"))),
        .template(ValueTemplate(.form("id"), .header("x-a", isOptional: true))), .json(JSONPointer(key: "id")),
        .form("id"), .header("x-a"), .sha256,
    ]

    private static func headers(_ chance: inout SeededGenerator) -> [(String, String)] {
        let names = ["ce-id", "ce-source", "ce-type", "ce-specversion", "CE-Id", "x-a", "ce-x"]
        let some = names.filter { _ in chance.chance(percent: 70) }
        return [("Content-Type", chance.pick(from: types) ?? "")]
            + some.map { ($0, chance.pick(from: values) ?? "") }
    }

    @Test(arguments: [
        [BodyFormat.json], [.form], [.formPayload], [.cloudEvents], [.raw], [.json, .formPayload, .cloudEvents, .raw],
    ]) func `what chance makes of a request`(formats: [BodyFormat]) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var chance = SeededGenerator(seed: seed)
        for round in 0..<600 {
            var bench = FormatBench(
                formats, id: [chance.pick(from: Self.rules) ?? .sha256], type: .json(JSONPointer(key: "type")))
            if chance.chance(percent: 30) { bench.source.split = JSONPointer(key: "events") }
            let sample = chance.pick(from: Self.bodies) ?? ""
            let body =
                chance.chance(percent: 10)
                ? chance.bytes(upTo: 60) : Array(chance.changed(sample, with: Self.pieces).utf8)
            let headers = Self.headers(&chance)
            let note: Comment = "seed \(seed), round \(round): \(headers) \(String(decoding: body, as: UTF8.self))"
            do throws(Problem) {
                for event in try bench.events(body, headers) { Self.check(event, body, note) }
            } catch {
                #expect([400, 415].contains(error.status), note)
            }
        }
    }

    private static func check(_ event: NewEvent, _ body: [UInt8], _ note: Comment) {
        let isPart = body.isEmpty ? event.payload.isEmpty : body.firstRange(of: event.payload) != nil
        #expect(isPart, note)
        #expect((1...IdentityRule.longestBytes).contains(event.identity.utf8.count), note)
        #expect(event.identity.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, note)
        #expect(event.type.utf8.count <= 256, note)
        #expect((try? JSONScanner.scan(Array(event.headers.utf8), plan: ScanPlan(pointers: []))) != nil, note)
    }
}
