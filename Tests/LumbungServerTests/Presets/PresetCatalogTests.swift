import Foundation
import Testing

@testable import LumbungServer

@Suite struct PresetCatalogTests {
    static let names = PresetCatalog.all.names
    /// The keys that docs/presets.md has for a preset's source.
    static let sourceKeys: Set = ["verify", "id", "type", "tenant", "time", "split", "format", "handshake", "answer"]

    @Test func `every file of the folder is in the list`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/LumbungServer/Presets/Files")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(files) == Set(Self.names.map { $0 + ".yaml" }))
    }

    @Test func `the page of senders is the one that the presets make`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/sources.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(text == SourcesCommand().markdown(), "make it anew: lumbung sources list --markdown > docs/sources.md")
    }

    @Test(arguments: names)
    func `a preset is read without a problem and is whole`(_ name: String) throws {
        let preset = try #require(PresetCatalog.all[name])
        #expect(preset.problems.map(\.description) == [])
        #expect(text(preset.about, "title")?.isEmpty == false)
        for key in ["deadline", "resends", "stops"] {
            #expect(text(preset.about, "profile", key)?.isEmpty == false, "profile.\(key)")
        }
        #expect(value(preset.source, "id") != nil)
        #expect(value(preset.source, "type") != nil)
        #expect(Set(preset.source.map(\.key)).isSubset(of: Self.sourceKeys))
    }

    @Test(arguments: names)
    func `a preset checks its sender, but the one for a sender of one's own`(_ name: String) throws {
        let preset = try #require(PresetCatalog.all[name])
        guard name != "custom" else {
            #expect(value(preset.source, "verify") == nil)
            return
        }
        let verify = try #require(value(preset.source, "verify"))
        for one in alternatives(verify) {
            #expect(text(one, "scheme")?.isEmpty == false)
        }
        #expect(text(preset.about, "example", "body")?.isEmpty == false)
        #expect(value(preset.about, "example", "headers") != nil)
        let checksNothing = alternatives(verify).contains { text($0, "scheme") == "none" }
        #expect((text(preset.about, "example", "secret") == nil) == checksNothing)
    }

    @Test(arguments: names)
    func `a preset that signs the URL has one in its example`(_ name: String) throws {
        let preset = try #require(PresetCatalog.all[name])
        let signed = value(preset.source, "verify").map(alternatives)?.compactMap { text($0, "signed") } ?? []
        let needsURL = signed.contains { $0.contains("{url}") || $0.contains("{path}") }
        #expect((text(preset.about, "example", "url") != nil) == needsURL)
    }

    @Test(arguments: names)
    func `an example is JSON where it says so`(_ name: String) throws {
        let preset = try #require(PresetCatalog.all[name])
        guard text(preset.about, "example", "headers", "Content-Type")?.hasSuffix("json") == true else { return }
        let body = try #require(text(preset.about, "example", "body"))
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(body.utf8)) }
    }

    // MARK: Reading

    private func alternatives(_ verify: LocatedNode) -> [[LocatedNode.Entry]] {
        switch verify.content {
        case .mapping(let entries): [entries]
        case .list(let elements): elements.flatMap(alternatives)
        default: []
        }
    }

    private func value(_ entries: [LocatedNode.Entry], _ path: String...) -> LocatedNode? {
        node(entries, path)
    }

    private func text(_ entries: [LocatedNode.Entry], _ path: String...) -> String? {
        guard case .scalar(let scalar)? = node(entries, path)?.content else { return nil }
        return scalar.text
    }

    private func node(_ entries: [LocatedNode.Entry], _ path: [String]) -> LocatedNode? {
        let found = entries.first { $0.key == path.first }?.value
        guard path.count > 1 else { return found }
        guard case .mapping(let inner)? = found?.content else { return nil }
        return node(inner, Array(path.dropFirst()))
    }
}
