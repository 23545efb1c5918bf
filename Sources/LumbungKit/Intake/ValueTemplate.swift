public import LumbungCore

/// A place in a request where a text may stand.
public enum ValuePlace: Sendable, Hashable, CustomStringConvertible {
    /// A string or number in the payload.
    case json(JSONPointer)
    /// A request header.
    case header(String)
    /// A field of a form.
    case form(String)

    /// The place as the config file writes it.
    public var description: String {
        switch self {
        case .json(let pointer): "json:\(pointer)"
        case .header(let name): "header:\(name)"
        case .form(let name): "form:\(name)"
        }
    }
}

/// Places and the text around them, such as `{json:/order}:{json:/state?}`.
public struct ValueTemplate: Sendable, Hashable, CustomStringConvertible {
    /// A part of a template.
    public enum Part: Sendable, Hashable {
        /// What stands for itself.
        case text(String)
        /// What a request says at a place; one that is optional and not there is the empty text.
        case place(ValuePlace, isOptional: Bool)
    }

    /// The parts in their order.
    public let parts: [Part]

    /// Makes a template; nil without a place that has to be there, for then it could name every event alike.
    public init?(_ parts: [Part]) {
        let isNaming = parts.contains { part in
            if case .place(_, isOptional: false) = part { true } else { false }
        }
        guard isNaming else { return nil }
        self.parts = parts
    }

    /// The template as the config file writes it.
    public var description: String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let own): text += own
            case .place(let place, let isOptional): text += "{\(place)\(isOptional ? "?" : "")}"
            }
        }
    }
}
