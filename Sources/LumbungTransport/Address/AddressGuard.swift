public import LumbungCore

/// Tells which addresses belong to the public internet.
///
/// A destination resolves to addresses at the time of each call; without the operator's leave, none of them may be one
/// that only this machine or its network can reach. The tables follow IANA's special-purpose address registries
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>, `…/iana-ipv6-special-registry`, RFC 6890).
public enum AddressGuard {
    /// Why an address is refused.
    public enum Refusal: String, Sendable, CaseIterable {
        /// The machine itself.
        case loopback
        /// A private network.
        case privateNetwork = "private network"
        /// The link, where clouds keep their metadata services.
        case linkLocal = "link-local"
        /// A carrier's private network (RFC 6598).
        case carrierGradeNAT = "carrier-grade NAT"
        /// A cloud's metadata service outside the ranges above.
        case metadata
        /// Many receivers at once.
        case multicast
        /// Reserved, for documentation, for tests, or not assigned.
        case reserved
    }

    /// Says why an address must not be reached, or `nil` when it is public.
    ///
    /// An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4, Teredo) is as public as the one it carries.
    public static func refusal(of address: IPAddress) -> Refusal? {
        switch address {
        case .v4(let value): refusalOfV4(value)
        case .v6(let high, let low): refusalOfV6(high: high, low: low)
        }
    }

    private struct Block {
        let prefix: UInt32
        let bits: UInt32
        let refusal: Refusal

        init(_ first: UInt32, _ second: UInt32, _ third: UInt32, _ fourth: UInt32, bits: UInt32, _ refusal: Refusal) {
            prefix = first << 24 | second << 16 | third << 8 | fourth
            self.bits = bits
            self.refusal = refusal
        }

        func contains(_ value: UInt32) -> Bool {
            (value ^ prefix) >> (32 - bits) == 0
        }
    }

    private static let blocks: [Block] = [
        Block(0, 0, 0, 0, bits: 8, .reserved),
        Block(10, 0, 0, 0, bits: 8, .privateNetwork),
        Block(100, 64, 0, 0, bits: 10, .carrierGradeNAT),
        Block(127, 0, 0, 0, bits: 8, .loopback),
        // Azure's metadata and host service has a public address.
        Block(168, 63, 129, 16, bits: 32, .metadata),
        Block(169, 254, 0, 0, bits: 16, .linkLocal),
        Block(172, 16, 0, 0, bits: 12, .privateNetwork),
        Block(192, 0, 0, 0, bits: 24, .reserved),
        Block(192, 0, 2, 0, bits: 24, .reserved),
        Block(192, 88, 99, 0, bits: 24, .reserved),
        Block(192, 168, 0, 0, bits: 16, .privateNetwork),
        Block(198, 18, 0, 0, bits: 15, .reserved),
        Block(198, 51, 100, 0, bits: 24, .reserved),
        Block(203, 0, 113, 0, bits: 24, .reserved),
        Block(224, 0, 0, 0, bits: 4, .multicast),
        Block(240, 0, 0, 0, bits: 4, .reserved),
    ]

    private static func refusalOfV4(_ value: UInt32) -> Refusal? {
        blocks.first { $0.contains(value) }?.refusal
    }

    private static func refusalOfV6(high: UInt64, low: UInt64) -> Refusal? {
        if high == 0 {
            if low == 1 { return .loopback }
            // ::ffff:0:0/96, IPv4-mapped (RFC 4291).
            return low >> 32 == 0xffff ? refusalOfV4(UInt32(truncatingIfNeeded: low)) : .reserved
        }
        // 64:ff9b::/96, NAT64 (RFC 6052).
        if high == 0x0064_ff9b_0000_0000 && low >> 32 == 0 { return refusalOfV4(UInt32(truncatingIfNeeded: low)) }
        switch high >> 48 {
        case 0xff00...0xffff: return .multicast
        case 0xfe80...0xfebf: return .linkLocal
        case 0xfc00...0xfdff, 0xfec0...0xfeff: return .privateNetwork
        case 0x2001: return refusalOfProtocolBlock(high: high, low: low)
        // 2002::/16, 6to4 (RFC 3056).
        case 0x2002: return refusalOfV4(UInt32(truncatingIfNeeded: high >> 16))
        // 3fff::/20, documentation (RFC 9637).
        case 0x3fff where high >> 44 == 0x3fff0: return .reserved
        // 2000::/3 is all that is assigned for global unicast.
        case 0x2000...0x3fff: return nil
        default: return .reserved
        }
    }

    /// 2001::/16, of which 2001::/23 is set aside for protocols.
    private static func refusalOfProtocolBlock(high: UInt64, low: UInt64) -> Refusal? {
        let second = high >> 32 & 0xffff
        // 2001::/32, Teredo (RFC 4380): the server's address, and the client's with all bits turned.
        if second == 0 {
            return refusalOfV4(UInt32(truncatingIfNeeded: high)) ?? refusalOfV4(~UInt32(truncatingIfNeeded: low))
        }
        // 2001:db8::/32, documentation (RFC 3849).
        return second < 0x200 || second == 0xdb8 ? .reserved : nil
    }
}
