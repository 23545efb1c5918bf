import LumbungCore

extension ItemTokens {
    /// The body with another token in the place of the one that each event has; everything else stays byte for byte.
    /// - Throws: ``VerificationFailure`` when an event has no place for it.
    func body(with token: String) throws(VerificationFailure) -> [UInt8] {
        var changed = body
        let items = zip(try scanned().elements, try tokens())
        // From the last on, so that the ranges of those before it stay true.
        for (element, old) in Array(items).reversed() where old != Array(token.utf8) {
            changed.replaceSubrange(
                element.range, with: try item(Array(body[element.range]), replacing: old, with: token))
        }
        return changed
    }

    private func item(
        _ item: [UInt8], replacing old: [UInt8], with token: String
    ) throws(VerificationFailure) -> [UInt8] {
        let text = Self.literal(Array(token.utf8))
        // A text in its quotes, or what stands without any, such as a number.
        for spelling in [Self.literal(old), old] where !spelling.isEmpty {
            var start = item.startIndex
            while let range = item[start...].firstRange(of: spelling) {
                var changed = item
                changed.replaceSubrange(range, with: text)
                // The same may stand elsewhere; only the change of this place counts.
                if found(in: changed) == .value(Array(token.utf8)) { return changed }
                start = range.lowerBound + 1
            }
        }
        throw VerificationFailure(.content, "the token at \(pointer) of an event cannot be written anew")
    }

    private func found(in item: [UInt8]) -> RequestValues.Found? {
        let scanned = try? JSONScanner.scan(item, plan: ScanPlan(pointers: [pointer]))
        return scanned?.elements.first.map { RequestValues.found($0.values[0]) }
    }

    private static func literal(_ text: [UInt8]) -> [UInt8] {
        var literal: [UInt8] = []
        JSONText.escape(text, into: &literal)
        return literal
    }
}
