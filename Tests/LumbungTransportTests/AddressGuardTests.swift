import LumbungCore
import LumbungTransport
import Testing

@Suite struct AddressGuardTests {
    @Test(arguments: [
        ("0.0.0.0", "reserved"), ("0.255.255.255", "reserved"), ("10.0.0.0", "private network"),
        ("10.255.255.255", "private network"), ("100.64.0.0", "carrier-grade NAT"),
        ("100.127.255.255", "carrier-grade NAT"), ("100.100.100.200", "carrier-grade NAT"), ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"), ("168.63.129.16", "metadata"), ("169.254.169.254", "link-local"),
        ("169.254.0.0", "link-local"), ("172.16.0.0", "private network"), ("172.31.255.255", "private network"),
        ("192.0.0.192", "reserved"), ("192.0.2.1", "reserved"), ("192.88.99.1", "reserved"),
        ("192.168.0.0", "private network"), ("192.168.255.255", "private network"), ("198.18.0.0", "reserved"),
        ("198.19.255.255", "reserved"), ("198.51.100.1", "reserved"), ("203.0.113.255", "reserved"),
        ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"), ("240.0.0.0", "reserved"),
        ("255.255.255.255", "reserved"), ("::", "reserved"), ("::1", "loopback"), ("::7f00:1", "reserved"),
        ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.1.2.3", "private network"), ("::ffff:0:10.1.2.3", "reserved"),
        ("64:ff9b::169.254.169.254", "link-local"), ("64:ff9b:1::8.8.8.8", "reserved"), ("100::1", "reserved"),
        ("2001::1", "reserved"), ("2001:0:a00:1::f7f7:f7f7", "private network"),
        ("2001:0:808:808::f5ff:fffe", "private network"), ("2001:2::1", "reserved"), ("2001:1ff:ffff::", "reserved"),
        ("2001:db8::1", "reserved"), ("2002:a00:1::", "private network"), ("2002:7f00:1::1", "loopback"),
        ("3fff::1", "reserved"), ("3fff:fff::1", "reserved"), ("4000::1", "reserved"), ("5f00::1", "reserved"),
        ("fc00::1", "private network"), ("fdff::1", "private network"), ("fd00:ec2::254", "private network"),
        ("fe80::1", "link-local"), ("febf::1", "link-local"), ("fec0::1", "private network"), ("ff02::1", "multicast"),
    ])
    func `what is not public`(text: String, refusal: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard.refusal(of: address)?.rawValue == refusal)
    }

    @Test(arguments: [
        "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
        "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "202.78.195.250",
        "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2000::1", "2001:0:808:808::f7f7:f7f7",
        "2001:200::1", "2001:4860:4860::8888", "2002:808:808::", "2606:4700:4700::1111", "3ffe::1", "3fff:1000::1",
    ])
    func `what is public`(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard.refusal(of: address) == nil)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("::ffff:1.2.3.4", "::ffff:102:304"), ("0:0:1::", "0:0:1::"),
    ])
    func `addresses are read and written`(text: String, written: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == written)
        #expect(IPAddress(address.description) == address)
    }

    @Test(arguments: [
        "", "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "0x7f.0.0.1", "[::1]", "fe80::1%eth0", "1.2.3.4\0", "a",
    ])
    func `what is no address`(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
