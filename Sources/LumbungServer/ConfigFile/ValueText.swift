import LumbungCore
import LumbungKit

/// What `id`, `type`, `tenant` and `time` say: a place in a request, a template of places, or something else.
enum ValueText {
    case place(ValuePlace)
    case template(ValueTemplate)
    /// It begins like one of them; with what is wrong, in words.
    case unfit(String)
    case other

    /// The longest template, in bytes, and the most of its parts.
    static let templateMaxBytes = 1024
    static let templateMaxParts = 16
    /// The longest name of a form's field, in bytes.
    static let fieldMaxBytes = 256

    init(_ text: String) {
        switch Self.place(text) {
        case .success(let place)?: self = .place(place)
        case .failure(let fault)?: self = .unfit(fault.text)
        case nil where text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }):
            do throws(Fault) {
                self = .template(try Self.template(text))
            } catch {
                self = .unfit(error.text)
            }
        case nil: self = .other
        }
    }

    private struct Fault: Error {
        let text: String
    }

    /// The place; nil when the text does not begin like one.
    private static func place(_ text: String) -> Result<ValuePlace, Fault>? {
        if text.hasPrefix("json:") {
            guard let pointer = PointerText.pointer(String(text.dropFirst(5))) else {
                return .failure(
                    Fault(text: "expected a JSON Pointer (RFC 6901) behind `json:`, such as json:/uuid"))
            }
            return .success(.json(pointer))
        }
        if text.hasPrefix("header:") {
            let name = String(text.dropFirst(7))
            guard HeaderRules.isName(name) else {
                return .failure(
                    Fault(text: "expected a header's name behind `header:`, such as header:X-Request-Id"))
            }
            return .success(.header(name))
        }
        guard text.hasPrefix("form:") else { return nil }
        let name = String(text.dropFirst(5))
        guard (1...fieldMaxBytes).contains(name.utf8.count) else {
            return .failure(
                Fault(text: "expected a field's name of 1 to \(fieldMaxBytes) bytes behind `form:`, such as form:id"))
        }
        return .success(.form(name))
    }

    /// A template: text, and places in braces, behind which a question mark says that they may be missing.
    private static func template(_ text: String) throws(Fault) -> ValueTemplate {
        guard text.utf8.count <= templateMaxBytes else {
            throw Fault(text: "a template has at most \(templateMaxBytes) bytes")
        }
        var parts: [ValueTemplate.Part] = []
        var rest = text[...]
        while !rest.isEmpty {
            let own = rest.prefix { $0 != "{" && $0 != "}" }
            if !own.isEmpty { parts.append(.text(String(own))) }
            rest = rest.dropFirst(own.count)
            guard let brace = rest.first else { break }
            guard brace == "{", let end = rest.firstIndex(of: "}") else {
                throw Fault(text: "a brace in a template stands alone; expected {json:/pointer} and the like")
            }
            parts.append(try part(rest[rest.index(after: rest.startIndex)..<end]))
            rest = rest[end...].dropFirst()
        }
        guard parts.count <= templateMaxParts else {
            throw Fault(text: "a template has at most \(templateMaxParts) parts")
        }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Fault(text: "a template has no control characters")
        }
        guard let template = ValueTemplate(parts) else {
            throw Fault(text: "a template needs a place that has to be there, one without `?`")
        }
        return template
    }

    private static func part(_ inner: Substring) throws(Fault) -> ValueTemplate.Part {
        let isOptional = inner.last == "?"
        switch place(String(isOptional ? inner.dropLast() : inner)) {
        case .success(let place)?: return .place(place, isOptional: isOptional)
        case .failure(let fault)?: throw fault
        case nil: throw Fault(text: "expected json:/pointer, header:Name or form:name between the braces of a template")
        }
    }
}
