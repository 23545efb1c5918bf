/// Reads the `settings:` block into texts; whether they are fit is checked once for every origin alike.
enum SettingsBlockReader {
    static func read(_ node: LocatedNode, into content: inout ConfigFileReader.Content, _ problems: inout ProblemList) {
        if case .nothing = node.content { return }
        let readable = SettingDefinition.all.filter { $0.isSupported && $0.name != .configFile }
        let fileKeys = readable.filter(\.hasFileForm).map { ($0.fileKey + "_file", $0.name) }
        let unsupported = SettingDefinition.all.filter { !$0.isSupported }.map(\.fileKey)
        guard case .mapping(let entries) = node.content else {
            node.refuse("settings", expected: "a mapping", &problems)
            return
        }
        for entry in entries {
            if let definition = readable.first(where: { $0.fileKey == entry.key }) {
                content.settings[definition.name] = value(entry, &problems)
            } else if let name = fileKeys.first(where: { $0.0 == entry.key })?.1 {
                content.settingFiles[name] = value(entry, &problems)
            } else if unsupported.contains(entry.key) {
                problems.add(entry.keyLocation, "`\(entry.key)` is not supported in this version; leave it out")
            } else if entry.key == SettingName.configFile.fileKey {
                problems.add(
                    entry.keyLocation,
                    "`config_file` cannot be set inside the config file; use CONFIG_FILE or --config-file")
            } else {
                let known = readable.map(\.fileKey)
                let hint = NearestName.hint(
                    for: entry.key, among: known + fileKeys.map(\.0),
                    otherwise: "; known keys: " + known.joined(separator: ", "))
                let key = entry.key.prefix(DisplayText.quotedMaxCharacters)
                problems.add(entry.keyLocation, "unknown setting `\(key)`\(hint)")
            }
        }
    }

    private static func value(_ entry: LocatedNode.Entry, _ problems: inout ProblemList) -> SettingsLayer.Value? {
        guard case .scalar(let scalar) = entry.value.content else {
            entry.value.refuse(entry.key, expected: "one value", &problems)
            return nil
        }
        return SettingsLayer.Value(
            text: scalar.text, origin: .file(entry.value.location),
            repeating: scalar.isInterpolated ? .written(scalar.written) : .asItIs)
    }
}
