/// Columns of text for a terminal.
struct TextTable: Sendable {
    private let rows: [[String]]

    /// Takes a heading and rows of as many cells; control characters are escaped.
    init(_ heading: [String], _ rows: [[String]]) {
        self.rows = ([heading] + rows).map { $0.map(DisplayText.escaped) }
    }

    /// One line a row, columns two blanks apart, no blanks at the end of a line.
    func rendered() -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
