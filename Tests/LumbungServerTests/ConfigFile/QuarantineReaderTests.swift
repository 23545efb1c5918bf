import LumbungCore
import LumbungKit
import Testing

@testable import LumbungServer

@Suite struct QuarantineReaderTests {
    private func rule(_ lines: String) throws -> QuarantineRule? {
        let source = try #require(inbox("sources:\n  a:\n    token: t\n    \(lines)\n").sources.first)
        let made = try Wiring.source(source)
        #expect(made.quarantine == source.quarantine)
        return source.quarantine
    }

    @Test func `a failed check is refused and no more by default`() throws {
        #expect(try rule("rate: 1/s") == nil)
        #expect(try rule("on_failed_check: refuse") == nil)
    }

    @Test func `a quarantine has bounds of its own`() throws {
        let rule = try #require(try rule("on_failed_check: quarantine"))
        #expect((rule.limits.requests, rule.limits.bytes, rule.answerStatus) == (1000, 67_108_864, 401))
        #expect(rule.lifetime == .seconds(7 * 86_400))
    }

    @Test func `its bounds and its answer can be set`() throws {
        let rule = try #require(
            try rule(
                "on_failed_check: quarantine\n    quarantine: {answer: 202, requests: 10, bytes: 1024, days: 30}"))
        #expect((rule.limits.requests, rule.limits.bytes, rule.answerStatus) == (10, 1024, 202))
        #expect(rule.lifetime == .seconds(30 * 86_400))
    }

    @Test(arguments: [
        ("token: t, on_failed_check: keep", "`on_failed_check`: expected `refuse` or `quarantine`, found \"keep\""),
        ("token: t, quarantine: {days: 1}", "`quarantine` needs `on_failed_check: quarantine`"),
        (
            "on_failed_check: quarantine",
            "`on_failed_check: quarantine`: nothing is checked here that could fail; set `verify` or `token`"
        ),
        (
            "token: t, on_failed_check: quarantine, quarantine: {answer: 403}",
            "`answer`: expected 401, or 200 to 299 for a sender that gives up a receiver that refuses, found \"403\""
        ),
        (
            "token: t, on_failed_check: quarantine, quarantine: {days: 31}",
            "`days`: expected a whole number from 1 to 30, found \"31\""
        ),
        (
            "token: t, on_failed_check: quarantine, quarantine: {requests: 0}",
            "`requests`: expected a whole number from 1 to 10000, found \"0\""
        ),
        (
            "token: t, on_failed_check: quarantine, quarantine: {size: 1}",
            "unknown key `size`; known keys: answer, requests, bytes, days"
        ),
    ])
    func `each problem is told`(_ source: String, _ expected: String) {
        let found = problems("sources:\n  a: {\(source)}\n")
        #expect(found.count == 1 && found[0].hasSuffix(": " + expected), "\(found)")
    }
}
