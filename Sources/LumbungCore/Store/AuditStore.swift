/// The book of everything that operators changed.
public protocol AuditStore: Sendable {
    /// Writes down that a change is about to be made; the oldest entries beyond ``AuditEntry/keptEntries`` make room.
    ///
    /// Durability: committed and flushed when this returns, so that nothing is changed that is not in the book.
    func begin(audit change: AuditedChange) async throws(StoreError) -> AuditID

    /// Writes down how it ended.
    ///
    /// Durability: committed and flushed when this returns.
    func end(audit id: AuditID, outcome: String) async throws(StoreError)

    /// Lists entries, newest first.
    /// - Parameters:
    ///   - before: Only those with a smaller number; nil for all.
    ///   - limit: The most entries.
    func audit(before: AuditID?, limit: Int) async throws(StoreError) -> [AuditEntry]
}

/// The number of an entry; never given twice.
public struct AuditID: Sendable, Hashable, Comparable {
    /// The number, from 1.
    public let value: Int64

    /// Wraps a number.
    public init(_ value: Int64) {
        self.value = value
    }

    /// Orders by number.
    public static func < (left: AuditID, right: AuditID) -> Bool {
        left.value < right.value
    }
}

/// A change that somebody asks for.
public struct AuditedChange: Sendable, Hashable {
    /// When it was asked for.
    public var at: Timestamp
    /// Who asked: the name of the token.
    public var actor: String
    /// The address that the wish came from.
    public var address: String
    /// What was asked for, in one word.
    public var action: String
    /// What it was asked for, as a JSON object text.
    public var detail: String

    /// Describes a change.
    public init(at: Timestamp, actor: String, address: String, action: String, detail: String) {
        self.at = at
        self.actor = actor
        self.address = address
        self.action = action
        self.detail = detail
    }
}

/// An entry of the book.
public struct AuditEntry: Sendable, Hashable {
    /// How many entries are kept.
    public static let keptEntries = 10_000
    /// The most entries on a page.
    public static let longestPage = 200

    /// Its number.
    public var id: AuditID
    /// The change.
    public var change: AuditedChange
    /// How it ended; empty when that is not known, such as after a crash in the middle.
    public var outcome: String

    /// Makes an entry.
    public init(id: AuditID, change: AuditedChange, outcome: String) {
        self.id = id
        self.change = change
        self.outcome = outcome
    }
}
