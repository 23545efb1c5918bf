import Testing

@testable import LumbungServer

@Suite struct DestinationReaderTests {
    @Test func `an address alone has the defaults`() {
        let destination = inbox("destinations: {app: {url: https://app.example/hooks}}").destinations[0]
        #expect(destination.name == "app")
        #expect(destination.concurrency == nil)
        #expect(
            destination.retry == RetryConfiguration(attempts: 12, firstWait: .seconds(5), longestWait: .seconds(21_600))
        )
        #expect(
            destination.kind
                == .http(
                    HTTPDestinationConfiguration(
                        url: "https://app.example/hooks", headers: [], timeout: .seconds(15), allowPrivate: false)))
    }

    @Test func `everything set`() {
        let yaml = """
            destinations:
              app:
                url: http://localhost:8080/
                headers: {X-One: "1", authorization: Bearer x}
                timeout: 100ms
                allow_private: true
                concurrency: 1000
                retry: {attempts: 100, first: 1ms, longest: 30d}
              log2: {log: true, concurrency: 1, paused: true, retry: {attempts: 1}}
            """
        let destinations = inbox(yaml).destinations
        #expect(
            destinations[0]
                == DestinationConfiguration(
                    name: "app",
                    kind: .http(
                        HTTPDestinationConfiguration(
                            url: "http://localhost:8080/",
                            headers: [
                                HeaderConfiguration(name: "X-One", value: Secret("1")),
                                HeaderConfiguration(name: "authorization", value: Secret("Bearer x")),
                            ], timeout: .milliseconds(100), allowPrivate: true)),
                    concurrency: 1000,
                    retry: RetryConfiguration(
                        attempts: 100, firstWait: .milliseconds(1), longestWait: .seconds(30 * 86_400)),
                    isPaused: false))
        #expect(destinations[1].isPaused)
        #expect(destinations[1].kind == .log)
        #expect(
            destinations[1].retry
                == RetryConfiguration(attempts: 1, firstWait: .seconds(5), longestWait: .seconds(21_600)))
    }

    @Test(arguments: [
        "https://a", "HTTP://A:1/", "https://a.b-c.example:65535/p/q?x=1&y=%20", "http://127.0.0.1", "http://[::1]:80/",
        "http://app_1:3000", "https://a.example./", "https://a/@b", "https://a?x=@",
    ])
    func `addresses that fit`(_ url: String) {
        #expect(firstHTTP("destinations: {app: {url: \"\(url)\"}}")?.url == url)
    }

    @Test(arguments: [
        ("", "must be 1 to 2048 printable ASCII characters without spaces"),
        ("https://a b", "must be 1 to 2048 printable ASCII characters without spaces"),
        ("https://é", "must be 1 to 2048 printable ASCII characters without spaces"),
        ("https://a\\r\\nX: y", "must be 1 to 2048 printable ASCII characters without spaces"),
        ("ftp://a", "must start with http:// or https://"), ("a.example", "must start with http:// or https://"),
        ("https:a", "must start with http:// or https://"),
        ("file:///etc/passwd", "must start with http:// or https://"),
        ("https://", "has no host"), ("https:///p", "has no host"), ("https://:80", "has no host"),
        ("https://u:p@a", "must not hold a user name or password; use `headers` with Authorization"),
        ("https://u@a", "must not hold a user name or password; use `headers` with Authorization"),
        ("https://a/#x", "must not have a fragment (#)"), ("https://a:0", "has no valid port (1 to 65535)"),
        ("https://a:65536", "has no valid port (1 to 65535)"), ("https://a:x", "has no valid port (1 to 65535)"),
        ("https://a:", "has no valid port (1 to 65535)"), ("https://[::1", "has a `[` without its `]`"),
        ("https://[1.2.3.4]", "has no valid IPv6 address between `[` and `]`"),
        ("https://[::1]x", "has no valid port (1 to 65535)"), ("https://1.2.3", "has no valid host"),
        ("https://256.1.1.1", "has no valid host"),
        ("https://-a", "has no valid host"),
        ("https://a..b", "has no valid host"),
        ("https://a%20b", "has no valid host"), ("https://0x7f.1", "has no valid host"),
        ("https://a/{x}", "holds one of \" < > \\ ^ ` { | }, which must be percent-encoded"),
        ("https://a/%2", "holds a % that two hexadecimal digits do not follow"),
        ("https://a\\\\@b", "holds one of \" < > \\ ^ ` { | }, which must be percent-encoded"),
    ])
    func `addresses that are refused`(_ url: String, _ fault: String) {
        #expect(problems("destinations:\n  app:\n    url: \"\(url)\"\n") == ["f:3:10: `url` \(fault)"])
    }

    @Test(arguments: [
        "127.1", "127.0.1", "2130706433", "0x7f.1", "0X7F000001", "0x7f000001", "0x", "a.0x1F", "0x7f.0.0.1",
        "0177.0.0.1", "017700000001", "0",
        "00.0.0.0", "4294967296", "1.2.3.4.5", "127.0.0.01", "127.0.0.1.", "%31%32%37.0.0.1", "127.0.0.1%00.a",
    ])
    func `an address has one spelling`(_ host: String) {
        #expect(
            problems("destinations:\n  app:\n    url: \"http://\(host)/\"\n") == ["f:3:10: `url` has no valid host"])
    }

    @Test(arguments: [
        ("url: [x]", "f:3:10: `url`: expected an address, found a list"),
        ("log: false", "f:3:10: `log`: expected true; leave the destination out to write no log"),
        ("log: x", "f:3:10: `log`: expected true or false, found \"x\""),
        ("{url: https://a, log: true}", "f:3:22: a destination has exactly one of `url`, `command` and `log`"),
        ("{log: true, timeout: 1s}", "f:3:17: `timeout` needs `url` or `command`"),
        ("{log: true, headers: {}}", "f:3:17: `headers` needs `url`"),
        ("{log: true, allow_private: true}", "f:3:17: `allow_private` needs `url`"),
        ("{log: true, concurrency: 0}", "f:3:30: `concurrency`: expected a whole number from 1 to 1000, found \"0\""),
        ("{log: true, paused: 1}", "f:3:25: `paused`: expected true or false, found \"1\""),
        (
            "{log: true, concurrency: 1001}",
            "f:3:30: `concurrency`: expected a whole number from 1 to 1000, found \"1001\""
        ),
        (
            "{url: https://a, timeout: 99ms}",
            "f:3:31: `timeout`: expected a duration from 100ms to 1h, such as 250ms, 15s or 6h, found \"99ms\""
        ),
        (
            "{url: https://a, timeout: 3601s}",
            "f:3:31: `timeout`: expected a duration from 100ms to 1h, such as 250ms, 15s or 6h, found \"3601s\""
        ),
        (
            "{url: https://a, timeout: 15}",
            "f:3:31: `timeout`: expected a duration from 100ms to 1h, such as 250ms, 15s or 6h, found \"15\""
        ),
        ("{url: https://a, allow_private: 1}", "f:3:37: `allow_private`: expected true or false, found \"1\""),
        ("{url: https://a, headers: [x]}", "f:3:31: `headers`: expected a mapping from names to values, found a list"),
        ("{url: https://a, headers: {X: [x]}}", "f:3:35: `X`: expected text, found a list"),
        ("{url: https://a, headers: {X: \"a\\r\\nB: c\"}}", "f:3:35: the value of the header `X` holds a line break"),
        (
            "{url: https://a, headers: {X: \"a\\0\"}}",
            "f:3:35: the value of the header `X` holds a character other than printable ASCII"
        ),
        (
            "{url: https://a, headers: {X: \"é\"}}",
            "f:3:35: the value of the header `X` holds a character other than printable ASCII"
        ),
        ("{url: https://a, headers: {X: \" a\"}}", "f:3:35: the value of the header `X` starts or ends with a blank"),
        ("{url: https://a, headers: {\"X\\r\\n\": a}}", "f:3:32: \"X\\u{D}\\u{A}\" is no header's name"),
        ("{url: https://a, headers: {a b: a}}", "f:3:32: \"a b\" is no header's name"),
        ("{url: https://a, headers: {Host: a}}", "f:3:32: the header `Host` is set by the delivery itself"),
        ("{url: https://a, headers: {Webhook-Id: a}}", "f:3:32: the header `Webhook-Id` is set by the delivery itself"),
        ("{url: https://a, headers: {lumbung-x: a}}", "f:3:32: the header `lumbung-x` is set by the delivery itself"),
        (
            "{url: https://a, headers: {A: a, a: b}}",
            "f:3:38: the header `a` stands here twice (upper and lower case are the same)"
        ),
        ("{log: true, retry: 3}", "f:3:24: `retry`: expected a mapping, found a number"),
        ("{log: true, retry: {attempts: 0}}", "f:3:35: `attempts`: expected a whole number from 1 to 100, found \"0\""),
        (
            "{log: true, retry: {attempts: 101}}",
            "f:3:35: `attempts`: expected a whole number from 1 to 100, found \"101\""
        ),
        (
            "{log: true, retry: {attempts: [1]}}",
            "f:3:35: `attempts`: expected a whole number from 1 to 100, found a list"
        ),
        (
            "{log: true, retry: {first: 0s}}",
            "f:3:32: `first`: expected a duration from 1ms to 1d, such as 250ms, 15s or 6h, found \"0s\""
        ),
        (
            "{log: true, retry: {longest: 31d}}",
            "f:3:34: `longest`: expected a duration from 1ms to 30d, such as 250ms, 15s or 6h, found \"31d\""
        ),
        ("{log: true, retry: {first: 8h}}", "f:3:24: `retry`: the first wait (8h) is longer than the longest (6h)"),
        ("{log: true, retry: {last: 1h}}", "f:3:25: unknown key `last`; known keys: attempts, first, longest"),
        (
            "{concurrency: 2}",
            "f:3:5: the destination `app` needs `url: https://…`, `command: [program]` or `log: true`"
        ),
        (
            "urll: https://a",
            "f:3:5: the destination `app` needs `url: https://…`, `command: [program]` or `log: true`\n"
                + "f:3:5: unknown key `urll`; did you mean `url`?"
        ),
    ])
    func `each problem has its place`(_ line: String, _ expected: String) {
        #expect(problems("destinations:\n  app:\n    \(line)\n").sorted().joined(separator: "\n") == expected)
    }

    @Test func `headers have bounds`() {
        let value = { (count: Int) in
            "destinations: {a: {url: https://a, headers: {X: \(String(repeating: "x", count: count))}}}"
        }
        #expect(problems(value(HeaderRules.valueMaxBytes)).isEmpty)
        #expect(
            problems(value(HeaderRules.valueMaxBytes + 1)) == [
                "f:1:49: the value of the header `X` is longer than 8192 bytes"
            ])
        let many = { (count: Int) in
            "destinations: {a: {url: https://a, headers: {\((0..<count).map { "x\($0): a" }.joined(separator: ", "))}}}"
        }
        #expect(problems(many(DestinationReader.maxHeaders)).isEmpty)
        #expect(
            problems(many(DestinationReader.maxHeaders + 1)) == ["f:1:45: `headers`: expected at most 50, found 51"])
    }

    @Test func `addresses have a length`() {
        let url = { (count: Int) in "destinations: {a: {url: https://a/\(String(repeating: "x", count: count - 10))}}" }
        #expect(problems(url(DestinationAddress.maxBytes)).isEmpty)
        #expect(problems(url(DestinationAddress.maxBytes + 1)).count == 1)
    }

    @Test func `a destination without anything is refused`() {
        #expect(problems("destinations:\n  app:\n") == ["f:2:7: `app`: expected a mapping, found nothing"])
        #expect(
            problems("destinations: {}\n") == [
                "f:1:1: `destinations` is empty: expected a mapping from names to destinations; "
                    + "leave it out for the default"
            ])
    }
}
