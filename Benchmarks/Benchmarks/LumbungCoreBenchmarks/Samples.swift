import LumbungCore

/// The fixed inputs; nothing in them is random, so that runs compare.
enum Samples {
    /// 2027-01-15T08:00:00.000Z.
    static let time = Timestamp(milliseconds: 1_800_000_000_000)

    /// An envelope of Accurate Online: an array of `events` events, `payloadBytes` bytes in all.
    static func accurateBody(events: Int, payloadBytes: Int) -> [UInt8] {
        let bytesEach = (payloadBytes - 1) / events - 1
        let bodies = (0..<events).map { number in accurateEvent(number, bytes: bytesEach) }
        let text = "[" + bodies.joined(separator: ",") + "]"
        // The last bytes of a division that does not come out even; white space may stand after a body.
        return Array(text.utf8) + Array(repeating: UInt8(ascii: " "), count: payloadBytes - text.utf8.count)
    }

    /// One object whose only value is a string, `bytes` bytes in all.
    static func stringBody(bytes: Int) -> [UInt8] {
        let head = #"{"data":""#
        let tail = #""}"#
        let text = String(repeating: "x", count: bytes - head.utf8.count - tail.utf8.count)
        return Array((head + text + tail).utf8)
    }

    /// Text with what must be escaped, and characters of two to four bytes.
    static func mixedText(bytes: Int) -> [UInt8] {
        let pattern = Array("path \"C:\\temp\"\n\u{7}\u{2028} caf\u{e9} \u{20ac} \u{1F4E5} ".utf8)
        return (0..<bytes).map { pattern[$0 % pattern.count] }
    }

    /// Requests of one event of 200 bytes each.
    static func requests(_ count: Int, deadline: ContinuousClock.Instant) -> [AppendRequest] {
        (0..<count).map { number in
            let event = NewEvent(
                source: "shop",
                identity: identity(number),
                type: "SALES_RECEIPT",
                content: content,
                receivedAt: time,
                routing: EventRouting(destinations: [DestinationID(1)])
            )
            return AppendRequest(events: [event], deadline: deadline, completion: { _ in })
        }
    }

    /// Leases of first attempts, whose destinations take turns.
    static func leases(_ count: Int, alternatingBetween destinations: [DestinationID]) -> [Lease] {
        (0..<count).map { number in
            let event = LeasedEvent(
                id: EventID(Int64(number) + 1),
                source: "shop",
                identity: identity(number),
                type: "SALES_RECEIPT",
                content: content
            )
            return Lease(
                event: event,
                destination: destinations[number % destinations.count],
                token: Int64(number) + 1,
                attempt: 1,
                isSuspect: false,
                fanout: 1
            )
        }
    }

    /// The queue and the plan never look inside a payload, so its digest need not be true.
    private static let content = EventContent(
        payload: accurateBody(events: 1, payloadBytes: 200),
        digest: Array(repeating: 0, count: 32),
        headers: #"{"content-type":"application/json"}"#
    )

    private static func accurateEvent(_ number: Int, bytes: Int) -> String {
        let head = """
            {"databaseId":1293289,"type":"SALES_RECEIPT","timestamp":"15/01/2027 15:00:00",\
            "uuid":"\(identity(number))","data":[{"salesReceiptNo":"
            """
        let tail = #""}]}"#
        let filler = max(0, bytes - head.utf8.count - tail.utf8.count)
        return head + String(repeating: "9", count: filler) + tail
    }

    private static func identity(_ number: Int) -> String {
        let digits = String(number)
        return "f3b2c1d0-5a4e-4f6b-8c7d-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
