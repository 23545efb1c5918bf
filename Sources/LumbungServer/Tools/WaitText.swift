/// How long something takes yet, for a person.
enum WaitText {
    /// Seconds below a minute, minutes below an hour, then hours and minutes; rounded up.
    static func rounded(milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds) / 1000 + (milliseconds % 1000 > 0 ? 1 : 0)
        guard seconds >= 60 else { return "\(seconds) s" }
        let minutes = seconds / 60 + (seconds % 60 > 0 ? 1 : 0)
        guard minutes >= 60 else { return "\(minutes) min" }
        return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
