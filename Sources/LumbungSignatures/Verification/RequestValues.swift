import Crypto
import LumbungCore

/// The values of one request that a rule asks for, each read once.
struct RequestValues {
    /// What stands at a place.
    enum Found: Hashable {
        case nothing
        /// More than one value, or one that two readers read in two ways.
        case ambiguous
        case value([UInt8])
    }

    let request: SignedRequest
    /// The pairs of the signature's list of fields.
    var fields: [FormField] = []
    private let json: [JSONPointer: Found]
    private let form: [FormField]
    private let query: [FormField]

    /// Reads what the places need: the body is scanned only when one of them is in it.
    init(_ request: SignedRequest, places: [RequestPlace], sortsForm: Bool) {
        self.request = request
        var pointers: [JSONPointer] = []
        var needsForm = sortsForm
        var needsQuery = false
        for place in places {
            switch place {
            case .json(let pointer): pointers.append(pointer)
            case .form: needsForm = true
            case .query: needsQuery = true
            case .header, .field: break
            }
        }
        json = Self.json(in: request.body, at: pointers)
        form = needsForm ? request.form : []
        query = needsQuery ? request.query : []
    }

    /// What stands at a place.
    func found(_ place: RequestPlace) -> Found {
        switch place {
        case .header(let name): Self.only(request.values(ofHeader: name).map { Array($0.utf8) })
        case .query(let name): Self.only(Self.values(of: name, in: query))
        case .form(let name): Self.only(Self.values(of: name, in: form))
        case .field(let name): Self.only(Self.values(of: name, in: fields))
        case .json(let pointer): json[pointer] ?? .nothing
        }
    }

    /// The form's names and values, sorted by name and then by value, each pair once, joined without anything between
    /// (Twilio's request validation).
    var sortedForm: [UInt8] {
        let sorted = Set(form).sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        return sorted.flatMap { $0.name + $0.value }
    }

    private static func values(of name: String, in fields: [FormField]) -> [[UInt8]] {
        fields.filter { $0.name.elementsEqual(name.utf8) }.map(\.value)
    }

    private static func only(_ values: [[UInt8]]) -> Found {
        switch values.count {
        case 0: .nothing
        case 1: .value(values[0])
        default: .ambiguous
        }
    }

    private static func json(in body: [UInt8], at pointers: [JSONPointer]) -> [JSONPointer: Found] {
        guard !pointers.isEmpty, let scanned = try? JSONScanner.scan(body, plan: ScanPlan(pointers: pointers)),
            scanned.elements.count == 1, let element = scanned.elements.first
        else { return [:] }
        return Dictionary(zip(pointers, element.values.map(found))) { first, _ in first }
    }

    static func found(_ value: ScannedValue) -> Found {
        if value.isAmbiguous { return .ambiguous }
        switch value.content {
        case .string(let bytes, hasLoneSurrogate: false): return .value(bytes)
        case .string: return .ambiguous
        case .number(let digits): return .value(digits)
        case .bool(let bool): return .value(Array((bool ? "true" : "false").utf8))
        case .absent, .null, .object, .array: return .nothing
        }
    }
}
