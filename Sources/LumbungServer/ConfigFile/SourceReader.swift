/// Reads one source.
struct SourceReader {
    static let keys =
        ["preset", "id", "type", "tenant", "time", "split", "format", "max_body_bytes", "resend_revives"]
        + verificationKeys + handshakeKeys + accessKeys + quarantineKeys
    /// What a source starts from that is not named like a preset and names none.
    static let defaultPreset = "accurate"
    /// The preset that a source has to ask for: it lets nobody in until the source says how.
    static let presetByRequestOnly = "custom"

    /// Where relative paths start.
    let workingDirectory: String

    /// The source; nil when the value is no mapping.
    ///
    /// A name alone is a source with everything as its preset says.
    func read(_ name: String, _ node: LocatedNode, _ problems: inout ProblemList) -> SourceConfiguration? {
        guard let preset = preset(of: name, node, &problems), let reader = reader(name, node, preset, &problems) else {
            return nil
        }
        var source = SourceConfiguration(name: name, preset: preset.name)
        Self.readContent(reader, into: &source, &problems)
        readHandshakes(reader, into: &source, &problems)
        readVerification(reader, into: &source, &problems)
        readAccess(reader, into: &source, &problems)
        readQuarantine(reader, into: &source, &problems)
        source.maxBodyBytes = reader.wholeNumber(
            "max_body_bytes", in: 1...SourceConfiguration.largestBodyBytes, &problems)
        source.resendRevives = reader.boolean("resend_revives", &problems) ?? source.resendRevives
        return source
    }

    /// The preset that the source names, or the one of its own name, or the default.
    private func preset(of name: String, _ node: LocatedNode, _ problems: inout ProblemList) -> Preset? {
        let catalog = PresetCatalog.all
        var wanted = catalog[name] == nil || name == Self.presetByRequestOnly ? Self.defaultPreset : name
        if case .mapping(let entries) = node.content, let entry = entries.first(where: { $0.key == "preset" }) {
            guard let scalar = entry.value.scalar("preset", expected: "a preset's name", &problems) else { return nil }
            wanted = scalar.text
            if catalog[wanted] == nil {
                let hint = NearestName.hint(
                    for: scalar.written, among: catalog.names, otherwise: "; `lumbung sources list` shows them all")
                problems.add(entry.value.location, "`preset`: there is no such preset\(hint)")
            }
        }
        return catalog[wanted] ?? catalog[Self.defaultPreset]
    }

    private func reader(
        _ name: String, _ node: LocatedNode, _ preset: Preset, _ problems: inout ProblemList
    ) -> MappingReader? {
        var node = node
        if case .nothing = node.content { node = LocatedNode(location: node.location, content: .mapping([])) }
        return MappingReader(
            node, name: name, keys: Self.keys, defaults: preset.source, &problems)
    }
}
