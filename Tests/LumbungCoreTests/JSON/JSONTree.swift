import LumbungCore

/// A document as a plain tree: made at random, written in random ways, and searched by the naive reference.
///
/// It shares nothing with the scanner, so that the two can be compared.
indirect enum JSONTree {
    case null
    case bool(Bool)
    case number(String)
    case string(Text)
    case array([JSONTree])
    case object([(key: Text, value: JSONTree)])

    /// A string as UTF-16 code units, which may hold half a surrogate pair.
    struct Text {
        var units: [UInt16]

        var hasLoneSurrogate: Bool {
            transcode(units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true) { _ in }
        }

        var utf8: [UInt8] { Array(String(decoding: units, as: UTF16.self).utf8) }
    }

    /// What stands at a pointer: the first occurrence, and whether a key on the way is repeated.
    func lookup(_ tokens: ArraySlice<[UInt8]>) -> ScannedValue {
        guard let token = tokens.first else { return ScannedValue(content: content) }
        switch self {
        case .object(let members):
            let matches = members.filter { !$0.key.hasLoneSurrogate && $0.key.utf8 == token }
            guard let first = matches.first else { return ScannedValue(content: .absent) }
            var found = first.value.lookup(tokens.dropFirst())
            found.isAmbiguous = found.isAmbiguous || matches.count > 1
            return found
        case .array(let elements):
            let text = String(decoding: token, as: UTF8.self)
            guard let index = Int(text), String(index) == text, elements.indices.contains(index) else {
                return ScannedValue(content: .absent)
            }
            return elements[index].lookup(tokens.dropFirst())
        case .null, .bool, .number, .string:
            return ScannedValue(content: .absent)
        }
    }

    private var content: ScannedValue.Content {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): .number(Array(text.utf8))
        case .string(let text): .string(text.utf8, hasLoneSurrogate: text.hasLoneSurrogate)
        case .array: .array
        case .object: .object
        }
    }
}

/// Makes and writes trees.
struct JSONTreeMaker {
    var random: JSONFixtures.Random
    /// Few keys, so that repeats and hits are frequent.
    static let keys = ["a", "b", "id", "uuid", "0", "1", "", "é", "a/b", "m~n", "😀", "\u{FFFD}", "\n\"\\"]

    mutating func object(depth: Int) -> JSONTree {
        .object((0..<random.below(6)).map { _ in (key: key(), value: tree(depth: depth - 1)) })
    }

    mutating func tree(depth: Int) -> JSONTree {
        switch random.below(depth > 0 ? 10 : 5) {
        case 0: .null
        case 1: .bool(random.chance(oneIn: 2))
        case 2: .number(number())
        case 3, 4: .string(text())
        case 5, 6: .array((0..<random.below(4)).map { _ in tree(depth: depth - 1) })
        default: object(depth: depth)
        }
    }

    private mutating func key() -> JSONTree.Text {
        random.chance(oneIn: 12) ? text() : JSONTree.Text(units: Array(random.pick(Self.keys).utf16))
    }

    private mutating func text() -> JSONTree.Text {
        let units = (0..<random.below(20)).flatMap { _ -> [UInt16] in
            switch random.below(12) {
            case 0: [UInt16(random.below(0x20))]
            case 1: [random.pick([0x22, 0x5C, 0x2F, 0x7F, 0x80, 0x7FF, 0x800, 0x2028, 0xFFFD, 0xFFFF])]
            case 2: Array(random.pick(["é", "€", "😀", "\u{10FFFF}", "中"]).utf16)
            case 3: random.chance(oneIn: 4) ? [UInt16(0xD800 + random.below(0x800))] : [0x20]
            default: [UInt16(0x20 + random.below(0x5F))]
            }
        }
        return JSONTree.Text(units: units)
    }

    private mutating func number() -> String {
        var text = random.chance(oneIn: 3) ? "-" : ""
        text += random.chance(oneIn: 4) ? "0" : "\(1 + random.below(9))" + digits(upTo: 30)
        if random.chance(oneIn: 3) { text += ".\(random.below(10))" + digits(upTo: 12) }
        if random.chance(oneIn: 4) {
            text += random.pick(["e", "E", "e+", "E-"]) + "\(random.below(10))" + digits(upTo: 2)
        }
        return text
    }

    private mutating func digits(upTo count: Int) -> String {
        (0..<random.below(count + 1)).map { _ in "\(random.below(10))" }.joined()
    }

    mutating func write(_ tree: JSONTree, into output: inout [UInt8]) {
        switch tree {
        case .null: output += Array("null".utf8)
        case .bool(let value): output += Array((value ? "true" : "false").utf8)
        case .number(let text): output += Array(text.utf8)
        case .string(let text): write(text, into: &output)
        case .array(let elements):
            output += Array("[".utf8)
            for (position, element) in elements.enumerated() {
                if position > 0 { output += Array(",".utf8) }
                space(into: &output)
                write(element, into: &output)
                space(into: &output)
            }
            output += Array((elements.isEmpty && random.chance(oneIn: 4) ? " ]" : "]").utf8)
        case .object(let members):
            output += Array("{".utf8)
            for (position, member) in members.enumerated() {
                if position > 0 { output += Array(",".utf8) }
                space(into: &output)
                write(member.key, into: &output)
                space(into: &output)
                output += Array(":".utf8)
                space(into: &output)
                write(member.value, into: &output)
                space(into: &output)
            }
            output += Array((members.isEmpty && random.chance(oneIn: 4) ? "\n}" : "}").utf8)
        }
    }

    mutating func space(into output: inout [UInt8]) {
        while random.chance(oneIn: 6) {
            output.append(random.pick([0x20, 0x09, 0x0A, 0x0D]))
        }
    }

    /// Writes each character raw, as a short escape or as `\u`, as it may be written.
    private mutating func write(_ text: JSONTree.Text, into output: inout [UInt8]) {
        output.append(0x22)
        let short: [UInt16: String] = [
            0x22: "\\\"", 0x5C: "\\\\", 0x2F: "\\/", 0x08: "\\b", 0x0C: "\\f", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t",
        ]
        var position = 0
        while position < text.units.count {
            let unit = text.units[position]
            let isPair =
                unit & 0xFC00 == 0xD800 && position + 1 < text.units.count
                && text.units[position + 1] & 0xFC00 == 0xDC00
            let mustEscape = unit < 0x20 || unit == 0x22 || unit == 0x5C || (unit & 0xF800 == 0xD800 && !isPair)
            if let escape = short[unit], random.chance(oneIn: 2) {
                output += Array(escape.utf8)
                position += 1
            } else if mustEscape || random.chance(oneIn: 8) {
                for unit in text.units[position..<(position + (isPair ? 2 : 1))] {
                    let digits = String(unit, radix: 16, uppercase: random.chance(oneIn: 2))
                    output += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
                }
                position += isPair ? 2 : 1
            } else {
                let units = text.units[position..<(position + (isPair ? 2 : 1))]
                output += Array(String(decoding: units, as: UTF16.self).utf8)
                position += units.count
            }
        }
        output.append(0x22)
    }
}
