import Foundation
import GRDB
import LumbungCore
import LumbungSQLite
import LumbungTesting
import Subprocess
import Synchronization

/// A folder of its own for one test, with the path of the inbox that is open in it.
final class InboxFolder: Sendable {
    let root: String
    private let boot = Mutex(0)

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lumbung-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        root = folder.path
    }

    /// Makes the folder, lets a test use it, and removes it.
    static func with<Value>(_ body: (InboxFolder) async throws -> Value) async throws -> Value {
        let folder = try InboxFolder()
        defer { try? FileManager.default.removeItem(atPath: folder.root) }
        return try await body(folder)
    }

    /// The path of the inbox.
    var path: String { "\(root)/boot\(boot.withLock { $0 })/webhook.db" }

    /// Opens the inbox.
    func open(
        busyTimeout: Duration = .seconds(30), effectLimit: Duration = SQLiteOptions.effectLimit
    ) throws -> SQLiteInbox {
        try SQLiteInbox(SQLiteOptions(path: path, busyTimeout: busyTimeout, effectLimit: effectLimit))
    }

    /// Opens another connection to the inbox, as any other program may.
    func foreignConnection() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Opens what a kill at this moment would leave: the file and its log, copied while the store is still open.
    func openAsAfterKill(of store: any InboxStore) async throws -> any InboxStore {
        let source = path
        boot.withLock { $0 += 1 }
        let target = String(path.dropLast("/webhook.db".count))
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let files = ["", "-wal"].map { source + $0 }.filter(FileManager.default.fileExists)
        // Another process copies: a descriptor of the file closed in this one would drop SQLite's locks on it.
        // Not by Foundation's `Process`, which was seen to crash while it walked 1,400 open descriptors.
        let copy = try await Subprocess.run(
            .name("cp"), arguments: Arguments(files + [target]), output: .discarded, error: .discarded)
        guard copy.terminationStatus.isSuccess else { throw CopyFailed(status: copy.terminationStatus) }
        await store.close()
        return try open()
    }

    /// Makes stores that are closed in order before they are opened again.
    var closing: StoreFactory {
        StoreFactory(
            name: "closed in order",
            open: { try self.open() },
            reopen: { store in
                await store.close()
                return try self.open()
            }
        )
    }

    /// Makes stores that are killed before they are opened again.
    var killing: StoreFactory {
        StoreFactory(
            name: "killed",
            open: { try self.open() },
            reopen: { store in try await self.openAsAfterKill(of: store) }
        )
    }
}

/// What a kill would leave could not be copied.
private struct CopyFailed: Error {
    let status: TerminationStatus
}
