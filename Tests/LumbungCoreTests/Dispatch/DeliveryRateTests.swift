import LumbungCore
import Testing

struct DeliveryRateTests {
    @Test(arguments: [
        ("50/s", 50, Duration.seconds(1)), ("600/m", 600, .seconds(60)), ("3600/h", 3600, .seconds(3600)),
        ("1/s", 1, .seconds(1)), ("1000000/s", 1_000_000, .seconds(1)),
    ])
    func `rates are read and written`(_ text: String, _ count: Int, _ period: Duration) {
        #expect(DeliveryRate(text) == DeliveryRate(count: count, period: period))
        #expect(DeliveryRate(text)?.description == text)
    }

    @Test(arguments: [
        "", "50", "/s", "50/", "50/d", "50 /s", "50/ s", "0/s", "1000001/s", "-1/s", "1.5/s", "5/s/s", "050/s",
    ])
    func `anything else is no rate`(_ text: String) {
        #expect(DeliveryRate(text) == nil)
    }
}
