import LumbungCore

/// What a setting's text must look like.
enum SettingRule: Sendable, Equatable {
    /// Decimal digits alone, within the range.
    case wholeNumber(ClosedRange<Int>)
    /// One of the words, in lower case.
    case choice([String])
    /// An IP address, `localhost` or a host name.
    case host
    /// `sqlite:PATH`.
    case database
    /// Text that fits an `Authorization` header.
    case token
    /// A path.
    case path
    /// IP addresses and blocks of them, separated by commas.
    case addresses
    /// Known, and refused in this version.
    case unsupported

    /// What is allowed, to stand behind "must be".
    var allowed: String {
        switch self {
        case .wholeNumber(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .host: "an IP address, localhost or a host name"
        case .database: "sqlite:PATH"
        case .token: "1 to \(Self.tokenMaxBytes) printable ASCII characters without spaces"
        case .path: "the path of a file"
        case .addresses: "1 to \(Self.addressesMaxCount) IP addresses or blocks such as 10.0.0.0/8, separated by commas"
        case .unsupported: "left out in this version"
        }
    }

    /// The longest token; a header line carries it beside its name with room to spare.
    static let tokenMaxBytes = 4096

    /// The most addresses and blocks of one setting.
    static let addressesMaxCount = 1000

    /// The addresses and blocks that a text lists between commas and blanks; nil when one of them is none.
    static func addresses(_ text: String) -> [AddressBlock]? {
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        guard entries.count <= addressesMaxCount else { return nil }
        let blocks = entries.compactMap { entry in
            var entry = entry.drop { $0 == " " }
            while entry.last == " " { entry.removeLast() }
            return AddressBlock(entry)
        }
        return blocks.count == entries.count ? blocks : nil
    }

    /// Whether the text follows the rule.
    func allows(_ text: String) -> Bool {
        switch self {
        case .wholeNumber(let range): WholeNumber.parse(text).map(range.contains) ?? false
        case .choice(let words): words.contains(text)
        case .host: HostName.isValid(text)
        case .database: DatabaseLocation(text) != nil
        case .token:
            (1...Self.tokenMaxBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        case .path: !text.isEmpty && !text.utf8.contains(0)
        case .addresses: Self.addresses(text) != nil
        case .unsupported: false
        }
    }
}
