import LumbungTransport
import Testing

@Suite struct DestinationTests {
    @Test(arguments: [
        ("http://app.example.com", "http://app.example.com/"),
        ("HTTPS://App.Example.COM:443/a?b=c", "https://app.example.com/a?b=c"),
        ("http://h:8080?x", "http://h:8080/?x"), ("http://[2001:DB8::1]:81/", "http://[2001:db8::1]:81/"),
        ("http://10.0.0.1/", "http://10.0.0.1/"), ("https://h:80/%7E~/'()*;@:", "https://h:80/%7E~/'()*;@:"),
        ("http://h:65535/", "http://h:65535/"), ("http://h:1/", "http://h:1/"),
    ])
    func `good addresses have one form`(text: String, form: String) throws {
        #expect(try DestinationURL(text).description == form)
    }

    @Test(arguments: [
        "", "ftp://h/", "//h/", "http://", "http:///x", "http://:80/", "http://h:0/", "http://h:65536/", "http://h:/",
        "http://h:8a/", "http://user@h/", "http://a:b@h/", "http://h/#f", "http://h/a b", "http://h/\r\n",
        "http://h\\@x/",
        "http://[::1", "http://[127.0.0.1]/", "http://[::1]x/", "http://[fe80::1%25eth0]/", "http://t\u{f6}ko.example/",
        "http://h/\u{e9}", "http://h/<x>", "http+unix://%2Ftmp/x", "http://a%2eb/",
        // Another host than it seems.
        "http://public@127.0.0.1/", "http://public:80@127.0.0.1/", "http://a@b@127.0.0.1/", "http://@127.0.0.1/",
        "http://127.0.0.1\\@example.com/", "http://example.com\\.127.0.0.1/", "http://h%00.example.com/",
        "http://%31%32%37.0.0.1/", "http://localhost%2f/", "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
        "http://127\u{3002}0\u{3002}0\u{3002}1/", "http://127\u{ff0e}0.0.1/", "http://\u{24db}ocalhost/",
        "http://l\u{f6}calhost/", "http://[::1%lo]/", "http://[::1%25lo]/", "http://[fe80::1%eth0]/",
        "http://[::ffff:127.0.0.1/", "http://[1]/", "http://[v1.a]/", "http://[::1]:80:80/", "http://h:80:80/",
        "http:/127.0.0.1/", "http:127.0.0.1/", "http:\\127.0.0.1/", "http:///127.0.0.1/", " http://h/", "http://h /",
        "http:// h/", "http://h\t/", "http://h\0/", "http://h\n/", "http://h:+80/", "http://h: 80/", "http://h:0x50/",
        "file:///etc/passwd", "gopher://127.0.0.1:25/", "javascript:x", "data:,x", "https:h", "HTTP//h",
    ])
    func `bad addresses are refused`(text: String) {
        #expect(throws: HTTPDestinationError.self) { try DestinationURL(text) }
    }

    @Test func `the length of an address is bounded`() throws {
        let head = "http://h/"
        _ = try DestinationURL(head + String(repeating: "x", count: 4096 - head.utf8.count))
        #expect(throws: HTTPDestinationError.url(reason: "longer than 4096 bytes")) {
            try DestinationURL(head + String(repeating: "x", count: 4097 - head.utf8.count))
        }
    }

    @Test(arguments: [
        ("", "x"), ("a b", "x"), ("a:", "x"), ("X", "a\r\nb"), ("X", " a"), ("X", "\u{e9}"), ("Host", "x"),
        ("Content-Length", "1"), ("transfer-encoding", "chunked"), ("Webhook-Id", "x"), ("lumbung-x", "x"),
    ])
    func `headers that cannot be the operator's`(name: String, value: String) {
        #expect(throws: HTTPDestinationError.self) {
            try HTTPDestination(url: "http://h/", headers: [(name, value)])
        }
    }

    @Test func `an error never shows a header's value`() {
        let error = #expect(throws: HTTPDestinationError.self) {
            try HTTPDestination(url: "http://h/", headers: [("Authorization", "secret\n")])
        }
        #expect(error?.description.contains("secret") == false)
    }
}
