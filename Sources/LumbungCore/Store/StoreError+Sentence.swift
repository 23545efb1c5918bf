extension StoreError {
    /// What happened, in words for a sender or an operator; no path, no value from outside.
    public var sentence: String {
        switch self {
        case .busy: "the database is locked by another program"
        case .overloaded: "more is waiting to be committed than can be held"
        case .diskFull: "the disk is full or nearly full"
        case .closed: "the inbox is shutting down"
        case .unknown: "an I/O error left it open whether the last commit reached the disk"
        case .invalid: "the store refused what it was given"
        case .tooSlow: "the database did not answer in time"
        }
    }
}
