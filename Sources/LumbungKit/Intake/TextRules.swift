/// The characters that no identity, no type and no tenant may have: C0, DEL, and C1 in its UTF-8 form.
enum ControlCharacters {
    static func occur(in bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F { return true }
            if previous == 0xC2 && (0x80...0x9F).contains(byte) { return true }
            previous = byte
        }
        return false
    }
}
