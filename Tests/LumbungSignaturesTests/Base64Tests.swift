import Testing

@testable import LumbungSignatures

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the examples of the standard`(plain: String, text: String) {
        #expect(Base64.encoded(Array(plain.utf8)) == text)
        #expect(Base64.decoded(text.utf8) == Array(plain.utf8))
    }

    @Test func `every byte at every place comes back`() {
        for length in 1...7 {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [UInt8](repeating: 0xa5, count: length)
                    bytes[place] = byte
                    #expect(Base64.decoded(Base64.encoded(bytes).utf8) == bytes)
                }
            }
        }
        #expect(Base64.encoded([0xfb, 0xff, 0xbf]) == "+/+/")
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zm8", "Zm9vYg", "=", "==", "===", "====", "Z===", "Zg==\n", "Zg=\n", "\nZg==", " Zg=",
        "Zg= ",
        "Zm9v\r\n", "Zm\n9v", "Zm 9", "Zg==Zg==", "Zg=g", "Z=g=", "=Zg=", "Zm9v====", "Zm9vZ===", "Zm9-", "Zm9_",
        "Zm9,",
        "Zm9\0", "Zm9\u{e9}", "Zm\u{e9}=", "\u{ff}\u{ff}",
    ])
    func `what is not strict is refused`(text: String) {
        #expect(Base64.decoded(text.utf8) == nil)
    }

    /// Surplus bits would give one key many texts.
    @Test func `the last symbol sets no bits that belong to no byte`() {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        #expect(alphabet.filter { Base64.decoded("Z\($0)==".utf8) != nil } == "AQgw")
        #expect(alphabet.filter { Base64.decoded("Zm\($0)=".utf8) != nil } == "AEIMQUYcgkosw048")
        #expect(alphabet.filter { Base64.decoded("Zm9\($0)".utf8) != nil } == alphabet)
    }

    @Test func `a byte outside the alphabet is refused at every place`() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for byte in UInt8.min...UInt8.max where !alphabet.contains(byte) {
            for place in 0..<4 where !(byte == UInt8(ascii: "=") && place == 3) {
                var text = Array("Zm9vZm8A".utf8)
                text[place + 4] = byte
                #expect(Base64.decoded(text) == nil)
            }
        }
    }
}
