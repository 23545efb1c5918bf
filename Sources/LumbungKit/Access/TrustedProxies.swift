public import LumbungCore

/// The proxies whose word is taken for where a request comes from.
public struct TrustedProxies: Sendable, Hashable {
    /// Where they are.
    public var blocks: [AddressBlock]

    /// Trusts these, or nobody.
    public init(_ blocks: [AddressBlock] = []) {
        self.blocks = blocks
    }

    /// Whether a proxy may be there.
    public func contains(_ address: IPAddress) -> Bool {
        blocks.contains { $0.contains(address) }
    }

    /// The address that a request comes from; nil when it cannot be told.
    ///
    /// Each proxy adds the address that it saw to the right end. So the list is read from there, and what stands left of
    /// the first address that is no trusted proxy may be made up. An entry that is no address ends the reading.
    /// - Parameters:
    ///   - peer: The other end of the connection.
    ///   - forwarded: The values of `X-Forwarded-For`, in the order of the header fields.
    public func client(peer: IPAddress?, forwarded: [String]) -> IPAddress? {
        guard var client = peer?.unmapped, contains(client) else { return peer?.unmapped }
        for value in forwarded.reversed() {
            for entry in value.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard let address = Self.address(entry) else { return nil }
                client = address
                if !contains(client) { return client }
            }
        }
        return client
    }

    /// An address, perhaps in brackets or with a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
    private static func address(_ entry: Substring) -> IPAddress? {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var text = entry.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else { return nil }
            let inner = text[text.index(after: text.startIndex)..<end]
            return inner.contains(":") ? IPAddress(inner)?.unmapped : nil
        }
        // An IPv6 address has at least two colons, one with a port has brackets.
        if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
            return isPort(text[colon...]) ? IPAddress(text[..<colon]) : nil
        }
        return IPAddress(text)?.unmapped
    }

    /// Whether the text is nothing, or a colon and one to five digits.
    private static func isPort(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.utf8.dropFirst()
        return text.first == ":" && (1...5).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}
