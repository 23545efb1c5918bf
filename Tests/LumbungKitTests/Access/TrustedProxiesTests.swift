import LumbungCore
import LumbungKit
import Testing

@Suite struct TrustedProxiesTests {
    private let proxies = TrustedProxies(["10.0.0.0/8", "2001:db8:1::/48"].compactMap { AddressBlock($0) })

    @Test(
        arguments: [
            // Nobody believes what another peer says.
            ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            // What stands left of the first untrusted address may be made up.
            ("10.0.0.1", ["192.0.2.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["192.0.2.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            ("10.0.0.1", ["192.0.2.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["198.51.100.1", "10.0.0.2,10.0.0.3"], "198.51.100.1"),
            // An unreadable entry ends the walk, on the way only.
            ("10.0.0.1", ["198.51.100.1, unknown"], nil),
            ("10.0.0.1", ["198.51.100.1, unknown, 10.0.0.2"], nil),
            ("10.0.0.1", ["unknown, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", [""], nil), ("10.0.0.1", ["198.51.100.1,"], nil), ("10.0.0.1", ["198.51.100.1", " "], nil),
            // Nobody but proxies, or no header.
            ("10.0.0.1", [], "10.0.0.1"), ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (nil, ["198.51.100.1"], nil),
            // Mapped addresses count as IPv4.
            ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"), ("::ffff:203.0.113.9", [], "203.0.113.9"),
            ("2001:db8:1::5", ["2001:db8:2::1"], "2001:db8:2::1"),
            // Ports, brackets and blanks.
            ("10.0.0.1", [" \t198.51.100.1:4711\t "], "198.51.100.1"),
            ("10.0.0.1", ["[2001:db8:2::1]"], "2001:db8:2::1"),
            ("10.0.0.1", ["[2001:db8:2::1]:443"], "2001:db8:2::1"),
            ("10.0.0.1", ["192.0.2.7, [2001:db8:1::9]:80 ,10.0.0.4:1"], "192.0.2.7"),
            ("10.0.0.1", ["198.51.100.1:"], nil), ("10.0.0.1", ["198.51.100.1:123456"], nil),
            ("10.0.0.1", ["198.51.100.1:x"], nil), ("10.0.0.1", ["[198.51.100.1]"], nil),
            ("10.0.0.1", ["[2001:db8:2::1"], nil), ("10.0.0.1", ["[2001:db8:2::1]x"], nil), ("10.0.0.1", ["[]"], nil),
            ("10.0.0.1", ["198.51.100.1 10.0.0.1"], nil), ("10.0.0.1", ["198.51.100.0/24"], nil),
        ] as [(String?, [String], String?)])
    func `where a request comes from`(_ peer: String?, _ forwarded: [String], _ client: String?) {
        let found = proxies.client(peer: peer.flatMap { IPAddress($0) }, forwarded: forwarded)
        #expect(found?.description == client)
    }

    @Test func `without trusted proxies nobody is believed`() {
        #expect(TrustedProxies().client(peer: IPAddress("127.0.0.1"), forwarded: ["1.1.1.1"]) == IPAddress("127.0.0.1"))
    }
}
