/// How an inbox file is opened.
public struct SQLiteOptions: Sendable {
    /// The path of the file; its folder is made when it is missing.
    public var path: String
    /// How long a commit may wait for a foreign lock before its callers are told ``StoreError/busy``.
    public var busyTimeout: Duration

    /// Makes options; the default patience is the contract's 5 s.
    public init(path: String, busyTimeout: Duration = .seconds(5)) {
        self.path = path
        self.busyTimeout = busyTimeout
    }
}
