import Foundation
import LumbungCore
import Testing

/// Damaged documents: our verdict is the one of Foundation's parser, apart from the differences listed here.
struct ScanMutationTests {
    private static let seed: UInt64 = 20_260_103
    private static let mutationCount = 200_000

    /// Where the two parsers differ and should.
    enum Difference: CaseIterable {
        /// Foundation takes a byte order mark; RFC 8259, section 8.1, lets a parser refuse it and ours does.
        case byteOrderMark
        /// Foundation guesses UTF-16 and UTF-32 from NUL bytes; between systems JSON is UTF-8 (same section).
        case otherEncoding
        /// Foundation lets a comma stand before the end of an array or an object; RFC 8259 does not.
        case trailingComma
        /// Ours stops at 128 open containers, Foundation at 512.
        case nesting
        /// Foundation refuses `\u` escapes of half a surrogate pair; the grammar has them.
        case loneSurrogate
        /// Foundation converts numbers and refuses those a Double cannot hold; ours keeps their text.
        case numberRange

        /// The difference that explains a body on which the verdicts are not the same, or nil.
        init?(_ body: [UInt8], fault: ScanError?) {
            let text = String(decoding: body, as: UTF8.self)
            if fault?.reason == .byteOrderMark {
                self = .byteOrderMark
            } else if fault?.reason == .tooDeep {
                self = .nesting
            } else if let fault, Self.isTrailingComma(fault, in: body) {
                self = .trailingComma
            } else if fault != nil, body.prefix(4).contains(0) {
                self = .otherEncoding
            } else if fault == nil, text.contains(/\\u[dD][89abAB][0-9a-fA-F]{2}|\\u[dD][c-fC-F][0-9a-fA-F]{2}/) {
                self = .loneSurrogate
            } else if fault == nil, text.contains(/[0-9][eE][+-]?[0-9]{2}|[0-9]{30}/) {
                self = .numberRange
            } else {
                return nil
            }
        }

        private static func isTrailingComma(_ fault: ScanError, in body: [UInt8]) -> Bool {
            guard fault.byteOffset < body.count else { return false }
            return switch (fault.reason, body[fault.byteOffset]) {
            case (.unexpectedByte(expected: .value), UInt8(ascii: "]")),
                (.unexpectedByte(expected: .object), UInt8(ascii: "]")),
                (.unexpectedByte(expected: .key), UInt8(ascii: "}")):
                true
            default:
                false
            }
        }
    }

    @Test func `damaged documents are judged as Foundation judges them`() throws {
        let pointers = [[], ["/uuid", "/type"], ["/a", "/a/b", "/data/0/memo", "/0", "/é"]]
        let plans = try pointers.map { try JSONFixtures.plan($0) }
        var maker = JSONTreeMaker(random: JSONFixtures.Random(seed: Self.seed))
        let documents = Self.documents(&maker)
        var accepted = 0
        var unexplained: [String] = []
        for round in 0..<Self.mutationCount {
            var body = maker.random.pick(documents)
            for _ in 0...maker.random.below(3) {
                Self.mutate(&body, &maker.random, documents)
            }
            let faults = plans.map { JSONFixtures.fault(body, plan: $0) }
            let fault = faults[0]
            let place = "seed \(Self.seed), round \(round)"
            #expect(faults.allSatisfy { $0 == fault }, "\(place): the plan changed the fault of \(body)")
            #expect((0...body.count).contains(fault?.byteOffset ?? 0), "\(place): \(body)")
            accepted += fault == nil ? 1 : 0
            guard (fault == nil) != Self.isAcceptedByFoundation(body), Difference(body, fault: fault) == nil else {
                continue
            }
            let text = String(decoding: body, as: UTF8.self).debugDescription
            unexplained.append("\(place): \(fault?.description ?? "accepted"): \(text)")
        }
        #expect(unexplained.isEmpty, "\(unexplained.count): \(unexplained.prefix(20).joined(separator: "\n"))")
        // Both verdicts must be frequent, or the comparison says nothing.
        #expect(accepted > Self.mutationCount / 20, "\(accepted) accepted")
        #expect(accepted < Self.mutationCount * 19 / 20, "\(accepted) accepted")
    }

    @Test(
        arguments: [
            ([0xEF, 0xBB, 0xBF, 0x7B, 0x7D], Difference.byteOrderMark), ([0x7B, 0, 0x7D, 0], .otherEncoding),
            (Array("[{},]".utf8), .trailingComma), (Array("{\"a\":[1,]}".utf8), .trailingComma),
            (Array(JSONFixtures.nested(129).utf8), .nesting), (Array("{\"a\":\"\\ud800\"}".utf8), .loneSurrogate),
            (Array("{\"a\":1e999}".utf8), .numberRange),
        ] as [([UInt8], Difference)])
    func `the listed differences exist`(body: [UInt8], difference: Difference) {
        let fault = JSONFixtures.fault(body)
        #expect((fault == nil) != Self.isAcceptedByFoundation(body))
        #expect(Difference(body, fault: fault) == difference)
    }

    private static func isAcceptedByFoundation(_ body: [UInt8]) -> Bool {
        guard let value = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) else {
            return false
        }
        if let array = value as? [Any] { return array.allSatisfy { $0 is [String: Any] } }
        return value is [String: Any]
    }

    private static func documents(_ maker: inout JSONTreeMaker) -> [[UInt8]] {
        let fixed = [
            "{\"type\":\"SALES_RECEIPT\",\"uuid\":\"3f2b8c1e\",\"databaseId\":1293289,\"data\":[{\"no\":\"BKB-001\",\"memo\":\"mm\"}]}",
            "[{\"a\":-1.5e+10,\"b\":[true,false,null,[],{}]},{\"é\\u00e9\\uD83D\\uDE00\":\"😀€é\\\"\\\\\"},{ } ]", "{}",
            "[]", "[{}, {}]",
            " {\"a\" : {\"b\" : 0.5}, \"0\": \"\\n\\t\\/\"} ", JSONFixtures.nested(8), JSONFixtures.nested(127),
        ].map(JSONFixtures.bytes)
        let random = (0..<60).map { _ in
            var body: [UInt8] = []
            let tree = maker.object(depth: 3)
            maker.write(maker.random.chance(oneIn: 3) ? .array([tree, .object([])]) : tree, into: &body)
            return body
        }
        return fixed + random
    }

    private static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\uD800", "\\n", "0", "-", ".", "e", "1e5", "01", "true",
        "null", "nul",
        " ", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "é", "😀", "\u{FEFF}", "/", "//", "/**/", "'", "{}", "[]",
        "\"a\":", ",\"a\":1", "[{", "}]",
        "NaN", "+1", "\u{A0}", "\u{B}", "\u{2028}", "123456789012345678",
    ].map(JSONFixtures.bytes)

    private static let brokenUTF8: [[UInt8]] = [
        [0x80], [0xC0, 0x80], [0xC2], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xFF],
        [0xEF, 0xBF, 0xBF], [0xED, 0x9F, 0xBF], [0xF4, 0x8F, 0xBF, 0xBF],
    ]

    private static func mutate(_ body: inout [UInt8], _ random: inout JSONFixtures.Random, _ documents: [[UInt8]]) {
        let start = random.below(body.count + 1)
        let end = min(body.count, start + random.below(6))
        switch random.below(10) {
        case 0 where start < body.count: body[start] ^= 1 << UInt8(random.below(8))
        case 1 where start < body.count: body[start] = UInt8(random.below(256))
        case 2: body.removeSubrange(start..<end)
        case 3: body.insert(contentsOf: body[start..<end], at: random.below(body.count + 1))
        case 4: body.removeSubrange(start...)
        case 5: body.insert(contentsOf: random.pick(brokenUTF8), at: start)
        case 6:
            let other = random.pick(documents)
            body = Array(body[..<start]) + other[random.below(other.count + 1)...]
        default: body.insert(contentsOf: random.pick(pieces), at: start)
        }
    }
}
