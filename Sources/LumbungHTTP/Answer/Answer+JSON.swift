import LumbungCore
import LumbungKit

extension Answer {
    /// What a sender is told about every event of its body (CONTRACT 3).
    /// - Parameters:
    ///   - receipt: What became of the events.
    ///   - status: 200 to 299; with some of them the sender gets no body.
    init(_ receipt: Receipt, status: Int = 200) {
        self.init(json: Self.hasBody(status) ? Self.json(receipt) : [])
        self.status = status
        if body.isEmpty { contentType = nil }
    }

    private static func json(_ receipt: Receipt) -> [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(128 + receipt.items.count * 96)
        json.append(text: #"{"status":""#)
        json.append(text: receipt.status)
        json.append(text: #"","received":"#)
        json.append(number: Int64(receipt.items.count))
        json.append(text: #","queued":"#)
        json.append(number: Int64(receipt.count(.queued)))
        json.append(text: #","duplicates":"#)
        json.append(number: Int64(receipt.count(.duplicate)))
        json.append(text: #","conflicts":"#)
        json.append(number: Int64(receipt.count(.conflict)))
        json.append(text: #","revived":"#)
        json.append(number: Int64(receipt.count(.revived)))
        json.append(text: #","queue_ids":["#)
        for (index, item) in receipt.items.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.append(number: item.outcome.id.value)
        }
        json.append(text: #"],"events":["#)
        for (index, item) in receipt.items.enumerated() {
            json.append(text: index > 0 ? #",{"uuid":"# : #"{"uuid":"#)
            JSONText.escape(item.identity, into: &json)
            json.append(text: #","queue_id":"#)
            json.append(number: item.outcome.id.value)
            json.append(text: #","status":""#)
            json.append(text: item.outcome.kind.rawValue)
            json.append(text: #""}"#)
        }
        json.append(text: "]}")
        return json
    }
}

extension Problem {
    /// The problem document's bytes.
    var json: [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(128 + detail.utf8.count)
        json.append(text: #"{"type":"#)
        JSONText.escape("urn:lumbung:problem:" + slug, into: &json)
        json.append(text: #","title":"#)
        JSONText.escape(title, into: &json)
        json.append(text: #","status":"#)
        json.append(number: Int64(status))
        json.append(text: #","detail":"#)
        JSONText.escape(detail, into: &json)
        json.append(UInt8(ascii: "}"))
        return json
    }
}

extension [UInt8] {
    fileprivate mutating func append(text: String) {
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(number: Int64) {
        append(contentsOf: String(number).utf8)
    }
}
