import Testing

@testable import LumbungTransport

@Suite struct AdminClientTests {
    @Test func `parameters are encoded whatever they hold`() {
        #expect(AdminClient.target("http://h/p", []) == "http://h/p")
        #expect(
            AdminClient.target("http://h/p", [("q", "a b&c=ü+"), ("type", "")])
                == "http://h/p?q=a%20b%26c%3D%C3%BC%2B&type=")
        #expect(AdminClient.encoded("a-Z_0.~/..") == "a-Z_0.~%2F..")
    }

    @Test func `nobody there is told at once and shows no token`() async {
        let client = AdminClient(base: "http://127.0.0.1:1/", token: "s3cret")
        let error = await #expect(throws: AdminClient.Unreachable.self) { _ = try await client.send(.init(path: "/x")) }
        #expect(error?.description.hasPrefix("no answer from http://127.0.0.1:1: ") == true)
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test func `an answer that is no HTTP ends neither command`() async throws {
        let answer = WireSink.Script.always([.send("HTTP/1.1 099 X\r\ncontent-length: 0\r\n\r\n")])
        try await WireSink.run(answering: answer) { sink in
            let admin = AdminClient(base: sink.url(), token: nil)
            await #expect(throws: AdminClient.Unreachable.self) { _ = try await admin.send(.init(path: "/x")) }
            let sender = WebhookSender(url: sink.url())
            let error = await #expect(throws: WebhookSender.Unreachable.self) { _ = try await sender.post([]) }
            #expect(error?.description.hasSuffix("the answer is no valid HTTP: it has the status 99") == true)
        }
    }
}
