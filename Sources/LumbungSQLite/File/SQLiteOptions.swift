/// How an inbox file is opened.
public struct SQLiteOptions: Sendable {
    /// The path of the file; its folder is made when it is missing.
    public var path: String
    /// How long a commit may wait for a foreign lock before its callers are told ``StoreError/busy``.
    public var busyTimeout: Duration
    /// How long a handler's closure may take, on the thread that everything waits for; then it is refused.
    public var effectLimit: Duration

    /// The default of ``effectLimit``: 1 s, many times what a few inserts need and less than a sender waits.
    public static let effectLimit: Duration = .seconds(1)

    /// Makes options; the default patience is the contract's 5 s.
    public init(
        path: String, busyTimeout: Duration = .seconds(5), effectLimit: Duration = SQLiteOptions.effectLimit
    ) {
        self.path = path
        self.busyTimeout = busyTimeout
        self.effectLimit = effectLimit
    }
}
