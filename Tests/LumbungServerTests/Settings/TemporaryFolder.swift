import Foundation

/// A folder of one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("lumbung-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Removes a file from the folder.
    func remove(_ name: String = "lumbung.yaml") throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    /// Writes a file into the folder.
    func write(_ text: String, to name: String = "lumbung.yaml") throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }
}
