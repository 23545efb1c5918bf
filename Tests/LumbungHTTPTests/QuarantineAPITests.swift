import LumbungCore
import LumbungKit
import Testing

@testable import LumbungHTTP

/// What an operator may say about the quarantine, at the edges; the answers are tested on the real program.
@Suite struct QuarantineAPITests {
    private static func body(_ text: String, takesDryRun: Bool = true) throws -> QuarantineBody {
        try QuarantineBody(Array(text.utf8), takesDryRun: takesDryRun)
    }

    @Test func `a body says which requests`() throws {
        #expect(try Self.body(#"{"id":9223372036854775807}"#).choice == .one(QuarantineID(.max)))
        #expect(try Self.body(#"{"source":"a b"}"#).choice == .source("a b"))
        #expect(try Self.body(#"{"all":true,"id":null,"dry_run":true}"#).choice == .all)
        #expect(try Self.body(#"{"all":true,"dry_run":true}"#).isDryRun)
        #expect(try !Self.body(#"{"all":true}"#).isDryRun)
    }

    @Test(arguments: [
        ("", "the body"), ("[]", "one JSON object"), (#"{"all":true}{}"#, "the body"),
        (#"{"id":9223372036854775808}"#, "`id`"), (#"{"id":1.5}"#, "`id`"), (#"{"id":-1}"#, "`id`"),
        (#"{"id":[1]}"#, "`id`"), (#"{"id":1,"id":2}"#, "more than once"), (#"{"source":["a"]}"#, "`source`"),
        (#"{"source":"\ud800"}"#, "`source`"), (#"{"source":"a\u0000b"}"#, "`source`"),
        (#"{"source":null}"#, "say which"), (#"{"all":1}"#, "`all`"),
        (#"{"source":"a","all":true}"#, "say which"), (#"{"all":true,"dryrun":true}"#, "dryrun"),
        (#"{"all":true,"dry_run":"yes"}"#, "`dry_run`"),
    ])
    func `a body that could be misread is refused, and says where`(_ text: String, _ words: String) throws {
        let problem = #expect(throws: Problem.self) { _ = try Self.body(text) }
        #expect(problem?.status == 400)
        #expect(problem?.detail.contains(words) == true, "\(problem?.detail ?? "")")
    }

    @Test func `a dry run of what has none is refused`() {
        let problem = #expect(throws: Problem.self) {
            _ = try Self.body(#"{"all":true,"dry_run":true}"#, takesDryRun: false)
        }
        #expect(problem?.detail.contains("dry_run") == true)
    }

    @Test func `a list takes a source, a page's length and where it begins`() throws {
        let asked = try QuarantineListRequest("source=a%20b&limit=200&cursor=7").query
        #expect(asked == QuarantineQuery(source: "a b", before: QuarantineID(7), limit: 200))
        #expect(try QuarantineListRequest(nil).query == QuarantineQuery())
        #expect(try QuarantineListRequest("limit=1").query.limit == 1)
    }

    @Test(arguments: [
        ("limit=0", "`limit`"), ("limit=201", "`limit`"), ("limit=1&limit=1", "more than once"),
        ("cursor=0", "`cursor`"),
        ("cursor=x", "`cursor`"), ("source=", "is empty"), ("source=%00", "NUL"), ("step=token", "step"),
        ("source=%FF", "UTF-8"),
    ])
    func `a parameter that means nothing is refused`(_ query: String, _ words: String) {
        let problem = #expect(throws: Problem.self) { _ = try QuarantineListRequest(query) }
        #expect(problem?.status == 400)
        #expect(problem?.detail.contains(words) == true, "\(problem?.detail ?? "")")
    }
}
