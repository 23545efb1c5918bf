/// Reads the times that senders write, each in its own way.
///
/// With blanks around and between the parts, these are read:
/// - `17/09/2026 21:10:59`, day first, as Accurate Online writes it: in UTC+7 unless a zone stands behind it. Days and
///   months may have one digit, seconds may be missing, and so may the time of day, which is midnight then.
/// - ISO 8601 with a zone, such as `2026-09-17T14:10:59.123Z` or `2026-09-17 21:10:59 +0700`. Without a zone it is no
///   point in time.
/// - Digits, perhaps with a fraction: seconds since 1970, or milliseconds from ``firstMilliseconds`` on.
///
/// Points before 1970 and after the year 9999 are not read: no event is from then.
public enum SenderTime {
    /// The longest text that is looked at, in bytes.
    public static let longestBytes = 64
    /// From here on a number counts milliseconds: as seconds it would lie in the year 5138, as milliseconds in 1973.
    public static let firstMilliseconds: Int64 = 100_000_000_000
    /// The offset of Western Indonesia, which has had no summer time since 1963, in minutes.
    static let westernIndonesia: Int64 = 7 * 60

    /// Reads a text, or a JSON number as it is written.
    /// - Returns: Nil for everything else, such as a day that its month does not have.
    public static func read(_ text: [UInt8]) -> Timestamp? {
        guard text.count <= longestBytes else { return nil }
        var reader = TimeReader(text)
        let milliseconds = reader.unix() ?? reader.dayFirst() ?? reader.iso()
        return milliseconds.flatMap { (0...Timestamp.lastWritable).contains($0) ? Timestamp(milliseconds: $0) : nil }
    }
}

/// Takes a time apart, from its first byte on.
private struct TimeReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    // MARK: Forms; each begins at the first byte

    mutating func unix() -> Int64? {
        begin()
        guard let whole = number(digits: 1...15) else { return nil }
        let isMilliseconds = whole.value >= SenderTime.firstMilliseconds
        let fraction = take(".") ? number(digits: 1...SenderTime.longestBytes, counted: 3) : (value: 0, digits: 0)
        guard let fraction, isAtEnd() else { return nil }
        return isMilliseconds ? whole.value : whole.value * 1000 + fraction.value
    }

    mutating func dayFirst() -> Int64? {
        begin()
        guard let day = number(digits: 1...2)?.value, let separator = separator(),
            let month = number(digits: 1...2)?.value, take(separator), let year = number(digits: 4...4)?.value,
            let midnight = midnight(year, month, day)
        else { return nil }
        let blanks = skipBlanks()
        guard !isAtEnd() else { return midnight - SenderTime.westernIndonesia * 60_000 }
        guard blanks > 0, let time = timeOfDay() else { return nil }
        skipBlanks()
        let offset = isAtEnd() ? SenderTime.westernIndonesia : zone()
        return offset.map { midnight + time - $0 * 60_000 }
    }

    mutating func iso() -> Int64? {
        begin()
        guard let year = number(digits: 4...4)?.value, take("-"), let month = number(digits: 1...2)?.value, take("-"),
            let day = number(digits: 1...2)?.value, let midnight = midnight(year, month, day)
        else { return nil }
        guard take("T") || take("t") || skipBlanks() > 0, let time = timeOfDay() else { return nil }
        skipBlanks()
        return zone().map { midnight + time - $0 * 60_000 }
    }

    // MARK: Parts

    private mutating func begin() {
        position = 0
        skipBlanks()
    }

    /// Milliseconds since midnight: hours, minutes, and perhaps seconds with a fraction.
    private mutating func timeOfDay() -> Int64? {
        guard let hour = number(digits: 1...2)?.value, hour < 24, take(":"), let minute = number(digits: 1...2)?.value,
            minute < 60
        else { return nil }
        let minutes = (hour * 60 + minute) * 60_000
        guard take(":") else { return minutes }
        guard let second = number(digits: 1...2)?.value, second < 60 else { return nil }
        guard take(".") || take(",") else { return minutes + second * 1000 }
        return number(digits: 1...SenderTime.longestBytes, counted: 3).map { minutes + second * 1000 + $0.value }
    }

    /// The offset of a zone at the end, in minutes.
    private mutating func zone() -> Int64? {
        if take("Z") || take("z") { return isAtEnd() ? 0 : nil }
        let isWest = take("-")
        guard isWest || take("+"), let first = number(digits: 2...4), first.digits != 3 else { return nil }
        let hours = first.digits == 4 ? first.value / 100 : first.value
        var minutes = first.digits == 4 ? first.value % 100 : 0
        if first.digits == 2, take(":") {
            guard let behind = number(digits: 2...2) else { return nil }
            minutes = behind.value
        }
        guard hours < 24, minutes < 60, isAtEnd() else { return nil }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }

    /// Milliseconds since 1970 at the beginning of a day; nil when there is no such day.
    private func midnight(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let days = Timestamp.days(year: year, month: month, day: day)
        // A day that its month does not have comes out as a day of the next.
        return Timestamp.civil(days: days) == (year, month, day) ? days * 86_400_000 : nil
    }

    private mutating func separator() -> Character? {
        take("/") ? "/" : take("-") ? "-" : nil
    }

    /// The digits that stand here, if there are as many as wanted.
    /// - Parameter counted: As how many digits they are read, the rest being dropped or zero; nil for as many as there are.
    private mutating func number(digits wanted: ClosedRange<Int>, counted: Int? = nil) -> (value: Int64, digits: Int)? {
        let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard wanted.contains(digits.count) else { return nil }
        position += digits.count
        let read = digits.prefix(counted ?? digits.count).reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        let missing = max(0, (counted ?? 0) - digits.count)
        return ((0..<missing).reduce(read) { value, _ in value * 10 }, digits.count)
    }

    private mutating func take(_ character: Character) -> Bool {
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    @discardableResult
    private mutating func skipBlanks() -> Int {
        let blanks = bytes[position...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
        position += blanks
        return blanks
    }

    /// Whether nothing but blanks follows.
    private mutating func isAtEnd() -> Bool {
        skipBlanks()
        return position == bytes.count
    }
}
