public import LumbungCore

extension Source {
    /// What a request that proves its sender turns out to be.
    public enum Reading: Sendable {
        /// A question, which is answered and stores nothing.
        case question
        /// The events in it; perhaps none.
        case events([NewEvent])
        /// It is refused.
        case refused(Problem)
    }

    /// Reads a request as it is read once its sender is known; nothing is stored.
    public func reading(_ request: IngestRequest) -> Reading {
        do throws(Problem) {
            if let desk = HandshakeDesk(self) {
                if try desk.unsigned(request) != nil { return .question }
                if try desk.signed(request) != nil { return .question }
            }
            return .events(try IntakePlan(source: self, routes: RouteTable(always: [])).events(in: request))
        } catch {
            return .refused(error)
        }
    }
}
