/// A name and a value of `application/x-www-form-urlencoded` (WHATWG URL, section 5.1), decoded.
package struct FormField: Sendable, Hashable {
    /// The name.
    package var name: [UInt8]
    /// The value; empty without an equals sign.
    package var value: [UInt8]

    /// Pairs a name with a value.
    package init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// The fields of a text, in its order.
    package static func read(_ text: some Collection<UInt8>) -> [FormField] {
        text.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return FormField(name: decoded(name), value: decoded(pair.dropFirst(name.count + 1)))
        }
    }

    /// A name or a value as it is meant: a plus is a blank.
    package static func decoded(_ text: some Collection<UInt8>) -> [UInt8] {
        PercentCoding.decoded(text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 })
    }
}
