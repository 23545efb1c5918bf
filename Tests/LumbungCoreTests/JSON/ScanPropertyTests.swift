import LumbungCore
import Testing

/// Random documents: what the scanner finds is what the naive search of the tree finds.
struct ScanPropertyTests {
    private static let seed: UInt64 = 20_260_102

    @Test func `random documents give the values and slices of the reference`() throws {
        var maker = JSONTreeMaker(random: JSONFixtures.Random(seed: Self.seed))
        for round in 0..<6000 {
            let pointers = try (0..<maker.random.below(8)).map { _ in try Self.pointer(&maker.random) }
            let trees = (0..<maker.random.below(4)).map { _ in maker.object(depth: 4) }
            let isArray = trees.count != 1 || maker.random.chance(oneIn: 2)
            var body: [UInt8] = []
            var ranges: [Range<Int>] = []
            maker.space(into: &body)
            if isArray { body.append(UInt8(ascii: "[")) }
            for (position, tree) in trees.enumerated() {
                if position > 0 { body.append(UInt8(ascii: ",")) }
                maker.space(into: &body)
                let start = body.count
                maker.write(tree, into: &body)
                ranges.append(start..<body.count)
                maker.space(into: &body)
            }
            if isArray { body.append(UInt8(ascii: "]")) }
            maker.space(into: &body)
            if !isArray { ranges = [0..<body.count] }

            let scanned = try JSONScanner.scan(body, plan: ScanPlan(pointers: pointers))
            let expected = ScannedBody(
                shape: isArray ? .array : .object,
                elements: zip(trees, ranges).map { tree, range in
                    ScannedElement(range: range, values: pointers.map { tree.lookup($0.tokens[...]) })
                }
            )
            let isSame = scanned == expected
            #expect(
                isSame, "seed \(Self.seed), round \(round): \(String(decoding: body, as: UTF8.self)) \(pointers)")
            guard isSame else { return }
        }
    }

    private static func pointer(_ random: inout JSONFixtures.Random) throws -> JSONPointer {
        let tokens = (0..<random.below(4)).map { _ in
            random.pick(JSONTreeMaker.keys).split(separator: "~", omittingEmptySubsequences: false).joined(
                separator: "~0"
            )
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        }
        return try JSONPointer(tokens.map { "/" + $0 }.joined())
    }
}
