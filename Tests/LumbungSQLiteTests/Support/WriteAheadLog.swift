import Foundation

/// The write-ahead log beside an inbox, read as the format says: <https://www.sqlite.org/fileformat.html>, section 4.
struct WriteAheadLog {
    /// How many transactions stand in it.
    let commits: Int

    init(of path: String) throws {
        guard let bytes = FileManager.default.contents(atPath: path + "-wal"), bytes.count > 32 else {
            commits = 0
            return
        }
        func number(at offset: Int) -> Int {
            bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        let frameBytes = 24 + number(at: 8)
        let salts = [number(at: 16), number(at: 20)]
        var found = 0
        var offset = 32
        while offset + frameBytes <= bytes.count, salts == [number(at: offset + 8), number(at: offset + 12)] {
            // The last frame of a transaction carries the size of the database after it.
            if number(at: offset + 4) > 0 { found += 1 }
            offset += frameBytes
        }
        commits = found
    }
}
