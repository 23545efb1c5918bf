import LumbungCore
import LumbungSignatures
import Testing

/// One table of broken requests for every scheme: all are refused, and none traps, told or untold.
@Suite struct BrokenRequestTests {
    private static func refuses(_ sample: SignedSample, _ request: SignedRequest, _ nowSeconds: Int64? = nil) -> Bool {
        guard let verifier = try? Verifier(sample.rules, secrets: sample.secrets) else { return false }
        let now = Timestamp(milliseconds: (nowSeconds ?? sample.nowSeconds) * 1000)
        // Explaining reads and shows more than checking does.
        if case .success = verifier.explain(request, now: now).result { return false }
        return (try? verifier.verify(request, now: now)) == nil
    }

    @Test(arguments: SignedSample.table) func `the sample itself is whole`(sample: SignedSample) {
        #expect(sample.passes())
        let isInRequest =
            sample.headers.values.contains { $0.contains(sample.proof) } || sample.body.contains(sample.proof)
            || sample.target.contains(sample.proof)
        #expect(sample.proof.utf8.count >= 7 && isInRequest, "\(sample.proof)")
    }

    private static func broken(_ right: String) -> [(String, String)] {
        let half = right.index(right.startIndex, offsetBy: right.count / 2)
        func inserting(_ text: String) -> String { right[..<half] + text + right[half...] }
        let swapped = String(right.map { Character($0.isLowercase ? $0.uppercased() : $0.lowercased()) })
        let wrong = Self.wrong(right)
        let lengths: [(String, String)] = [
            ("empty", ""), ("a blank", " "), ("one byte short", String(right.dropLast(2))),
            ("one byte short at the start", String(right.dropFirst(2))), ("an odd length", String(right.dropLast())),
            ("longer", right + right.suffix(2)), ("twice as long", right + right),
            ("huge", String(repeating: "a", count: 200_000)),
        ]
        let values: [(String, String)] = [
            ("nothing right", wrong), ("the first byte right", String(right.prefix(2) + wrong.dropFirst(2))),
            ("the last byte right", String(wrong.dropLast(2) + right.suffix(2))), ("swapped case", swapped),
            ("reversed", String(right.reversed())),
        ]
        let letters: [(String, String)] = [
            ("a letter of no alphabet", right[..<half] + "*" + right[half...].dropFirst()),
            ("a mark more", right + "="),
            ("a mark inside", inserting("=")), ("a blank inside", inserting(" ")), ("a line end", inserting("\n")),
            ("NUL behind", right + "\u{0}"), ("no ASCII", inserting("é")), ("full width", "１" + right.dropFirst()),
        ]
        return (lengths + values + letters).filter { $0.1 != right }
    }

    /// As long, and no byte as it has to be.
    private static func wrong(_ right: String) -> String {
        String(right.map { $0 == "=" ? "=" : $0 == "A" || $0 == "0" ? "1" : "0" })
    }

    @Test(arguments: SignedSample.table) func `no broken signature or token passes`(sample: SignedSample) {
        for (way, broken) in Self.broken(sample.proof) {
            let request = sample.replacing(sample.proof, with: broken)
            #expect(Self.refuses(sample, request), "\(way): \(broken.prefix(100))")
        }
    }

    @Test(arguments: SignedSample.table) func `many signatures in one place`(sample: SignedSample) {
        let wrong = Self.wrong(sample.proof)
        // Where nothing separates signatures, several are none; where something does, the first ten are looked at.
        for separator in [",", ";", " ", "|"] {
            for prefix in ["", "v1=", "v1,", "h1=", "v1a,", "sha256="] {
                let many = Array(repeating: wrong + separator + prefix, count: 10).joined() + sample.proof
                #expect(Self.refuses(sample, sample.replacing(sample.proof, with: many)), "\(separator)\(prefix)")
            }
        }
    }

    @Test(arguments: SignedSample.table) func `what came twice is not there once`(sample: SignedSample) {
        for (name, value) in sample.headers where name != "Content-Type" {
            // A header that is neither looked at nor signed may stand twice; these samples have none.
            for other in [value, "x", ""] {
                #expect(Self.refuses(sample, sample.request { $0.headers.append((name, other)) }), "\(name): \(other)")
                #expect(Self.refuses(sample, sample.request { $0.headers.insert((name.uppercased(), other), at: 0) }))
            }
        }
        for (name, place) in [("key=", sample.target), ("\"token\":", sample.body), ("signature=", sample.body)]
        where place.contains(name) {
            let twice = name.hasSuffix(":") ? "\(name)\"x\",\(name)" : "\(name)x&\(name)"
            let doubled = SignedSample.replacing(name, with: twice, in: place)
            let request = sample.request { request in
                if place == sample.target { request.target = doubled } else { request.body = Array(doubled.utf8) }
            }
            #expect(Self.refuses(sample, request), "\(doubled)")
        }
    }

    @Test(arguments: SignedSample.table.filter { $0.toleranceSeconds != nil })
    func `a time counts up to both edges of its tolerance`(sample: SignedSample) throws {
        let tolerance = try #require(sample.toleranceSeconds)
        for edge in [-tolerance, tolerance] {
            #expect(sample.passes(nowSeconds: sample.nowSeconds + edge), "\(edge)")
            #expect(Self.refuses(sample, sample.request(), sample.nowSeconds + edge + edge.signum()), "past \(edge)")
        }
    }

    @Test(arguments: SignedSample.table.filter { $0.toleranceSeconds != nil })
    func `an odd time is refused`(sample: SignedSample) {
        #expect(sample.time == "2023-11-14T22:13:20Z" || Int64(sample.time) != nil)
        for time in [
            "", " ", "-1", "-" + sample.time, "+" + sample.time, "1 " + sample.time, sample.time + ".0",
            sample.time + "0",
            "0" + sample.time, "9223372036854775807", "9223372036854775808", "-9223372036854775808",
            "18446744073709551616", "99999999999999999999999999", "1e9", "0x6553F100", "１７００００００００", "NaN",
            "2023-11-14T22:13:20", "2023-11-14T22:13:20+99:99", "0000-00-00T00:00:00Z", "9999-12-31T23:59:60Z",
            "2023-11-14T22:13:21Z", "1700000001", "1700000000001",
        ] {
            #expect(Self.refuses(sample, sample.replacing(sample.time, with: time)), "\(time)")
            // Nor does a clock far off make it trap.
            for now in [0, 1 << 40, Int64.max / 1000] {
                #expect(Self.refuses(sample, sample.replacing(sample.time, with: time), now), "\(time) at \(now)")
            }
        }
    }

    @Test(arguments: SignedSample.table.filter { !$0.signsPart })
    func `a body with any bit changed is refused`(sample: SignedSample) {
        for index in 0..<sample.body.utf8.count {
            for bit in 0..<8 {
                let request = sample.request { $0.body[index] ^= 1 << UInt8(bit) }
                // Where fields are signed, escapes of the same letter read alike.
                if sample.name == "twilio", Self.fields(request.body) == Self.fields(Array(sample.body.utf8)) {
                    continue
                }
                #expect(Self.refuses(sample, request), "bit \(bit) at \(index)")
            }
        }
    }

    private static func fields(_ form: [UInt8]) -> Set<FormField> { Set(FormField.read(form)) }

    @Test(arguments: SignedSample.table.filter { !$0.signsPart && $0.body.hasPrefix("{") })
    func `a body that was read and written anew is refused`(sample: SignedSample) {
        for (old, new) in [
            ("\":", "\": "), ("{\"", "{ \""), ("\"}", "\"}\n"), ("\"}", "\"}\r\n"), ("\",\"", "\", \""),
            ("e", "\\u0065"),
        ] where sample.body.contains(old) {
            let body = SignedSample.replacing(old, with: new, in: sample.body)
            #expect(Self.refuses(sample, sample.request { $0.body = Array(body.utf8) }), "\(body)")
        }
    }
}
