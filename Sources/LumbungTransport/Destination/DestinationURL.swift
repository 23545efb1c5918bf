public import LumbungCore

/// The address of an HTTP destination, read strictly, so that no other reader can see another host in it.
public struct DestinationURL: Sendable, Hashable, CustomStringConvertible {
    /// Where a connection goes.
    public enum Host: Sendable, Hashable {
        /// A name to look up, in lower case.
        case name(String)
        /// An address that the operator wrote.
        case address(IPAddress)
    }

    /// Whether the connection is encrypted.
    public let isSecure: Bool
    /// The host.
    public let host: Host
    /// The port, from 1 to 65535.
    public let port: Int
    /// Path and query, beginning with `/`.
    public let target: String

    /// Reads `http://host[:port][/path][?query]` or the same with `https`.
    ///
    /// - Throws: ``HTTPDestinationError/url(reason:)`` with what is wrong, among it credentials, a fragment, and
    ///   characters that have to be percent-encoded (RFC 3986) or written in Punycode.
    public init(_ text: String) throws(HTTPDestinationError) {
        guard text.utf8.count <= 4096 else { throw .url(reason: "longer than 4096 bytes") }
        var rest = Array(text.utf8)[...]
        if Self.removePrefix("https://", of: &rest) {
            isSecure = true
        } else if Self.removePrefix("http://", of: &rest) {
            isSecure = false
        } else {
            throw .url(reason: "does not begin with http:// or https://")
        }
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        let authority = rest[..<(end ?? rest.endIndex)]
        (host, port) = try Self.read(authority: authority, defaultPort: isSecure ? 443 : 80)
        target = try Self.read(target: rest[authority.endIndex...])
    }

    /// The URL in its canonical form.
    public var description: String {
        let isDefaultPort = port == (isSecure ? 443 : 80)
        return (isSecure ? "https://" : "http://") + hostText + (isDefaultPort ? "" : ":\(port)") + target
    }

    /// What to look up; for an address its text, which is never looked up.
    var lookupName: String {
        switch host {
        case .name(let name): name
        case .address(let address): address.description
        }
    }

    private var hostText: String {
        switch host {
        case .name(let name): name
        case .address(let address):
            if case .v6 = address { "[\(address)]" } else { address.description }
        }
    }

    private static func removePrefix(_ prefix: StaticString, of text: inout ArraySlice<UInt8>) -> Bool {
        let wanted = prefix.withUTF8Buffer { unsafe Array($0) }
        guard text.prefix(wanted.count).map(lowercased) == wanted else { return false }
        text = text.dropFirst(wanted.count)
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func read(
        authority: ArraySlice<UInt8>,
        defaultPort: Int
    ) throws(HTTPDestinationError) -> (Host, Int) {
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw .url(reason: "carries a user name; put credentials into headers")
        }
        let hostBytes: ArraySlice<UInt8>
        let host: Host
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .url(reason: "has no ]") }
            hostBytes = authority[...close]
            let inner = String(decoding: hostBytes.dropFirst().dropLast(), as: UTF8.self)
            guard let address = IPAddress(inner), case .v6 = address else {
                throw .url(reason: "has no IPv6 address in its brackets")
            }
            host = .address(address)
        } else {
            hostBytes = authority[..<(authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex)]
            host = try read(hostName: hostBytes)
        }
        let rest = authority[hostBytes.endIndex...]
        guard !rest.isEmpty else { return (host, defaultPort) }
        let digits = String(decoding: rest.dropFirst(), as: UTF8.self)
        guard rest.first == UInt8(ascii: ":"), rest.dropFirst().allSatisfy(isDigit), let port = Int(digits),
            (1...65_535).contains(port)
        else { throw .url(reason: "has no port from 1 to 65535 after its host") }
        return (host, port)
    }

    private static func read(hostName bytes: ArraySlice<UInt8>) throws(HTTPDestinationError) -> Host {
        guard !bytes.isEmpty, bytes.count <= 253 else { throw .url(reason: "has no host of 1 to 253 bytes") }
        let name = bytes.map(lowercased)
        let isPlain = name.allSatisfy { byte in
            isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        }
        guard isPlain else {
            throw .url(reason: "has a host with other characters than letters, digits, '-', '.', '_'; use Punycode")
        }
        let text = String(decoding: name, as: UTF8.self)
        return IPAddress(text).map(Host.address) ?? .name(text)
    }

    private static func read(target: ArraySlice<UInt8>) throws(HTTPDestinationError) -> String {
        guard !target.contains(UInt8(ascii: "#")) else { throw .url(reason: "has a fragment, which is never sent") }
        guard target.allSatisfy(isTargetByte) else {
            throw .url(reason: "has a character in its path or query that must be percent-encoded")
        }
        let text = String(decoding: target, as: UTF8.self)
        return target.first == UInt8(ascii: "/") ? text : "/" + text
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The characters of a path or a query: unreserved, percent, sub-delimiters, `:@/?` (RFC 3986, section 3.3).
    private static func isTargetByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~%!$&'()*+,;=:@/?".utf8.contains(byte)
        }
    }
}
