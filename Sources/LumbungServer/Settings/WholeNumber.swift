/// Decimal numbers as a person writes them in a setting.
enum WholeNumber {
    /// The number that the text spells, or nil.
    ///
    /// Digits alone: no sign, blank, separator or leading zero (YAML 1.1 reads `010` as eight, so it is nobody's
    /// clear intention), and nothing past `Int.max`.
    static func parse(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard text.utf8.count == 1 || text.utf8.first != 0x30 else { return nil }
        return Int(text)
    }
}
