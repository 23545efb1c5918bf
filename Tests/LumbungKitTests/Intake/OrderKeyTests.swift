import LumbungCore
import Testing

@testable import LumbungKit

/// The key of a delivery's order, read out of the payload.
@Suite struct OrderKeyTests {
    private static let app = DestinationID(1)
    private static let other = DestinationID(2)

    private func keys(_ payload: String) throws -> [DestinationID: OrderKey] {
        let pointer = try JSONPointer("/databaseId")
        let table = RouteTable(
            always: [Self.app, Self.other], orders: [Self.app: OrderRule(by: .json(pointer), deadBlocks: true)])
        let plan = IntakePlan(source: Source(name: "s"), routes: table)
        let request = IngestRequest(
            source: "s", headers: [], body: Array(payload.utf8), receivedAt: Timestamp(milliseconds: 0))
        return try #require(try plan.events(in: request).first).orderKeys
    }

    @Test(arguments: [
        (#"{"databaseId":1293289}"#, "1293289"), (#"{"databaseId":"a b"}"#, "a b"), (#"{"databaseId":1.50}"#, "1.50"),
    ])
    func `a string or a number is a key as it is written`(_ payload: String, _ key: String) throws {
        #expect(try keys(payload) == [Self.app: OrderKey(key, deadBlocks: true)])
    }

    @Test(arguments: [
        "{}", #"{"databaseId":null}"#, #"{"databaseId":{}}"#, #"{"databaseId":[1]}"#, #"{"databaseId":""}"#,
        #"{"databaseId":true}"#, #"{"databaseId":1,"databaseId":2}"#, #"{"databaseId":"\ud800"}"#,
        #"{"databaseId":"a\u0000b"}"#,
    ])
    func `anything else is no key`(_ payload: String) throws {
        #expect(try keys(payload) == [:])
    }

    @Test(arguments: [(255, 255), (256, 256), (257, 256)])
    func `a long key stands for itself by its beginning`(_ bytes: Int, _ kept: Int) throws {
        let key = OrderKey(String(repeating: "k", count: bytes))
        #expect(key.text.utf8.count == kept)
    }
}
