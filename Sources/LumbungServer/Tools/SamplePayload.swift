import LumbungCore

/// A payload as a sender of a preset would post it, with a fresh identity.
enum SamplePayload {
    /// An envelope of Accurate Online: an array of one event.
    static func accurate(uuid: String, now: Timestamp) -> [UInt8] {
        let text = """
            [{"databaseId":1293289,"type":"SALES_RECEIPT","timestamp":"\(accurateTime(now))","uuid":"\(uuid)",\
            "data":[{"salesReceiptId":9001,"salesReceiptNo":"SR.2026.11.00001","action":"WRITE"}]}]
            """
        return Array(text.utf8)
    }

    /// `dd/MM/yyyy HH:mm:ss` in UTC+7, as Accurate Online writes it.
    private static func accurateTime(_ now: Timestamp) -> String {
        let text = now.advanced(by: .seconds(7 * 3600)).iso8601
        let parts = text.split(whereSeparator: { "-T.".contains($0) })
        guard parts.count >= 4 else { return text }
        return "\(parts[2])/\(parts[1])/\(parts[0]) \(parts[3])"
    }
}
