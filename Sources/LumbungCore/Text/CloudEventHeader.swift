/// The values of `ce-` headers (CloudEvents 1.0, HTTP binding, section 3.1.3.2).
package enum CloudEventHeader {
    /// The value first out of its quotes, then percent-decoded once.
    package static func decoded(_ value: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var isQuoted = false
        var position = 0
        while position < value.count {
            let byte = value[position]
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if isQuoted, byte == UInt8(ascii: "\\"), position + 1 < value.count {
                position += 1
                bytes.append(value[position])
            } else {
                bytes.append(byte)
            }
            position += 1
        }
        return PercentCoding.decoded(bytes)
    }
}
