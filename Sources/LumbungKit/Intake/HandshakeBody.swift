import LumbungCore

/// The values of a body that questions are told by; a value that is named twice is unusable.
struct HandshakeBody {
    enum Value: Equatable {
        case absent
        case string(String)
        case number(String)
        case other
    }

    let type: Value
    let event: Value
    let challenge: [UInt8]?
    let plainToken: [UInt8]?

    private static let plan = ScanPlan(
        pointers: [
            JSONPointer(key: "type"), JSONPointer(key: "event"), JSONPointer(key: "challenge"),
            JSONPointer(keys: ["payload", "plainToken"]),
        ])

    /// Nil for a body that is no JSON object.
    init?(_ body: [UInt8]) {
        guard let scanned = try? JSONScanner.scan(body, plan: Self.plan), scanned.shape == .object,
            let values = scanned.elements.first?.values
        else { return nil }
        type = Self.value(values[0])
        event = Self.value(values[1])
        challenge = Self.text(values[2])
        plainToken = Self.text(values[3])
    }

    private static func value(_ value: ScannedValue) -> Value {
        if value.isAmbiguous { return .other }
        return switch value.content {
        case .absent: .absent
        case .number(let bytes): .number(String(decoding: bytes, as: UTF8.self))
        case .string(let bytes, hasLoneSurrogate: false): .string(String(decoding: bytes, as: UTF8.self))
        default: .other
        }
    }

    private static func text(_ value: ScannedValue) -> [UInt8]? {
        guard case .string(let bytes, hasLoneSurrogate: false) = value.content, !value.isAmbiguous else { return nil }
        return bytes
    }
}
