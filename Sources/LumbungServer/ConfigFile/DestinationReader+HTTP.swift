extension DestinationReader {
    /// How a payload is posted; nil when the address cannot be used.
    func readHTTP(_ reader: MappingReader, _ problems: inout ProblemList) -> HTTPDestinationConfiguration? {
        let timeout = readTimeout(reader, &problems)
        let allowPrivate = reader.boolean("allow_private", &problems)
        let headers = reader["headers"].map { readHeaders($0.value, &problems) }
        let secretReader = SecretReader.signing(workingDirectory: workingDirectory)
        let secrets = secretReader.read(reader, &problems)
        let resign = reader["resign"].flatMap { entry in
            ResignReader(workingDirectory: workingDirectory, sources: sources).read(entry.value, &problems)
        }
        let caFile = readPEM("ca_file", reader, &problems)
        let certificateFile = readPEM("client_cert_file", reader, &problems)
        let keyFile = readPEM("client_key_file", reader, &problems)
        refuseHalf(reader, &problems)
        guard let url = reader["url"], let scalar = url.value.scalar("url", expected: "an address", &problems) else {
            return nil
        }
        if let fault = DestinationAddress.fault(in: scalar.text) {
            problems.add(url.value.location, "`url` \(fault)")
            return nil
        }
        if !scalar.text.lowercased().hasPrefix("https://") {
            reader.refuse(Self.fileKeys, without: "an https:// address", &problems)
        }
        let written = zip(Self.fileKeys, [caFile, certificateFile, keyFile]).compactMap { key, file in
            file.map { (key, $0.written) }
        }
        let configured = HTTPDestinationConfiguration(
            url: scalar.text,
            writtenURL: scalar.isInterpolated ? scalar.written : nil,
            headers: headers ?? [],
            timeout: timeout,
            allowPrivate: allowPrivate ?? allowsPrivate,
            secrets: secrets,
            resign: resign,
            caFile: caFile?.path,
            clientCertificateFile: certificateFile?.path,
            clientKeyFile: keyFile?.path,
            writtenFiles: Dictionary(written) { first, _ in first }
        )
        let isClean = problems.isEmpty
        do throws(HTTPDestinationProblem) {
            _ = try configured.destination(withFiles: false)
        } catch {
            // Whatever the checks above have named already says more than this.
            if isClean { problems.add(url.value.location, "\(error)") }
        }
        if !configured.allowPrivate, let place = DestinationAddress.privatePlace(of: scalar.text) {
            problems.warn(
                url.value.location,
                "`url` leads to \(place); every attempt will be refused without `allow_private: true`")
        }
        return configured
    }

    /// The largest file of certificates or keys, in bytes: a system's whole bundle has a quarter of it.
    static let pemMaxBytes = 1_048_576

    /// The keys that name a file in PEM, in the order of outputs.
    static let fileKeys = ["ca_file", "client_cert_file", "client_key_file"]

    private struct NamedFile {
        let path: String
        let written: String
    }

    /// The path of a file in PEM that can be read now.
    private func readPEM(_ key: String, _ reader: MappingReader, _ problems: inout ProblemList) -> NamedFile? {
        let expected = "the path of a file in PEM"
        guard let node = reader[key]?.value, let scalar = node.scalar(key, expected: expected, &problems) else {
            return nil
        }
        guard !scalar.text.isEmpty else {
            node.refuseText(key, expected: expected, &problems)
            return nil
        }
        let path = BoundedFile.resolve(scalar.text, in: workingDirectory)
        let file = "the file \(DisplayText.quoted(scalar.written)) for `\(key)`"
        do throws(BoundedFile.Fault) {
            let bytes = try BoundedFile.bytes(at: path, limitBytes: Self.pemMaxBytes)
            // RFC 7468, section 2.
            if !Self.contains(Array("-----BEGIN ".utf8), in: bytes) {
                problems.add(node.location, "\(file) is not in PEM: it has no line that begins with -----BEGIN")
            }
        } catch {
            problems.add(node.location, "cannot read \(file): \(error.reason)")
        }
        return NamedFile(path: path, written: scalar.written)
    }

    /// Whether a line of the text begins with the mark.
    private static func contains(_ mark: [UInt8], in text: [UInt8]) -> Bool {
        text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).contains { $0.starts(with: mark) }
    }

    /// Refuses a certificate without its key, and a key without its certificate.
    private func refuseHalf(_ reader: MappingReader, _ problems: inout ProblemList) {
        for (key, other) in [("client_cert_file", "client_key_file"), ("client_key_file", "client_cert_file")]
        where reader[other] == nil {
            reader.refuse([key], without: "`\(other)`", &problems)
        }
    }

    private func readHeaders(_ node: LocatedNode, _ problems: inout ProblemList) -> [HeaderConfiguration] {
        guard case .mapping(let entries) = node.content else {
            node.refuse("headers", expected: "a mapping from names to values", &problems)
            return []
        }
        if entries.count > Self.maxHeaders {
            problems.add(node.location, "`headers`: expected at most \(Self.maxHeaders), found \(entries.count)")
        }
        var seen: Set<String> = []
        var headers: [HeaderConfiguration] = []
        for entry in entries {
            if !HeaderRules.isName(entry.key) {
                problems.add(entry.keyLocation, "\(DisplayText.quoted(entry.key)) is no header's name")
            } else if HeaderRules.isReserved(entry.key) {
                problems.add(entry.keyLocation, "the header `\(entry.key)` is set by the delivery itself")
            } else if !seen.insert(entry.key.lowercased()).inserted {
                problems.add(
                    entry.keyLocation,
                    "the header `\(entry.key)` stands here twice (upper and lower case are the same)")
            }
            guard case .scalar(let scalar) = entry.value.content else {
                entry.value.refuse(entry.key, expected: "text", &problems)
                continue
            }
            if let fault = HeaderRules.fault(inValue: scalar.text) {
                problems.add(entry.value.location, "the value of the header `\(entry.key)` \(fault)")
            }
            headers.append(HeaderConfiguration(name: entry.key, value: Secret(scalar.text)))
        }
        return headers
    }
}
