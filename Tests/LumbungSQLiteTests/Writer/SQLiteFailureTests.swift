import LumbungCore
import Testing

@testable import LumbungSQLite

/// Which SQLite codes promise that nothing was stored, and which leave it open (PROMISES 8).
struct SQLiteFailureTests {
    /// The numbers are those of <https://www.sqlite.org/rescode.html>.
    @Test(
        arguments: [
            (5, .busy), (261, .busy), (517, .busy), (6, .busy), (262, .busy),
            (13, .diskFull), (9, .tooSlow),
            (19, .invalid("why (SQLite code 19)")), (2067, .invalid("why (SQLite code 2067)")),
            (1, .invalid("why (SQLite code 1)")), (18, .invalid("why (SQLite code 18)")),
            (20, .invalid("why (SQLite code 20)")), (21, .invalid("why (SQLite code 21)")),
            (10, .unknown("why (SQLite code 10)")), (778, .unknown("why (SQLite code 778)")),
            (1034, .unknown("why (SQLite code 1034)")), (11, .unknown("why (SQLite code 11)")),
            (8, .unknown("why (SQLite code 8)")), (14, .unknown("why (SQLite code 14)")),
            (26, .unknown("why (SQLite code 26)")), (7, .unknown("why (SQLite code 7)")),
        ] as [(Int32, StoreError)])
    func `every code has one meaning`(_ code: Int32, _ expected: StoreError) {
        #expect(SQLiteFailure(code: code, message: "why").storeError == expected)
    }
}
