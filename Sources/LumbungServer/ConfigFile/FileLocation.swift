/// A place in a text file.
public struct FileLocation: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// The path of the file, as it was given.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, counted in Unicode scalars.
    public let column: Int

    /// Orders places by line and column.
    public static func < (first: FileLocation, second: FileLocation) -> Bool {
        (first.line, first.column) < (second.line, second.column)
    }

    /// `lumbung.yaml:3:9`.
    public var description: String { "\(file):\(line):\(column)" }
}
