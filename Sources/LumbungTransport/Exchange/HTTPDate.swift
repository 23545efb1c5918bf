import LumbungCore

/// The three date forms of HTTP (RFC 9110, section 5.6.7), all in GMT.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The moment that a date names, or `nil` when the text is none.
    ///
    /// The forms are `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    /// The day's name is not compared.
    static func timestamp(_ text: String) -> Timestamp? {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let parts = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        if parts.count == 6, parts[5] == "GMT" {
            return timestamp(day: parts[1], month: parts[2], year: parts[3], time: parts[4])
        }
        guard parts.count == 5 else { return nil }
        return timestamp(day: parts[2], month: parts[1], year: parts[4], time: parts[3])
    }

    private static func timestamp(day: String, month: String, year: String, time: String) -> Timestamp? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map {
            number(String($0), digits: 2...2)
        }
        guard let day = number(day, digits: 1...2), (1...31).contains(day),
            let monthIndex = months.firstIndex(of: month),
            let year = fullYear(year),
            clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = daysSince1970(year: year, month: monthIndex + 1, day: day)
        return Timestamp(milliseconds: ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000)
    }

    /// Two digits stand for the years 1970 to 2069.
    private static func fullYear(_ text: String) -> Int64? {
        if let short = number(text, digits: 2...2) { return short < 70 ? 2000 + short : 1900 + short }
        return number(text, digits: 4...4)
    }

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(text)
    }

    /// Counts in years that begin in March, so that a leap day is a year's last; 719,468 days lie between 0000-03-01
    /// and 1970-01-01.
    private static func daysSince1970(year: Int64, month: Int, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let marchMonth = Int64(month <= 2 ? month + 9 : month - 3)
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        return marchYear * 365 + leapDays + dayOfYear - 719_468
    }
}
