import LumbungCore
import LumbungKit

/// How a source's bodies are read.
extension SourceReader {
    /// The formats, which a content type has to tell apart; JSON when they are unfit.
    static func formats(_ node: LocatedNode, _ problems: inout ProblemList) -> [BodyFormat] {
        let words = BodyFormat.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let nodes: [LocatedNode]
        if case .list(let elements) = node.content { nodes = elements } else { nodes = [node] }
        if nodes.isEmpty { problems.add(node.location, "`format` is an empty list: expected \(words)") }
        var formats: [BodyFormat] = []
        for node in nodes {
            let expected = "one of \(words)"
            guard let scalar = node.scalar("format", expected: expected, &problems) else { continue }
            guard let format = BodyFormat(rawValue: scalar.text) else {
                node.refuseText("format", expected: expected, &problems)
                continue
            }
            if formats.contains(format) {
                problems.add(node.location, "`format`: `\(format.rawValue)` stands here twice")
            } else if formats.contains(where: { [$0, format].allSatisfy(Self.forms.contains) }) {
                problems.add(
                    node.location, "`format`: `form` and `form-payload` have the same content type; choose one of them")
            } else {
                formats.append(format)
            }
        }
        return formats.isEmpty ? [.json] : formats
    }

    /// Refuses what none of the source's formats could ever bring.
    static func checkFormats(_ source: SourceConfiguration, _ reader: MappingReader, _ problems: inout ProblemList) {
        if source.split != .root, !source.formats.contains(.json), let split = reader["split"] {
            problems.add(split.value.location, "`split` needs `json` in `format`")
        }
        guard !source.formats.contains(where: forms.contains) else { return }
        let usesForm = [
            ("id", source.identity.contains(where: \.usesForm)), ("type", source.type.usesForm),
            ("tenant", source.tenant?.usesForm == true),
            ("time", source.time.contains { if case .form = $0 { true } else { false } }),
        ]
        for (key, usesForm) in usesForm where usesForm {
            guard let location = reader[key]?.value.location else { continue }
            problems.add(location, "`\(key)`: form:… needs `form` or `form-payload` in `format`")
        }
    }

    private static let forms = [BodyFormat.form, .formPayload]
}

extension IdentityRule {
    fileprivate var usesForm: Bool {
        switch self {
        case .form: true
        case .template(let template): template.usesForm
        case .json, .header, .sha256, .arrival: false
        }
    }
}

extension TypeRule {
    fileprivate var usesForm: Bool {
        switch self {
        case .form: true
        case .template(let template): template.usesForm
        case .json, .header, .text: false
        }
    }
}

extension ValueTemplate {
    fileprivate var usesForm: Bool {
        parts.contains { if case .place(.form, _) = $0 { true } else { false } }
    }
}
