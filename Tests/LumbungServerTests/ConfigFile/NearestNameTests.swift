import Testing

@testable import LumbungServer

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("prot", "port"),
        ("portt", "port"),
        ("PORT", "port"),
        ("worker_cuont", "worker_count"),
        ("wrkr_count", "worker_count"),
        ("hots", "host"),
    ])
    func `misspelt names are recognised`(_ name: String, _ expected: String) {
        #expect(NearestName.of(name, among: ["port", "host", "worker_count"]) == expected)
    }

    @Test(arguments: ["", "x", "database", "workers", String(repeating: "port", count: 100)])
    func `far names are not`(_ name: String) {
        #expect(NearestName.of(name, among: ["port", "host", "worker_count"]) == nil)
    }
}
