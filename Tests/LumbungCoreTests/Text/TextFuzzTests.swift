import LumbungCore
import LumbungTesting
import Testing

/// Texts by chance: nothing traps, and what is written is read back.
@Suite struct TextFuzzTests {
    private let seed: UInt64
    private var chance: SeededGenerator

    init() {
        seed = UInt64.random(in: 0...UInt64.max)
        chance = SeededGenerator(seed: seed)
    }

    @Test mutating func `addresses`() {
        let pieces = [
            ":", "::", ".", "0", "1", "255", "256", "ffff", "00", "/", "32", "128", "é", "[", "%", "-1", "+1",
        ]
        for round in 0..<5_000 {
            let text = chance.text(of: pieces, upTo: 12)
            if let address = IPAddress(text) {
                #expect(IPAddress("\(address)") == address, "seed \(seed), round \(round): \(text)")
                #expect(AddressBlock(text)?.contains(address) == true, "seed \(seed), round \(round): \(text)")
            }
            if let block = AddressBlock(text) {
                #expect(AddressBlock("\(block)") == block, "seed \(seed), round \(round): \(text)")
            }
            let bytes = (0..<16).map { _ in chance.chance(percent: 40) ? 0 : UInt8(truncatingIfNeeded: chance.next()) }
            for count in [4, 16] {
                let address = IPAddress(bytes: Array(bytes.prefix(count)))
                #expect(address.flatMap { IPAddress("\($0)") } == address, "seed \(seed), round \(round): \(bytes)")
            }
        }
    }

    @Test mutating func `forms`() {
        for round in 0..<2_000 {
            let fields = (0..<chance.pick(0...5)).map { _ in
                FormField(name: chance.bytes(upTo: 6), value: chance.bytes(upTo: 6))
            }
            let written = fields.map { Self.encoded($0.name) + "=" + Self.encoded($0.value) }.joined(separator: "&")
            #expect(FormField.read(Array(written.utf8)) == fields, "seed \(seed), round \(round): \(written)")
            let any = chance.text(of: ["%", "%4", "%zz", "%41", "+", "&", "=", "a", "é"], upTo: 20)
            let read = FormField.read(Array(any.utf8))
            #expect(read.reduce(0) { $0 + $1.name.count + $1.value.count } <= any.utf8.count, "seed \(seed): \(any)")
            let decoded = PercentCoding.decoded(Array(any.utf8))
            if let strict = PercentCoding.strictlyDecoded(Array(any.utf8)) {
                #expect(strict == decoded, "seed \(seed), round \(round): \(any)")
            }
        }
    }

    @Test mutating func `values of CloudEvents in headers`() {
        for round in 0..<2_000 {
            let value = chance.bytes(upTo: 20)
            let written = Array(Self.encoded(value).utf8)
            #expect(CloudEventHeader.decoded(written) == value, "seed \(seed), round \(round): \(value)")
            let quote = UInt8(ascii: "\"")
            #expect(CloudEventHeader.decoded([quote] + written + [quote]) == value, "seed \(seed), round \(round)")
            let any = chance.text(of: ["\"", "\\", "%", "%41", "a", " ", "é"], upTo: 20)
            #expect(CloudEventHeader.decoded(Array(any.utf8)).count <= any.utf8.count, "seed \(seed): \(any)")
        }
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        bytes.map { "%" + Hexadecimal.encoded([$0]) }.joined()
    }
}
