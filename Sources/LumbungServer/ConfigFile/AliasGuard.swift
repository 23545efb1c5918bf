/// Refuses, before the parser runs, the one use of aliases that it cannot survive.
///
/// Composing a document with nested aliases is cheap, for every use of an anchor shares one tree. But the parser
/// compares a mapping's keys, and comparing a key that is such a tree walks all of its expansions, of which thirty
/// lines can make a billion. So a file with aliases may not have a key that is an alias, a list or a mapping. The
/// check reads characters, not YAML: in a file that has aliases it may also refuse text that looks like such a key.
enum AliasGuard {
    /// The place of the first dangerous key as line and column from 1, or nil when the file is safe to parse.
    static func dangerousKey(in text: String) -> (line: Int, column: Int)? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        guard lines.contains(where: hasAlias) else { return nil }
        for (index, line) in lines.enumerated() where !isComment(line) {
            if let column = dangerousColumn(in: line) { return (index + 1, column + 1) }
        }
        return nil
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || isRareBreak(scalar)
    }

    /// Whether nothing but a comment stands on the line; one of YAML's rarer line breaks inside would end the comment.
    private static func isComment(_ line: [Unicode.Scalar]) -> Bool {
        line.first { !isBlank($0) } == "#" && !line.dropLast().contains(where: isRareBreak)
    }

    private static func isRareBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    /// An anchor's name as the parser reads it: letters, digits, `_` and `-`.
    private static func isAnchorCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private static func hasAlias(_ line: [Unicode.Scalar]) -> Bool {
        line.indices.contains { line[$0] == "*" && isAliasStart(line, $0) }
    }

    private static func isAliasStart(_ line: [Unicode.Scalar], _ index: Int) -> Bool {
        index + 1 < line.count && isAnchorCharacter(line[index + 1])
    }

    private static func dangerousColumn(in line: [Unicode.Scalar]) -> Int? {
        line.indices.first { index in
            switch line[index] {
            case "?": isExplicitKey(line, index)
            case "]", "}": isFollowedByColon(line, index + 1)
            case "*": isAliasStart(line, index) && isFollowedByColon(line, endOfName(line, index + 1))
            default: false
            }
        }
    }

    private static func endOfName(_ line: [Unicode.Scalar], _ start: Int) -> Int {
        var index = start
        while index < line.count, isAnchorCharacter(line[index]) { index += 1 }
        return index
    }

    private static func isFollowedByColon(_ line: [Unicode.Scalar], _ start: Int) -> Bool {
        var index = start
        while index < line.count, isBlank(line[index]) { index += 1 }
        return index < line.count && line[index] == ":"
    }

    /// A `?` at the start of a token and not inside a word or an address's query.
    private static func isExplicitKey(_ line: [Unicode.Scalar], _ index: Int) -> Bool {
        let before = index == 0 ? " " : line[index - 1]
        let after = index + 1 == line.count ? " " : line[index + 1]
        let startsToken = isBlank(before) || "{[,".unicodeScalars.contains(before)
        return startsToken && (isBlank(after) || "*[{&!".unicodeScalars.contains(after))
    }
}
