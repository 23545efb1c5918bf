/// One IP address, or all that begin with the same bits (CIDR, RFC 4632 and RFC 4291).
public struct AddressBlock: Sendable, Hashable {
    /// The lowest address of the block; never an IPv4-mapped one.
    public let address: IPAddress
    /// How many bits its addresses have in common.
    public let prefixLength: Int

    /// Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1` or `2001:db8::/32`; bits behind the prefix do not count.
    ///
    /// A block of IPv4-mapped IPv6 addresses is the block of IPv4 addresses.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let written = IPAddress(parts[0]) else { return nil }
        var length = written.bitCount
        if parts.count == 2 {
            guard let number = IPAddress.decimal(Array(parts[1].utf8)[...], max: length) else { return nil }
            length = number
        }
        if written.unmapped != written, length >= 96 {
            prefixLength = length - 96
            address = written.unmapped.prefix(length - 96)
        } else {
            prefixLength = length
            address = written.prefix(length)
        }
    }

    /// Whether an address is in the block; an IPv4-mapped IPv6 address counts as the IPv4 address.
    public func contains(_ other: IPAddress) -> Bool {
        let other = other.unmapped
        return other.bitCount == address.bitCount && other.prefix(prefixLength) == address
    }
}

extension AddressBlock: CustomStringConvertible {
    /// The block as it can be read again; one address without its length.
    public var description: String {
        prefixLength == address.bitCount ? "\(address)" : "\(address)/\(prefixLength)"
    }
}

extension IPAddress {
    fileprivate var bitCount: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// The first bits; the others are 0.
    fileprivate func prefix(_ length: Int) -> IPAddress {
        // A shift by the whole width gives 0 in Swift.
        switch self {
        case .v4(let value): .v4(value & UInt32.max << (32 - length))
        case .v6(let high, let low):
            .v6(high: high & UInt64.max << (64 - min(64, length)), low: low & UInt64.max << (128 - max(64, length)))
        }
    }
}
