/// What a preset says, for people and programs.
struct PresetPage {
    let preset: Preset

    /// What the sender is called.
    var title: String { text(preset.about, "title") ?? preset.name }

    /// The names of the schemes that its requests are checked by.
    var schemes: [String] {
        guard let verify = preset.source.first(where: { $0.key == "verify" })?.value else { return [] }
        let rules: [LocatedNode] = if case .list(let rules) = verify.content { rules } else { [verify] }
        return rules.compactMap { rule in
            guard case .mapping(let entries) = rule.content else { return nil }
            return text(entries, "scheme")
        }
    }

    /// Where an event's identity stands.
    var identity: [String] { texts(preset.source, "id") }

    /// Where it stands whose event it is; nil when no place is known.
    var tenant: String? { text(preset.source, "tenant") }

    /// Where it stands when an event happened.
    var time: [String] { texts(preset.source, "time") }

    /// The questions that are answered in memory.
    var handshakes: [String] { texts(preset.source, "handshake") }

    /// The keys of its profile with what they say.
    var profile: [(key: String, text: String)] {
        guard let profile = preset.about.first(where: { $0.key == "profile" })?.value,
            case .mapping(let entries) = profile.content
        else { return [] }
        return entries.compactMap { entry in text(entries, entry.key).map { (entry.key, $0) } }
    }

    private func text(_ entries: [LocatedNode.Entry], _ key: String) -> String? {
        guard let value = entries.first(where: { $0.key == key })?.value, case .scalar(let scalar) = value.content
        else { return nil }
        return scalar.text
    }

    private func texts(_ entries: [LocatedNode.Entry], _ key: String) -> [String] {
        guard let value = entries.first(where: { $0.key == key })?.value else { return [] }
        let nodes: [LocatedNode] = if case .list(let nodes) = value.content { nodes } else { [value] }
        return nodes.compactMap { node in if case .scalar(let scalar) = node.content { scalar.text } else { nil } }
    }
}

extension PresetPage {
    /// The chapter about it in docs/sources.md.
    var markdown: String {
        var lines = ["## \(preset.name)", "", "\(title).", "", "| | |", "|---|---|"]
        lines.append(
            "| checked by | \(schemes.isEmpty ? "what the source says" : schemes.joined(separator: ", or ")) |")
        lines.append("| identity | \(identity.map { "`\($0)`" }.joined(separator: ", else ")) |")
        if let tenant { lines.append("| tenant | `\(tenant)` |") }
        if !time.isEmpty { lines.append("| time | \(time.map { "`\($0)`" }.joined(separator: ", else ")) |") }
        if !handshakes.isEmpty { lines.append("| handshake | \(handshakes.joined(separator: ", ")) |") }
        lines.append("| `resign` | \(resigning) |")
        for (key, text) in profile { lines.append("| \(key) | \(text) |") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether a destination can have its proof made anew, and what is passed on beside it.
    private var resigning: String {
        if let obstacle = preset.resigning.obstacle { return "no: \(obstacle)" }
        let forwarded = preset.forwarded.map { "`\($0)`" }.joined(separator: ", ")
        return forwarded.isEmpty ? "yes" : "yes, passes on \(forwarded)"
    }

    /// docs/sources.md, made of every preset.
    static func document(_ catalog: PresetCatalog) -> String {
        let head = """
            # Senders that Lumbung knows

            Made of the presets by `lumbung sources list --markdown`; not to be changed by hand. What a preset says as a
            whole: `lumbung sources show NAME`. How one is written: docs/presets.md.


            """
        return head + catalog.presets.map { PresetPage(preset: $0).markdown }.joined(separator: "\n")
    }
}
