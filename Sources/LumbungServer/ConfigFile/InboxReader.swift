/// Reads `sources`, `destinations` and `routes`.
enum InboxReader {
    /// The three sections; a section that is left out has the contract's default.
    ///
    /// - Parameters:
    ///   - top: The file's top level.
    ///   - workingDirectory: Where the relative paths that the sections name start.
    ///   - problems: Gets what is wrong.
    static func read(
        _ top: MappingReader, workingDirectory: String, _ problems: inout ProblemList
    ) -> InboxConfiguration {
        let allowsPrivate = readAllowPrivate(top["security"], &problems)
        let known = problems.count
        let sourceReader = SourceReader(workingDirectory: workingDirectory)
        let sources = named(top["sources"], kind: "source", &problems) { name, node, problems in
            sourceReader.read(name, node, &problems)
        }
        let destinationReader = DestinationReader(
            workingDirectory: workingDirectory, allowsPrivate: allowsPrivate,
            sources: problems.count == known ? sources?.values ?? [.accurate] : nil)
        let destinations = named(top["destinations"], kind: "destination", &problems) { name, node, problems in
            destinationReader.read(name, node, &problems)
        }
        let sourceNames = sources?.names ?? [SourceConfiguration.accurate.name]
        let destinationNames = destinations?.names ?? [DestinationConfiguration.log.name]
        let reader = RouteReader(sourceNames: sourceNames, destinationNames: destinationNames)
        let routes = top["routes"].map { reader.read($0.value, &problems) }
        return InboxConfiguration(
            sources: sources?.values ?? [.accurate],
            destinations: destinations?.values ?? [.log],
            routes: routes ?? [RouteConfiguration(sources: sourceNames, destinations: destinationNames)]
        )
    }

    /// What `security` says about private addresses; it holds for each destination that says nothing itself.
    private static func readAllowPrivate(_ entry: LocatedNode.Entry?, _ problems: inout ProblemList) -> Bool {
        guard let entry else { return false }
        guard case .mapping(let keys) = entry.value.content, !keys.isEmpty else {
            refuseEmpty(entry, expected: "a mapping such as {allow_private: true}", &problems)
            return false
        }
        let reader = MappingReader(entry.value, name: "security", keys: ["allow_private"], &problems)
        return reader?.boolean("allow_private", &problems) ?? false
    }

    /// A section of named parts; the names include those whose part has problems, so that routes to it add none.
    private struct Section<Value> {
        var names: [String] = []
        var values: [Value] = []
    }

    private static func named<Value>(
        _ entry: LocatedNode.Entry?,
        kind: String,
        _ problems: inout ProblemList,
        _ read: (String, LocatedNode, inout ProblemList) -> Value?
    ) -> Section<Value>? {
        guard let entry else { return nil }
        guard case .mapping(let parts) = entry.value.content, !parts.isEmpty else {
            refuseEmpty(entry, expected: "a mapping from names to \(kind)s", &problems)
            return nil
        }
        var section = Section<Value>()
        for part in parts {
            if !isName(part.key) {
                problems.add(
                    part.keyLocation,
                    "the \(kind)'s name \(DisplayText.quoted(part.key)) must be 1 to 64 lower-case letters, digits, "
                        + "`_` and `-`, and start with a letter or a digit")
            }
            section.names.append(part.key)
            if let value = read(part.key, part.value, &problems) { section.values.append(value) }
        }
        return section
    }

    /// Refuses a section that is there and empty: what a person meant by it is anyone's guess.
    private static func refuseEmpty(_ entry: LocatedNode.Entry, expected: String, _ problems: inout ProblemList) {
        guard entry.value.isEmpty else {
            entry.value.refuse(entry.key, expected: expected, &problems)
            return
        }
        problems.add(entry.keyLocation, "`\(entry.key)` is empty: expected \(expected); leave it out for the default")
    }

    private static func isName(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), text.first != "-", text.first != "_" else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
    }
}
