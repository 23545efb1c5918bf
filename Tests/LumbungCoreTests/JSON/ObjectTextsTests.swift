import LumbungCore
import Testing

@Suite struct ObjectTextsTests {
    private func read(_ text: String) -> [String]? {
        JSONScanner.texts(inObject: text).map { members in members.map { "\($0.name)=\($0.value)" } }
    }

    @Test func `an object of texts is read in its order, with its escapes resolved`() {
        #expect(read("{}") == [])
        #expect(read(#" {"b" : "1" , "a":"\u00e9\"\\", "b":""} "#) == ["b=1", #"a=é"\"#, "b="])
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "null", #"{"a"}"#, #"{"a":1}"#, #"{"a":"1",}"#, #"{"a":"1" "b":"2"}"#, #"{"a":"1"}x"#,
        #"{,}"#, #"{"a":"\ud800"}"#, #"{"a":"1"#, #"{"a":{}}"#,
    ])
    func `anything else is none`(text: String) {
        #expect(read(text) == nil)
    }
}
