import Foundation
import LumbungServer

/// Where the commands speak: answers to standard output, complaints to standard error.
enum Terminal {
    /// Writes a line of the answer.
    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Writes a text that ends with its own line end.
    static func say(whole text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    /// Writes a line about what went wrong.
    static func complain(_ line: String) {
        FileHandle.standardError.write(Data(("lumbung: " + line + "\n").utf8))
    }
}
