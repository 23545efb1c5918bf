extension LogLineWriter {
    private static let millisecondsPerDay: Int64 = 86_400_000

    /// Appends a moment as `2026-11-22T21:15:32.123Z`: ISO 8601, UTC, milliseconds.
    ///
    /// Moments before 1970 are shown as 1970-01-01 and moments after 9999 as the last millisecond of 9999, so the text
    /// is always 24 bytes. Nothing is cached: the divisions are by constants and cost less than sharing a cache
    /// between threads.
    public mutating func appendTimestamp(milliseconds: Int64) {
        let time = min(max(milliseconds, 0), 253_402_300_799_999)
        let (year, month, day) = Self.civilDate(daysSince1970: time / Self.millisecondsPerDay)
        let rest = Int(time % Self.millisecondsPerDay)
        appendBytes(count: 24) { output in
            output.append(twoDigitsOf: year / 100)
            output.append(twoDigitsOf: year % 100)
            output.append(UInt8(ascii: "-"))
            output.append(twoDigitsOf: month)
            output.append(UInt8(ascii: "-"))
            output.append(twoDigitsOf: day)
            output.append(UInt8(ascii: "T"))
            output.append(twoDigitsOf: rest / 3_600_000)
            output.append(UInt8(ascii: ":"))
            output.append(twoDigitsOf: rest / 60_000 % 60)
            output.append(UInt8(ascii: ":"))
            output.append(twoDigitsOf: rest / 1000 % 60)
            output.append(UInt8(ascii: "."))
            output.append(twoDigitsOf: rest % 1000 / 10)
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            output.append(UInt8(ascii: "Z"))
        }
    }

    /// The Gregorian date of a day, by counting in years that begin in March, so that a leap day is a year's last day.
    ///
    /// 146,097 days are 400 years; 719,468 days lie between 0000-03-01 and 1970-01-01.
    private static func civilDate(daysSince1970: Int64) -> (year: Int, month: Int, day: Int) {
        let days = Int(daysSince1970) + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}

extension OutputSpan<UInt8> {
    fileprivate mutating func append(twoDigitsOf value: Int) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}
