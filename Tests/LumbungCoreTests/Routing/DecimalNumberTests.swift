import LumbungCore
import LumbungTesting
import Testing

@Suite struct DecimalNumberTests {
    private func number(_ text: String) throws -> DecimalNumber {
        try #require(DecimalNumber(text), "\(text.prefix(80)) is a number")
    }

    @Test(arguments: [
        ["0", "-0", "0.0", "-0.000e99", "0e5", "0E-999999999999999999999999999999"],
        ["1", "1.0", "10e-1", "0.1e1", "1e0", "1E+0", "0.01e2", "100e-2", "1.000"],
        ["-12.5", "-125e-1", "-0.125e2", "-12.50"],
        ["9007199254740993", "9007199254740993.0", "90071992547409930e-1"],
        ["0.05", "5e-2", "0.0005e2"],
        ["1e100000000000000000", "10e99999999999999999"],
    ])
    func `one value has many texts`(_ texts: [String]) throws {
        for first in texts {
            for second in texts {
                let (one, other) = (try number(first), try number(second))
                #expect(one == other && one.hashValue == other.hashValue, "\(first), \(second)")
                #expect(!(one < other) && one <= other, "\(first), \(second)")
            }
        }
    }

    @Test func `numbers are in order`() throws {
        let texts = [
            "-1e1000000000000000000000000000000", "-1e400", "-12346", "-12345.5", "-12345", "-1.01", "-1", "-0.5",
            "-1e-400", "0", "1e-1000000000000000000000000000000", "1e-401", "1e-400", "0.049", "0.05", "0.5", "1",
            "1.5",
            "2", "9", "10", "99.999", "100", "9007199254740992", "9007199254740992.5", "9007199254740993", "1e400",
            "2e400", "1e401", "1e99999999999999999", "1e1000000000000000000000000000000",
        ]
        let numbers = try texts.map { try number($0) }
        for (position, one) in numbers.enumerated() {
            for (otherPosition, other) in numbers.enumerated() {
                #expect((one < other) == (position < otherPosition), "\(texts[position]), \(texts[otherPosition])")
                #expect((one == other) == (position == otherPosition), "\(texts[position]), \(texts[otherPosition])")
            }
        }
    }

    @Test(arguments: [
        "", " 1", "1 ", "+1", "01", "-01", "1.", ".5", "-", "--1", "1e", "1e+", "1e1.5", "1,000", "1_000", "0x10",
        "NaN",
        "Infinity", "1.2.3", "one", "1e1e1", "\u{661}", "e5", "-.5",
    ])
    func `only JSON's numbers are numbers`(_ text: String) {
        #expect(DecimalNumber(text) == nil)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `small numbers compare as integers do`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<2000 {
            let values = [random.pick(-300...300), random.pick(-300...300)]
            let texts = values.map { written($0, &random) }
            let (one, other) = (try number(texts[0]), try number(texts[1]))
            #expect((one < other) == (values[0] < values[1]), "seed \(seed), round \(round): \(texts)")
            #expect((one == other) == (values[0] == values[1]), "seed \(seed), round \(round): \(texts)")
        }
    }

    @Test(arguments: [4, 5, 6] as [UInt64])
    func `fractions compare as Double does where it is exact`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<2000 {
            // Eighths and powers of two are exact in both systems.
            let values = (0..<2).map { _ in Double(random.pick(-4000...4000)) / 8 * Double(1 << random.pick(0...20)) }
            let (one, other) = (try number("\(values[0])"), try number("\(values[1])"))
            #expect((one < other) == (values[0] < values[1]), "seed \(seed), round \(round): \(values)")
            #expect((one == other) == (values[0] == values[1]), "seed \(seed), round \(round): \(values)")
        }
    }

    /// One of the ways in which JSON can write a whole number.
    private func written(_ value: Int, _ random: inout SeededGenerator) -> String {
        let sign = value < 0 || (value == 0 && random.chance(percent: 50)) ? "-" : ""
        let digits = String(abs(value))
        switch random.pick(0...4) {
        case 0: return sign + digits + "." + String(repeating: "0", count: random.pick(1...3))
        case 1: return sign + (digits == "0" ? "0e-3" : digits + "000e-3")
        case 2: return sign + "0." + digits + "e\(digits.count)"
        case 3: return sign + "0.00" + digits + "E+\(digits.count + 2)"
        default: return sign + digits
        }
    }

    @Test func `a megabyte of digits is read once and compared exactly`() throws {
        let zeros = String(repeating: "0", count: 1_000_000)
        let nines = String(repeating: "9", count: 1_000_000)
        #expect(try number("1" + zeros) == number("1e1000000"))
        #expect(try number("0." + zeros + "1") == number("1e-1000001"))
        #expect(try number(nines) < number("1" + zeros))
        #expect(try number(nines + ".8") < number(nines + ".9"))
        #expect(try number("1e" + nines) > number(nines))
        #expect(try number("1e-" + nines) > number("0"))
        #expect(try number("-" + nines + "e" + nines) < number("-" + nines))
        #expect(DecimalNumber(nines + "x") == nil)
    }

    @Test func `exponents beyond the largest count as the largest`() throws {
        let largest = DecimalNumber.largestExponent
        #expect(try number("1e\(largest)") == number("1e\(largest + 1)"))
        #expect(try number("1e\(largest - 1)") < number("1e\(largest)"))
        #expect(try number("1e-\(largest)") == number("1e-\(largest + 1)"))
        #expect(try number("1e-\(largest)") < number("1e-\(largest - 1)"))
    }
}
