import ArgumentParser
import Foundation
import LumbungServer

/// Where the commands speak: answers to standard output, complaints to standard error.
enum Terminal {
    /// Writes a line of the answer.
    ///
    /// - Throws: Exit code 1 when nobody can read it, such as on a full disk.
    static func say(_ line: String) throws {
        try say(whole: line + "\n")
    }

    /// Writes a text that ends with its own line end.
    ///
    /// - Throws: Exit code 1 when nobody can read it, such as on a full disk.
    static func say(whole text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            complain("the answer could not be written to standard output: \(error.localizedDescription)")
            throw ExitCode.failure
        }
    }

    /// Writes a line about what went wrong; where standard error is gone as well the exit code tells it alone.
    static func complain(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data(("lumbung: " + line + "\n").utf8))
    }
}
