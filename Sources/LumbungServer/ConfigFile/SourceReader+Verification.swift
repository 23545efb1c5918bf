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
        if !secrets.isEmpty, !found.secrets.isEmpty {
            problems.add(verify.location, "secrets stand beside `verify` and in it: set them in one place")
        }
        source.verification = found.rules
        source.secrets = secrets.isEmpty ? found.secrets : secrets
        source.publicURL = publicURL(reader, &problems)
        guard problems.count == known else { return }
        check(source, reader, &problems)
    }

    /// What only rules, secrets and URL together show.
    private func check(_ source: SourceConfiguration, _ reader: MappingReader, _ problems: inout ProblemList) {
        let isOpen = source.verification == [.none]
        if isOpen, !source.secrets.isEmpty, let entry = SecretReader.keys.compactMap({ reader[$0] }).first {
            problems.add(
                entry.keyLocation,
                "`\(entry.key)` is set and nothing is checked with it: `\(source.name)` has no `verify` but {scheme: none}"
            )
        }
        if source.handshakes.contains(.x), source.formats != [.json] {
            problems.add(
                reader.location,
                "`\(source.name)`: the handshake `x` signs short texts for whoever asks, so `format` must be json alone"
            )
        }
        if !isOpen, source.secrets.isEmpty {
            return problems.add(
                reader.location,
                "`\(source.name)` needs a secret to check its requests: set `secret`, `secret_file` or `secrets`")
        }
        if source.publicURL == nil, source.signsURL {
            problems.add(
                reader.location,
                "`\(source.name)`: the sender signs the URL that it calls: set `public_url` to that URL, as it is registered there"
            )
        }
        do throws(VerifierError) {
            _ = try Verifier(source.verification, secrets: source.secrets.map(\.revealed))
        } catch {
            problems.add(reader.location, "`\(source.name)`: \(error)")
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

extension SourceConfiguration {
    /// Whether a rule signs the URL.
    var signsURL: Bool {
        verification.contains { rule in
            if case .signature(let rule) = rule { rule.signed.parts.contains(.url) } else { false }
        }
    }
}
