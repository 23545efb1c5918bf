import ArgumentParser
import LumbungServer

/// Which page of a list is wanted.
struct PageFlags: ParsableArguments {
    @Option(help: "The most to list, 1 to 200 (50).")
    var limit: Int?

    @Option(help: "Go on where the page before ended.")
    var cursor: String?

    /// What was given, as parameters of the admin API.
    var given: [(name: String, value: String)] {
        [("limit", limit.map(String.init)), ("cursor", cursor)].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
    }

    func validate() throws {
        if let limit, !(1...200).contains(limit) {
            throw ValidationError("--limit must be a whole number from 1 to 200")
        }
        if let cursor, let fault = EventArguments.fault(in: [(name: "cursor", value: cursor)]) {
            throw ValidationError(fault)
        }
    }
}
