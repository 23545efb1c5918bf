import Testing

@testable import LumbungServer

@Suite struct VerifyCommandTests {
    /// What the command says of a body, and why the request is refused.
    private static func answer(
        _ yaml: String, body: String, headers: String = "Content-Type: application/json\n"
    ) throws -> (text: String, failure: String?) {
        let folder = try TemporaryFolder()
        try folder.write(body, to: "body")
        try folder.write(headers, to: "headers")
        let options = VerifyCommand.Options(
            source: "s", headersFile: folder.path + "/headers", bodyFile: folder.path + "/body", target: nil,
            receivedAt: "2026-11-25T08:00:00.000Z")
        let answer = try VerifyCommand(options, inbox: inbox("sources:\n  s: \(yaml)\n")).run()
        return (answer.text, answer.failure.map { "\($0)" })
    }

    private static let graph = "{preset: microsoft-graph, secret: a-client-state}"

    private static func notifications(_ states: String?...) -> String {
        let items = states.enumerated().map { index, state in
            state.map { #"{"id":"n\#(index)","clientState":"\#($0)"}"# } ?? #"{"id":"n\#(index)"}"#
        }
        return #"{"value":["# + items.joined(separator: ",") + "]}"
    }

    @Test func `of a batch with a token in each event the wrong ones are named`() throws {
        let wrong = try Self.answer(
            Self.graph, body: Self.notifications("a-client-state", "wrong", "a-client-state", "wrong"))
        #expect(wrong.text.contains("events 2, 4 of 4"), "\(wrong)")
        #expect(wrong.failure?.contains("events 2, 4 of 4") == true, "\(wrong)")
        let missing = try Self.answer(Self.graph, body: Self.notifications("a-client-state", nil))
        #expect(missing.text.contains("event 2 of 2") && missing.text.contains("not there"), "\(missing)")
        #expect(missing.failure?.contains("event 2") == true, "\(missing)")
        let broken = try Self.answer(Self.graph, body: #"{"value":["#)
        #expect(broken.failure?.contains("cannot be read") == true, "\(broken)")
        let none = try Self.answer(Self.graph, body: #"{"value":[]}"#)
        #expect(none.failure?.contains("no event") == true, "\(none)")
    }

    @Test func `what passes and cannot be read is told`() throws {
        let open = "{verify: {scheme: none}, id: json:/id, split: /events}"
        for (body, expected) in [
            ("{", "400"), (#"{"events":1}"#, "/events"), (#"{"events":[{"id":"a","id":"b"}]}"#, "twice"), ("", "400"),
        ] {
            let answer = try Self.answer(open, body: body)
            let failure = try #require(answer.failure, "\(body) was taken: \(answer)")
            #expect(failure.contains(expected) && failure.contains("cannot be read"), "\(answer)")
        }
        let type = try Self.answer(
            "{verify: {scheme: none}, format: [json, form]}", body: "a", headers: "Content-Type: a/b\n")
        #expect(type.failure?.contains("415") == true, "\(type)")
    }

    @Test func `what passes says which events it is`() throws {
        let two = try Self.answer(Self.graph, body: Self.notifications("a-client-state", "a-client-state"))
        #expect(two.failure == nil && two.text.contains("n0") && two.text.contains("n1"), "\(two)")
        #expect(two.text.contains("secret 1"))
        let none = try Self.answer("{verify: {scheme: none}, split: \"\"}", body: "[]")
        #expect(none.failure == nil && none.text.contains("no event"), "\(none)")
        let question = try Self.answer(
            "{verify: {scheme: none}, handshake: [slack]}",
            body: #"{"type":"url_verification","challenge":"c"}"#)
        #expect(question.failure == nil && question.text.contains("question"), "\(question)")
    }
}
