import LumbungCore
import LumbungKit
import LumbungSignatures

/// How a source's requests are checked.
extension SourceReader {
    static let verificationKeys = ["verify", "public_url"] + SecretReader.keys

    func readVerification(
        _ reader: MappingReader, into source: inout SourceConfiguration, _ problems: inout ProblemList
    ) {
        let known = problems.count
        let secretReader = SecretReader.verifying(workingDirectory: workingDirectory)
        let secrets = secretReader.read(reader, &problems)
        guard let verify = reader["verify"]?.value else {
            return problems.add(
                reader.location,
                "`\(source.name)` does not say how its requests are checked: set `verify`; {scheme: none} lets anybody send"
            )
        }
        let found = VerificationReader(split: source.split, secretReader: secretReader).read(verify, &problems)
        checkItems(found.map(\.rule), source, reader, &problems)
        source.publicURL = publicURL(reader, &problems)
        guard problems.count == known else { return }
        do throws(VerifierError) {
            source.verification = try checks(found, sharing: secrets, reader, of: source, &problems)
            if !source.capturesSecret { _ = try Verifier(source.verification.map(\.keyed)) }
        } catch {
            if problems.count == known { problems.add(reader.location, "`\(source.name)`: \(error)") }
        }
        checkTogether(source, reader, &problems)
    }

    /// The rules with their secrets: each its own within `verify`, or all those that stand beside it.
    private func checks(
        _ found: [CheckConfiguration], sharing secrets: [Secret], _ reader: MappingReader,
        of source: SourceConfiguration, _ problems: inout ProblemList
    ) throws(VerifierError) -> [CheckConfiguration] {
        if !secrets.isEmpty, let entry = SecretReader.keys.compactMap({ reader[$0] }).first {
            if found.contains(where: { $0.rule == .none }) {
                problems.add(
                    entry.keyLocation,
                    "`\(entry.key)` is set and nothing is checked with it: `\(source.name)` has no `verify` but {scheme: none}"
                )
                return found
            }
            if found.contains(where: { !$0.secrets.isEmpty }) {
                problems.add(entry.keyLocation, "secrets stand beside `verify` and in it: set them in one place")
                return found
            }
            let keyed = try KeyedRule.sharing(secrets.map(\.revealed), among: found.map(\.rule))
            return keyed.map { CheckConfiguration(rule: $0.rule, secrets: $0.secrets.map { Secret($0) }) }
        }
        let isBrought = source.handshakes.contains(.asana) && found.allSatisfy { $0.secrets.isEmpty }
        if !isBrought, found.contains(where: { $0.rule != .none && $0.secrets.isEmpty }) {
            problems.add(
                reader.location,
                "`\(source.name)` needs a secret to check its requests: set `secret`, `secret_file` or `secrets`")
        }
        return found
    }

    /// What only rules, handshakes, formats and the URL together show.
    private func checkTogether(
        _ source: SourceConfiguration, _ reader: MappingReader, _ problems: inout ProblemList
    ) {
        let rules = source.verification.map(\.rule)
        if source.handshakes.contains(.x), source.formats != [.json] || !rules.allSatisfy(\.signsWholeBody) {
            problems.add(
                reader.location,
                "`\(source.name)`: the handshake `x` signs short texts for whoever asks, so `format` must be json alone "
                    + "and {body} in `signed`")
        }
        if source.publicURL == nil, rules.contains(where: \.signsURL) {
            problems.add(
                reader.location,
                "`\(source.name)`: the sender signs the URL that it calls: set `public_url` to that URL, as it is registered there"
            )
        }
        if rules.contains(where: \.readsForm), !source.formats.contains(where: { $0 == .form || $0 == .formPayload }) {
            problems.add(
                reader.location,
                "`\(source.name)`: `verify` reads fields of a form, which needs `form` or `form-payload` in `format`")
        }
    }

    /// Refuses a token in every event where other events are read than those that it was written for.
    private func checkItems(
        _ rules: [VerificationRule], _ source: SourceConfiguration, _ reader: MappingReader,
        _ problems: inout ProblemList
    ) {
        guard rules.contains(where: \.readsItems), let verify = reader["verify"] else { return }
        let own = reader.location.file
        if verify.keyLocation.file != own, let split = reader["split"], split.keyLocation.file == own,
            case .scalar(let meant)? = PresetCatalog.all[source.preset]?.source.first(where: { $0.key == "split" })?
                .value.content, meant.text != "\(source.split)"
        {
            problems.add(
                split.keyLocation,
                "`split`: the preset `\(source.preset)` checks a token in each event of `\(meant.text)`; with another "
                    + "`split` set `verify` too")
        }
        if source.formats != [.json] {
            let entry = verify.keyLocation.file == own ? verify : reader["format"] ?? verify
            problems.add(
                entry.keyLocation, "`verify`: `items` needs `format: json` alone, whose events it looks into")
        }
    }

    private func publicURL(_ reader: MappingReader, _ problems: inout ProblemList) -> String? {
        guard reader["public_url"] != nil else { return nil }
        let expected =
            "the URL that the sender calls without its query, such as https://hooks.example.com/webhook/twilio"
        return reader.converted("public_url", expected: expected, &problems) { text in
            let isURL = text.hasPrefix("https://") || text.hasPrefix("http://")
            let isClean = text.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "?")
            }
            return isURL && isClean && (9...2048).contains(text.utf8.count) ? text : nil
        }
    }
}

extension VerificationRule {
    /// Whether it signs the URL.
    fileprivate var signsURL: Bool { parts.contains(.url) }

    /// Whether nothing passes that has not the whole body under its signature.
    fileprivate var signsWholeBody: Bool {
        if case .signature = self { parts.contains(.body) } else { true }
    }

    /// Whether it looks into every event.
    fileprivate var readsItems: Bool { if case .token(.items) = self { true } else { false } }

    /// Whether it looks for fields of a form, and finds nothing without one.
    fileprivate var readsForm: Bool {
        switch self {
        case .token(.value(.form)): true
        case .signature(let rule): rule.places.contains { if case .form = $0 { true } else { false } }
        case .none, .token, .standardWebhooks: false
        }
    }

    private var parts: [SignedText.Part] {
        if case .signature(let rule) = self { rule.signed.parts } else { [] }
    }
}
