import LumbungCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A JSON document that is about to be written; objects keep the order of their keys.
///
/// Only documents of a fixed, small depth are made of it.
indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case string(String)
    /// Text that is JSON already.
    case verbatim([UInt8])
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// A number, or null.
    static func optional(_ number: Int64?) -> JSONValue { number.map(JSONValue.number) ?? .null }

    /// A text, or null.
    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// A point in time, as ISO 8601 in UTC with milliseconds.
    static func time(_ time: Timestamp) -> JSONValue { .string(time.iso8601) }

    /// The document's bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    private func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): bytes.append(contentsOf: String(value).utf8)
        case .string(let text): JSONText.escape(text, into: &bytes)
        case .verbatim(let text): bytes.append(contentsOf: text)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.escape(member.key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension [(key: String, value: JSONValue)] {
    /// Bytes from outside: as text where they are UTF-8, else in base64 (RFC 4648, section 4); `NAME_encoding` says which.
    static func content(_ name: String, _ bytes: [UInt8]) -> Self {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return [(name, .string(Data(bytes).base64EncodedString())), (name + "_encoding", .string("base64"))]
        }
        return [(name, .string(text)), (name + "_encoding", .string("text"))]
    }
}
