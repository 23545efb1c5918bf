import LumbungCore
import LumbungSignatures

/// Reads `verify`: one rule, or a list of rules of which one has to hold (docs/presets.md).
struct VerificationReader {
    /// The most rules of one source.
    static let maxRules = 4
    static let longestTolerance = Duration.seconds(7 * 86_400)

    private static let tokenKeys = ["header", "query", "bearer", "basic", "value", "items"]
    private static let signatureKeys = [
        "header", "signature", "encoding", "prefix", "separator", "field", "signed", "timestamp", "timestamp_header",
        "timestamp_unit", "id", "body_hash", "secret_encoding", "secret_prefix",
    ]
    private static let schemes = [
        "none", "token", "hmac", "hash", "ed25519", "ecdsa-p256", "rsa-sha256", "standard-webhooks",
    ]

    /// The array whose elements are the source's events.
    let split: JSONPointer
    let secretReader: SecretReader

    /// The rules with the secrets that stand in them; none when something is wrong.
    func read(_ node: LocatedNode, _ problems: inout ProblemList) -> [CheckConfiguration] {
        var nodes = [node]
        if case .list(let elements) = node.content {
            nodes = elements
            if elements.isEmpty || elements.count > Self.maxRules {
                problems.add(node.location, "`verify`: expected 1 to \(Self.maxRules) rules, found \(elements.count)")
            }
        }
        let found = nodes.compactMap { check($0, &problems) }
        if found.count > 1, found.contains(where: { $0.rule == .none }) {
            problems.add(node.location, "`verify`: `none` stands alone, for with it nothing else is checked")
        }
        return found
    }

    private func check(_ node: LocatedNode, _ problems: inout ProblemList) -> CheckConfiguration? {
        guard case .mapping(let entries) = node.content else {
            node.refuse("verify", expected: "a mapping with `scheme`, such as {scheme: none}", &problems)
            return nil
        }
        guard let scheme = entries.first(where: { $0.key == "scheme" })?.value else {
            problems.add(node.location, "`verify` has no `scheme`: expected \(Self.schemes.joined(separator: ", "))")
            return nil
        }
        guard let text = scheme.scalar("scheme", expected: "the name of a scheme", &problems)?.text else { return nil }
        guard Self.schemes.contains(text) else {
            scheme.refuseText("scheme", expected: Self.schemes.joined(separator: ", "), &problems)
            return nil
        }
        guard let reader = MappingReader(node, name: "verify", keys: Self.keys(of: text), &problems) else { return nil }
        let secrets = secretReader.read(reader, &problems)
        return rule(text, reader, &problems).map { CheckConfiguration(rule: $0, secrets: secrets) }
    }

    private func rule(
        _ scheme: String, _ reader: MappingReader, _ problems: inout ProblemList
    ) -> VerificationRule? {
        let tolerance = reader.duration("tolerance", in: .seconds(1)...Self.longestTolerance, &problems)
        return switch scheme {
        case "none": VerificationRule.none
        case "token": token(reader, &problems).map { .token($0) }
        case "standard-webhooks": .standardWebhooks(tolerance: tolerance ?? .seconds(300))
        default: signature(reader, scheme: scheme, tolerance: tolerance, &problems).map { .signature($0) }
        }
    }

    private static func keys(of scheme: String) -> [String] {
        switch scheme {
        case "none": ["scheme"]
        case "token": ["scheme"] + SecretReader.keys + tokenKeys
        case "standard-webhooks": ["scheme", "tolerance"] + SecretReader.keys
        case "hmac", "hash": ["scheme", "tolerance", "algorithm"] + SecretReader.keys + signatureKeys
        default: ["scheme", "tolerance"] + SecretReader.keys + signatureKeys
        }
    }

    private func token(_ reader: MappingReader, _ problems: inout ProblemList) -> TokenPlace? {
        let entries = Self.tokenKeys.compactMap { reader[$0] }
        guard entries.count == 1, let key = entries.first?.key else {
            problems.add(
                reader.location,
                "a token has exactly one of \(Self.tokenKeys.map { "`\($0)`" }.joined(separator: ", "))")
            return nil
        }
        switch key {
        case "header": return place(reader, "header", "header:", &problems).map { .value($0) }
        case "query": return place(reader, "query", "query:", &problems).map { .value($0) }
        case "value":
            guard let place = place(reader, "value", "", &problems) else { return nil }
            if case .field = place {
                problems.add(reader.location, "`value`: a token stands in no list; expected another place than field:…")
            }
            return .value(place)
        case "items": return pointer(reader, "items", &problems).map { .items($0, split: split) }
        case "bearer": return reader.boolean("bearer", &problems) == true ? .bearer : nil
        default: return reader.boolean("basic", &problems) == true ? .basic : nil
        }
    }

    private func pointer(_ reader: MappingReader, _ key: String, _ problems: inout ProblemList) -> JSONPointer? {
        reader.converted(key, expected: "a JSON Pointer (RFC 6901) such as /clientState", &problems) { text in
            text.isEmpty ? nil : try? JSONPointer(text)
        }
    }

    private func place(
        _ reader: MappingReader, _ key: String, _ prefix: String, _ problems: inout ProblemList
    ) -> RequestPlace? {
        let expected =
            prefix.isEmpty
            ? "a place: header:Name, query:name, json:/pointer, form:name or field:name" : "the name of a \(key)"
        return reader.converted(key, expected: expected, &problems) { RequestPlace(prefix + $0) }
    }

    // MARK: Signatures

    private func signature(
        _ reader: MappingReader, scheme: String, tolerance: Duration?, _ problems: inout ProblemList
    ) -> SignatureRule? {
        let place =
            reader["signature"] == nil
            ? self.place(reader, "header", "header:", &problems) : self.place(reader, "signature", "", &problems)
        guard let place else {
            if reader["signature"] == nil, reader["header"] == nil {
                problems.add(
                    reader.location, "`verify` does not say where the signature stands: set `header` or `signature`")
            }
            return nil
        }
        if reader["signature"] != nil, let entry = reader["header"] {
            problems.add(entry.keyLocation, "`header` is short for `signature: header:…`: set one of them")
        }
        var rule = SignatureRule(scheme: Self.scheme(scheme, algorithm(reader, &problems)), place: place)
        if let word = reader.word("encoding", among: SignatureEncoding.allCases.map(\.rawValue), &problems) {
            rule.encoding = SignatureEncoding(rawValue: word) ?? rule.encoding
        }
        rule.prefix = reader.text("prefix", &problems)?.0 ?? ""
        rule.separator = separator(reader, &problems)
        rule.field = reader.text("field", &problems)?.0
        if let (text, location) = reader.text("signed", &problems) {
            do throws(TemplateError) {
                rule.signed = try SignedText(text)
            } catch {
                problems.add(location, "`signed`: \(error)")
            }
        }
        rule.timestamp = timestamp(reader, tolerance, &problems)
        rule.id = reader["id"] == nil ? nil : self.place(reader, "id", "", &problems)
        rule.bodyHash = reader["body_hash"] == nil ? nil : self.place(reader, "body_hash", "", &problems)
        rule.secrets = secretForm(reader, &problems)
        checkParts(rule, scheme, reader, &problems)
        return rule
    }

    private func algorithm(_ reader: MappingReader, _ problems: inout ProblemList) -> HashAlgorithm {
        reader.word("algorithm", among: HashAlgorithm.allCases.map(\.rawValue), &problems)
            .flatMap(HashAlgorithm.init) ?? .sha256
    }

    private static func scheme(_ text: String, _ algorithm: HashAlgorithm) -> SignatureScheme {
        switch text {
        case "hmac": .hmac(algorithm)
        case "hash": .hash(algorithm)
        case "ed25519": .ed25519
        case "ecdsa-p256": .ecdsaP256
        default: .rsaSHA256
        }
    }

    private func separator(_ reader: MappingReader, _ problems: inout ProblemList) -> String? {
        guard reader["separator"] != nil else { return nil }
        return reader.converted("separator", expected: "one ASCII character", &problems) { text in
            text.utf8.count == 1 ? text : nil
        }
    }

    private func timestamp(
        _ reader: MappingReader, _ tolerance: Duration?, _ problems: inout ProblemList
    ) -> TimestampRule? {
        if reader["timestamp"] != nil, let entry = reader["timestamp_header"] {
            problems.add(entry.keyLocation, "`timestamp_header` is short for `timestamp: header:…`: set one of them")
        }
        let place =
            reader["timestamp"] != nil
            ? self.place(reader, "timestamp", "", &problems)
            : reader["timestamp_header"].flatMap { _ in self.place(reader, "timestamp_header", "header:", &problems) }
        let unit = reader.word("timestamp_unit", among: TimestampRule.Unit.allCases.map(\.rawValue), &problems)
        guard let place else {
            reader.refuse(["tolerance", "timestamp_unit"], without: "`timestamp`", &problems)
            return nil
        }
        return TimestampRule(
            place: place, unit: unit.flatMap(TimestampRule.Unit.init) ?? .seconds, tolerance: tolerance ?? .seconds(300)
        )
    }

    private func secretForm(_ reader: MappingReader, _ problems: inout ProblemList) -> SecretForm {
        var form = SecretForm()
        if let word = reader.word("secret_encoding", among: SecretForm.Encoding.allCases.map(\.rawValue), &problems) {
            form.encoding = SecretForm.Encoding(rawValue: word) ?? .text
        }
        form.prefix = reader.text("secret_prefix", &problems)?.0 ?? ""
        return form
    }

    /// What a signed text needs, and what it must have: a hash without the secret in it could be made by anybody.
    private func checkParts(
        _ rule: SignatureRule, _ scheme: String, _ reader: MappingReader, _ problems: inout ProblemList
    ) {
        let location = reader["signed"]?.value.location ?? reader.location
        let parts = rule.signed.parts
        if (scheme == "hash") != parts.contains(.secret) {
            problems.add(
                location,
                scheme == "hash"
                    ? "`signed`: a hash needs {secret} in its text, or anybody could make it"
                    : "`signed`: {secret} belongs to the scheme `hash` alone")
        }
        if !Self.covers(rule) {
            problems.add(
                location,
                "`signed` does not cover the event, so that another could stand in its place: it needs {body}, {digest}, "
                    + "a json: or form: place, or `body_hash` beside {url} or {form}")
        }
        if let timestamp = rule.timestamp, !Self.signs(timestamp.place, rule) {
            problems.add(
                location,
                "`timestamp` is checked and not signed, so that anybody could set it: use {timestamp} in `signed`")
        }
        let usesField = rule.places.contains { if case .field = $0 { true } else { false } }
        if usesField, rule.field == nil { problems.add(location, "a place `field:…` needs `field`") }
        if case .field = rule.place {
            problems.add(
                location, "the signature stands in the list that `field` names: set `header`, and `field` to its name")
        }
        if rule.separator == "=", rule.field != nil, let entry = reader["separator"] {
            problems.add(entry.value.location, "`separator` stands between pairs, and `=` within them")
        }
        if parts.contains(.timestamp), rule.timestamp == nil {
            problems.add(location, "`signed` has {timestamp}: set `timestamp`")
        }
        if parts.contains(.id), rule.id == nil { problems.add(location, "`signed` has {id}: set `id`") }
    }

    /// Whether no other event fits the signed text.
    private static func covers(_ rule: SignatureRule) -> Bool {
        rule.signed.parts.contains { part in
            switch part {
            case .body, .digest, .place(.json), .place(.form): true
            case .url, .form: rule.bodyHash != nil
            case .literal, .timestamp, .id, .method, .path, .secret, .place: false
            }
        }
    }

    /// Whether a value at a place is under the signature.
    private static func signs(_ place: RequestPlace, _ rule: SignatureRule) -> Bool {
        let parts = rule.signed.parts
        if parts.contains(.timestamp) || parts.contains(.place(place)) { return true }
        guard parts.contains(.body) || parts.contains(.digest) else { return false }
        return switch place {
        case .json, .form: true
        case .header, .query, .field: false
        }
    }
}
