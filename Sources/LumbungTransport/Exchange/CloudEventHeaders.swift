import Glibc
import LumbungCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The attributes of a CloudEvent that came in binary mode, where they are headers: without them its data is no event.
///
/// Only such an event has the identity that its headers `ce-source` and `ce-id` make, so what else a sender writes into
/// `ce-` headers goes nowhere.
struct CloudEventHeaders {
    /// The most headers of one event.
    static let most = 64
    /// The most bytes of their names and values.
    static let longest = 16_384
    private static let required = ["ce-specversion", "ce-id", "ce-source", "ce-type"]

    /// Names in lower case and values, the required attributes first; empty for other events.
    let fields: [(name: String, value: String)]

    init(of event: LeasedEvent) {
        guard Self.mayBeKept(event.headers), let kept = Self.read(event.headers),
            Self.required.allSatisfy({ kept[$0] != nil }), Self.identity(kept) == Array(event.identity.utf8),
            kept["content-type"]?.lowercased().hasPrefix("application/cloudevents") != true
        else {
            fields = []
            return
        }
        let others = kept.keys.filter { Self.isAttribute($0) && !Self.required.contains($0) }.sorted()
        var room = Self.longest
        fields = (Self.required + others).prefix(Self.most).compactMap { name in
            let value = Self.fit(kept[name] ?? "")
            room -= name.utf8.count + value.utf8.count
            return room >= 0 ? (name, value) : nil
        }
    }

    /// Whether the kept headers, a JSON text, have the name of the first attribute anywhere; most events do not.
    private static func mayBeKept(_ headers: String) -> Bool {
        unsafe strstr(headers, required[0]) != nil
    }

    private static func read(_ headers: String) -> [String: String]? {
        try? JSONDecoder().decode([String: String].self, from: Data(headers.utf8))
    }

    /// As `IntakePlan` names the event: the source, a blank, and the id.
    private static func identity(_ kept: [String: String]) -> [UInt8] {
        let decoded = ["ce-source", "ce-id"].map { CloudEventHeader.decoded(Array((kept[$0] ?? "").utf8)) }
        return Array(decoded.joined(separator: [UInt8(ascii: " ")]))
    }

    /// `ce-` and the name of an attribute: lower-case letters and digits.
    private static func isAttribute(_ name: String) -> Bool {
        name.hasPrefix("ce-") && name.utf8.count > 3
            && name.utf8.dropFirst(3).allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            }
    }

    /// The value as it came; bytes that no header can carry percent-encoded, which is how the binding writes them.
    private static func fit(_ value: String) -> String {
        guard !HeaderText.isValue(value) else { return value }
        var fit: [UInt8] = []
        for byte in value.utf8 {
            if byte > 0x20, byte < 0x7f {
                fit.append(byte)
            } else {
                fit += HeaderText.escape(byte)
            }
        }
        return String(decoding: fit, as: UTF8.self)
    }
}
