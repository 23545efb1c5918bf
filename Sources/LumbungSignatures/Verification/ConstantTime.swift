/// Comparison whose time tells nothing about the bytes.
package enum ConstantTime {
    /// Whether two sequences of bytes are the same; lengths, which are no secret, are compared first.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
