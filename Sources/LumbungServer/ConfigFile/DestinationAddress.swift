import LumbungTransport

/// Checks on a destination's `url`; no message repeats it, for it may hold a secret.
enum DestinationAddress {
    /// The longest address, in bytes.
    static let maxBytes = 2048

    /// Why the address cannot be used, or nil.
    static func fault(in text: String) -> String? {
        guard (1...maxBytes).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "must be 1 to \(maxBytes) printable ASCII characters without spaces"
        }
        let lowercased = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowercased.hasPrefix) else {
            return "must start with http:// or https://"
        }
        guard !text.contains("#") else { return "must not have a fragment (#)" }
        guard !text.utf8.contains(where: forbiddenBytes.contains) else {
            return "holds one of \" < > \\ ^ ` { | }, which must be percent-encoded"
        }
        guard hasWholeEscapes(text) else { return "holds a % that two hexadecimal digits do not follow" }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else {
            return "must not hold a user name or password; use `headers` with Authorization"
        }
        return authorityFault(authority)
    }

    /// What an address leads to that is plainly none of the public internet; nil for one that is, or of which only a name
    /// server knows.
    static func privatePlace(of text: String) -> String? {
        switch (try? DestinationURL(text))?.host {
        case .address(let address):
            AddressGuard.refusal(of: address).map { "an address that is not public (\($0.rawValue))" }
        // RFC 6761, section 6.3.
        case .name(let name): name.split(separator: ".").last == "localhost" ? "this machine" : nil
        case nil: nil
        }
    }

    /// The address without what may be a secret: its query, and the parts of its path that look like a key.
    ///
    /// Senders such as chat services give out addresses whose path is the password.
    static func shown(_ text: String) -> String {
        let query = text.firstIndex(of: "?")
        let parts = text[..<(query ?? text.endIndex)].split(separator: "/", omittingEmptySubsequences: false)
        let shown = parts.enumerated().map { index, part in
            // The first three are the scheme, nothing, and the host.
            index > 2 && looksLikeKey(part) ? Secret.mask : String(part)
        }
        return shown.joined(separator: "/") + (query == nil ? "" : "?" + Secret.mask)
    }

    /// Whether a part of a path is long and mixes letters and digits, as words do not; a variable's name is no key.
    private static func looksLikeKey(_ part: Substring) -> Bool {
        guard part.utf8.count >= keyMinBytes, !part.contains("${") else { return false }
        return part.contains(where: \.isNumber) && part.contains(where: \.isLetter)
    }

    /// Chat services' keys have 24 characters and more, a document's or an object's short name fewer than these.
    private static let keyMinBytes = 16

    private static let forbiddenBytes = Set("\"<>\\^`{|}".utf8)

    private static func authorityFault(_ authority: Substring) -> String? {
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return "has a `[` without its `]`" }
            host = authority[authority.index(after: authority.startIndex)..<close]
            rest = authority[authority.index(after: close)...]
            guard HostName.isIPv6(String(host)) else { return "has no valid IPv6 address between `[` and `]`" }
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
            guard !host.isEmpty else { return "has no host" }
            guard isHost(String(host)) else { return "has no valid host" }
        }
        if rest.isEmpty { return nil }
        guard rest.first == ":", let port = WholeNumber.parse(rest.dropFirst()), (1...65535).contains(port) else {
            return "has no valid port (1 to 65535)"
        }
        return nil
    }

    /// A host name as ``HostName`` knows it; the underscores of container networks are let through too.
    private static func isHost(_ text: String) -> Bool {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        // An address with a dot behind it is neither an address nor a name.
        guard name == text || !HostName.isIPv4(name) else { return false }
        return HostName.isValid(String(name.map { $0 == "_" ? "x" : $0 }))
    }

    private static func hasWholeEscapes(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            guard bytes[index] == 0x25 else { return true }
            return index + 2 < bytes.count && isHexDigit(bytes[index + 1]) && isHexDigit(bytes[index + 2])
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
