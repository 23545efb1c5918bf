import LumbungCore
import LumbungTransport
import Testing

@Suite struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z, the date of the standard's examples.
    private let now = Timestamp(milliseconds: 784_111_777_000)

    @Test(arguments: [
        ("10", 10), ("0", 0), (" 7 ", 7), ("000120", 120), ("31536000", 31_536_000), ("31536001", 31_536_000),
        ("1000000000000", 31_536_000), ("99999999999999999999999999", 31_536_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sunday, 06-Nov-94 08:49:47 GMT", 10), ("Sun Nov  6 08:49:38 1994", 1),
        ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400),
        ("Sat, 05 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 2094 08:49:37 GMT", 31_536_000),
        ("Wed, 01 Mar 1995 00:00:00 GMT", 9_904_223),
    ])
    func `waits`(value: String, seconds: Int) {
        #expect(RetryAfter.wait(value, now: now) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "1e3", "10s", "10 20", "soon", "0x10", "\u{661}", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 PST",
        String(repeating: "1", count: 65),
    ])
    func `junk is no wait`(value: String) {
        #expect(RetryAfter.wait(value, now: now) == nil)
    }
}
