#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Checks on the text that names a machine.
enum HostName {
    /// Whether the text is an IPv4 or IPv6 address (without brackets) or a host name.
    ///
    /// A host name follows RFC 1123 section 2.1: labels of 1 to 63 letters, digits and hyphens, no hyphen at either
    /// end, 253 characters in all, and a last label that is not a number, so that no other spelling of an IPv4 address is
    /// a name.
    static func isValid(_ text: String) -> Bool {
        isIPv4(text) || isIPv6(text) || isName(text)
    }

    /// Whether only this machine can connect to the address.
    ///
    /// A name other than `localhost` may mean any address.
    static func isLoopback(_ text: String) -> Bool {
        if text.lowercased() == "localhost" { return true }
        if isIPv4(text) { return text.hasPrefix("127.") }
        guard let bytes = ipv6Bytes(text) else { return false }
        let isMappedLoopback = bytes.starts(with: Array(repeating: 0, count: 10) + [0xFF, 0xFF, 127])
        return isMappedLoopback || bytes == Array(repeating: 0, count: 15) + [1]
    }

    /// Whether a listener on the address takes connections to every address of the machine.
    static func isWildcard(_ text: String) -> Bool {
        text == "0.0.0.0" || ipv6Bytes(text).map { $0.allSatisfy { $0 == 0 } } ?? false
    }

    /// Whether the text is four numbers from 0 to 255 between dots.
    static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { WholeNumber.parse($0).map { $0 <= 255 } ?? false }
    }

    /// Whether the text is an IPv6 address without brackets and zone.
    static func isIPv6(_ text: String) -> Bool {
        ipv6Bytes(text) != nil
    }

    private static func ipv6Bytes(_ text: String) -> [UInt8]? {
        guard text.contains(":"), !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let result = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(AF_INET6, text, $0.baseAddress) }
        return result == 1 ? bytes : nil
    }

    private static func isName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last, !isNumber(last) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy(isLetterDigitOrHyphen)
        }
    }

    /// Whether resolvers take the label for a number: decimal, octal, or hexadecimal behind `0x` (inet_aton(3)).
    private static func isNumber(_ label: Substring) -> Bool {
        let isHex = label.lowercased().hasPrefix("0x")
        return label.dropFirst(isHex ? 2 : 0).utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39: true
            case 0x41...0x46, 0x61...0x66: isHex
            default: false
            }
        }
    }

    private static func isLetterDigitOrHyphen(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
        default: false
        }
    }
}
