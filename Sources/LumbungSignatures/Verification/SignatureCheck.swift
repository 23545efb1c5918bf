import LumbungCore

/// Checks a code or a signature of a text that is put together from the request.
struct SignatureCheck: RequestCheck {
    let rule: SignatureRule
    let keys: [SignatureKey]
    /// Every place that is read.
    private let places: [RequestPlace]
    private let sortsForm: Bool

    init(_ rule: SignatureRule, secrets: [String]) throws(VerifierError) {
        self.rule = rule
        var keys: [SignatureKey] = []
        for secret in secrets { keys.append(try SignatureKey(secret, form: rule.secrets, scheme: rule.scheme)) }
        self.keys = keys
        places = rule.places
        sortsForm = rule.signed.parts.contains(.form)
    }

    func verify(
        _ request: SignedRequest, now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> Int? {
        var values = RequestValues(request, places: places, sortsForm: sortsForm)
        trace.add("check", "\(rule.scheme.name) at \(rule.place)")
        let signatures = try signatures(in: &values, &trace)
        try checkTime(values, now, &trace)
        try checkBodyHash(values, &trace)
        if trace.isKept {
            let masked = try content(of: values, key: .shared(Array("********".utf8)))
            trace.add("signed text", Self.shown(masked))
        }
        for (index, key) in keys.enumerated() {
            let content = try content(of: values, key: key)
            if matches(signatures, content, key) {
                trace.add("signature", "made with one of the secrets")
                return index
            }
        }
        trace.add(
            "signature",
            "none of the \(signatures.count) that can be read is made with any of the \(keys.count) secrets")
        throw VerificationFailure(.signature, "no signature matches")
    }

    // MARK: Signatures

    /// The signatures that can be read, at least one.
    private func signatures(
        in values: inout RequestValues, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) -> [[UInt8]] {
        guard case .value(let text) = values.found(rule.place) else {
            trace.add("\(rule.place)", "not there, or more than once")
            throw VerificationFailure(.missing, "there is no signature at \(rule.place), or more than one")
        }
        trace.add("\(rule.place)", Self.shown(text))
        let written: [[UInt8]]
        if let field = rule.field {
            values.fields = Self.fields(text, separator: rule.separator ?? ",")
            written = values.fields.filter { $0.name.elementsEqual(field.utf8) }.map(\.value)
        } else if let separator = rule.separator?.utf8.first {
            written = text.split(separator: separator).map { Self.trimmed($0) }
        } else {
            written = [text]
        }
        let prefix = Array(rule.prefix.utf8)
        let signatures = written.prefix(SignatureRule.examinedSignatures).compactMap { text in
            text.starts(with: prefix) ? rule.encoding.decoded(text.dropFirst(prefix.count)) : nil
        }
        guard !signatures.isEmpty else {
            trace.add("signature", "none can be read as \(rule.prefix)… in \(rule.encoding.rawValue)")
            throw VerificationFailure(.missing, "no signature can be read at \(rule.place)")
        }
        return signatures
    }

    private static func fields(_ text: [UInt8], separator: String) -> [FormField] {
        text.split(separator: separator.utf8.first ?? UInt8(ascii: ",")).map { pair in
            let pair = trimmed(pair)
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return FormField(name: Array(name), value: Array(pair.dropFirst(name.count + 1)))
        }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let start = text.drop { $0 == UInt8(ascii: " ") }
        guard let end = start.lastIndex(where: { $0 != UInt8(ascii: " ") }) else { return [] }
        return Array(start[...end])
    }

    private func matches(_ signatures: [[UInt8]], _ content: [UInt8], _ key: SignatureKey) -> Bool {
        guard let wanted = code(of: content, key: key) else {
            return SignatureCode.firstValid(signatures, of: content, key: key) != nil
        }
        return signatures.reduce(false) { found, signature in ConstantTime.equal(signature, wanted) || found }
    }

    /// What a shared secret makes of a text; nil for a public key.
    func code(of content: [UInt8], key: SignatureKey) -> [UInt8]? {
        guard case .shared(let secret) = key else { return nil }
        return switch rule.scheme {
        case .hmac(let algorithm): SignatureCode.hmac(content, key: secret, algorithm)
        case .hash(let algorithm): SignatureCode.hash(content, algorithm)
        case .ed25519, .ecdsaP256, .rsaSHA256: nil
        }
    }

    /// The code that a request has to carry; nil for a public key.
    func code(
        of request: SignedRequest, fields: [FormField], key: SignatureKey
    ) throws(VerificationFailure) -> [UInt8]? {
        var values = RequestValues(request, places: places, sortsForm: sortsForm)
        values.fields = fields
        return code(of: try content(of: values, key: key), key: key)
    }

    // MARK: Time

    private func checkTime(
        _ values: RequestValues, _ now: Timestamp, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) {
        guard let timestamp = rule.timestamp else { return }
        guard case .value(let text) = values.found(timestamp.place), let time = timestamp.unit.time(text) else {
            trace.add("timestamp", "not there once at \(timestamp.place), or not to be read")
            throw VerificationFailure(.timestamp, "there is no time that can be read at \(timestamp.place)")
        }
        let distance = now.since(time)
        trace.add("timestamp", "\(time.iso8601), here it is \(now.iso8601), tolerance \(timestamp.tolerance)")
        guard distance <= timestamp.tolerance, distance >= .zero - timestamp.tolerance else {
            throw VerificationFailure(
                .timestamp,
                "the time at \(timestamp.place) is outside the tolerance; see whether this machine's clock is right")
        }
    }

    private func checkBodyHash(
        _ values: RequestValues, _ trace: inout VerificationTrace
    ) throws(VerificationFailure) {
        guard let place = rule.bodyHash else { return }
        // The form of a body that is one is signed itself; a hash that is there is meant, whatever the body is.
        if values.request.isForm, values.found(place) == .nothing { return }
        let wanted = SignatureCode.hash(values.request.body, .sha256)
        guard case .value(let text) = values.found(place), let given = Hexadecimal.decoded(text, anyCase: true),
            ConstantTime.equal(given, wanted)
        else {
            trace.add("body hash", "not that of the body, or not there, at \(place)")
            throw VerificationFailure(.content, "the hash of the body at \(place) is not there or not that of the body")
        }
        trace.add("body hash", "is that of the body")
    }

    // MARK: Text

    private func content(of values: RequestValues, key: SignatureKey) throws(VerificationFailure) -> [UInt8] {
        if rule.signed == .body { return values.request.body }
        var content: [UInt8] = []
        content.reserveCapacity(values.request.body.count + 128)
        for part in rule.signed.parts { content += try bytes(of: part, values, key) }
        return content
    }

    private func bytes(
        of part: SignedText.Part, _ values: RequestValues, _ key: SignatureKey
    ) throws(VerificationFailure) -> [UInt8] {
        let request = values.request
        switch part {
        case .literal(let bytes): return bytes
        case .body: return request.body
        case .timestamp: return try value(at: rule.timestamp?.place, values)
        case .id: return try value(at: rule.id, values)
        case .url: return Array((request.url ?? "").utf8)
        case .method: return Array(request.method.utf8)
        case .path: return Array(Self.path(of: request.url ?? request.target).utf8)
        case .form: return values.sortedForm
        case .digest: return Array(Base64.encoded(SignatureCode.hash(request.body, .sha256)).utf8)
        case .secret: if case .shared(let secret) = key { return secret } else { return [] }
        case .place(let place): return try value(at: place, values)
        }
    }

    private func value(at place: RequestPlace?, _ values: RequestValues) throws(VerificationFailure) -> [UInt8] {
        guard let place else { return [] }
        guard case .value(let bytes) = values.found(place) else {
            throw VerificationFailure(.content, "\(place) is signed, and is not there once")
        }
        return bytes
    }

    /// The path and query of a URL.
    static func path(of url: String) -> String {
        guard !url.hasPrefix("/") else { return url }
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count == 4 ? "/" + parts[3] : "/"
    }

    /// The beginning of a text from outside, safe to be shown.
    private static func shown(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(400), as: UTF8.self)
        return bytes.count > 400 ? text + "… (\(bytes.count) bytes)" : text
    }
}
