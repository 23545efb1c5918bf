import LumbungCore

/// What a form says at one name.
enum FormValue: Sendable, Equatable {
    case absent
    case bytes([UInt8])
    /// The name occurs more than once, so that readers could differ on which of them counts.
    case repeated
}

/// The reader of `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
enum FormFields {
    /// What stands at each of the names, in their order; names are compared byte for byte once they are decoded.
    ///
    /// Every body can be read; time is linear in its length.
    static func values(of names: [[UInt8]], in body: [UInt8]) -> [FormValue] {
        var values = [FormValue](repeating: .absent, count: names.count)
        var start = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: UInt8(ascii: "&")) ?? body.count
            read(body[start..<end], names, into: &values)
            start = end + 1
        }
        return values
    }

    private static func read(_ pair: ArraySlice<UInt8>, _ names: [[UInt8]], into values: inout [FormValue]) {
        let mark = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
        let name = pair[..<mark]
        // Nothing is decoded for the many fields that nobody asks for.
        let isPlain = !name.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
        let decodedName = isPlain ? name : FormField.decoded(name)[...]
        for (index, wanted) in names.enumerated() where wanted.elementsEqual(decodedName) {
            values[index] = values[index] == .absent ? .bytes(FormField.decoded(pair[mark...].dropFirst())) : .repeated
        }
    }
}
