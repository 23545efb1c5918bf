import LumbungCore

extension IntakePlan {
    private static let payloadField = Array("payload".utf8)

    /// What a form says of its one event.
    func formFacts(_ body: [UInt8]) throws(Problem) -> EventFacts {
        guard !body.isEmpty else { throw .badRequest("the body is empty") }
        return EventFacts(values: unreadValues, form: FormFields.values(of: naming.fields, in: body))
    }

    /// What a form with JSON in its field `payload` says of its one event.
    func formPayloadFacts(_ body: [UInt8]) throws(Problem) -> EventFacts {
        var form = FormFields.values(of: naming.fields + [Self.payloadField], in: body)
        switch form.removeLast() {
        case .absent: throw .badRequest("the body is no form with a field `payload`")
        case .repeated: throw .badRequest("the form has more than one field `payload`")
        case .bytes(let json):
            let scanned: ScannedBody
            do throws(ScanError) {
                scanned = try JSONScanner.scan(json, plan: object)
            } catch {
                throw .badRequest("in the form's field `payload`: \(error.description)")
            }
            guard scanned.shape == .object, let element = scanned.elements.first else {
                throw .badRequest("the form's field `payload` is not one JSON object")
            }
            return EventFacts(values: element.values, form: form)
        }
    }
}
