import LumbungCore

/// What a request says of one of its events where the rules look.
struct EventFacts {
    /// The scanned values, those of the naming first.
    var values: [ScannedValue]
    /// What the form says at the wanted names; none when the body is no form.
    var form: [FormValue] = []
    /// Whether it is the only event of its body, so that the request's headers speak of it.
    var isOnly = true
}

/// A source's rules for identity, type, tenant and time, with their places counted.
struct EventNaming: Sendable {
    /// The places in the payload, in the order in which scanned values are handed in.
    private(set) var pointers: [JSONPointer] = []
    /// The names of the fields of a form, decoded, in the order in which their values are handed in.
    private(set) var fields: [[UInt8]] = []
    private(set) var identitySteps: [IdentityStep] = []
    private(set) var typeStep = TextStep.text("")
    private(set) var tenantStep = TextStep.text("")
    private(set) var timePlaces: [Place] = []
    /// Whether the tenant stands in the payload.
    private(set) var tenantIsInPayload = false
    /// Whether the time of arrival is a part of the name of events that no rule names.
    private(set) var isNamedByArrival = false

    enum Place: Sendable {
        case value(Int)
        case header(String)
        case field(Int)
    }

    enum Part: Sendable {
        case text([UInt8])
        case place(Place, isOptional: Bool)
    }

    enum IdentityStep: Sendable {
        case place(Place)
        case template([Part])
        /// Nothing in the request: its digest stands in.
        case standIn
    }

    enum TextStep: Sendable {
        case place(Place)
        case template([Part])
        case text(String)
    }

    init(identity rules: [IdentityRule], type: TypeRule, tenant: TypeRule?, time: [ValuePlace]) {
        isNamedByArrival = rules.first { $0 == .sha256 || $0 == .arrival } == .arrival
        for rule in rules {
            switch rule {
            case .json(let pointer): identitySteps.append(.place(counted(.json(pointer))))
            case .header(let name): identitySteps.append(.place(.header(name)))
            case .form(let name): identitySteps.append(.place(counted(.form(name))))
            case .template(let template): identitySteps.append(.template(template.parts.map { counted($0) }))
            case .sha256, .arrival: identitySteps.append(.standIn)
            }
        }
        typeStep = counted(type)
        let known = pointers.count
        if let tenant { tenantStep = counted(tenant) }
        tenantIsInPayload = pointers.count > known
        timePlaces = time.map { counted($0) }
    }

    private mutating func counted(_ rule: TypeRule) -> TextStep {
        switch rule {
        case .json(let pointer): .place(counted(.json(pointer)))
        case .header(let name): .place(.header(name))
        case .form(let name): .place(counted(.form(name)))
        case .template(let template): .template(template.parts.map { counted($0) })
        case .text(let text): .text(text)
        }
    }

    private mutating func counted(_ part: ValueTemplate.Part) -> Part {
        switch part {
        case .text(let text): .text(Array(text.utf8))
        case .place(let place, let isOptional): .place(counted(place), isOptional: isOptional)
        }
    }

    private mutating func counted(_ place: ValuePlace) -> Place {
        switch place {
        case .json(let pointer):
            pointers.append(pointer)
            return .value(pointers.count - 1)
        case .header(let name): return .header(name)
        case .form(let name):
            fields.append(Array(name.utf8))
            return .field(fields.count - 1)
        }
    }
}
