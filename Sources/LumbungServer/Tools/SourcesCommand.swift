#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `lumbung sources list` and `show`: what is known about senders.
public struct SourcesCommand: Sendable {
    private struct Document: Encodable {
        let name: String
        let title: String
        let verify: [String]
        let id: [String]
        let tenant: Nullable<String>
        let time: [String]
        let handshake: [String]
        let profile: [String: String]
    }

    private let catalog = PresetCatalog.all

    /// Makes the command.
    public init() {}

    /// Every preset as a table.
    public func table() -> String {
        TextTable(
            ["PRESET", "SENDER", "CHECKED BY", "IDENTITY"],
            pages.map { page in
                [
                    page.preset.name, page.title, page.schemes.isEmpty ? "-" : page.schemes.joined(separator: ", "),
                    page.identity.joined(separator: ", "),
                ]
            }
        ).rendered()
    }

    /// Every preset as docs/sources.md has it.
    public func markdown() -> String { PresetPage.document(catalog) }

    /// Every preset, or the one of a name, for programs.
    /// - Throws: ``ServerFailure`` when there is no preset of that name.
    public func json(_ name: String? = nil) throws(ServerFailure) -> String {
        let shown = try name.map { name throws(ServerFailure) in [PresetPage(preset: try preset(name))] } ?? pages
        let documents = shown.map { page in
            Document(
                name: page.preset.name, title: page.title, verify: page.schemes, id: page.identity,
                tenant: Nullable(page.tenant), time: page.time, handshake: page.handshakes,
                profile: Dictionary(page.profile.map { ($0.key, $0.text) }) { first, _ in first })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Texts alone, which every encoder takes.
        let data = name == nil ? try? encoder.encode(documents) : try? encoder.encode(documents.first)
        return String(decoding: data ?? Data(), as: UTF8.self) + "\n"
    }

    /// A preset's file as it is, with what it means to a source.
    /// - Throws: ``ServerFailure`` when there is no preset of that name.
    public func show(_ name: String) throws(ServerFailure) -> String {
        let preset = try preset(name)
        return "# sources: {NAME: {preset: \(name)}}, or a source that is itself called \(name)\n" + preset.text
    }

    private var pages: [PresetPage] { catalog.presets.map { PresetPage(preset: $0) } }

    private func preset(_ name: String) throws(ServerFailure) -> Preset {
        guard let preset = catalog[name] else {
            let hint = NearestName.hint(
                for: name, among: catalog.names, otherwise: "; `lumbung sources list` shows all")
            throw ServerFailure("there is no preset \(DisplayText.quoted(name))\(hint)")
        }
        return preset
    }
}
