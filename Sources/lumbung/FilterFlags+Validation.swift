import ArgumentParser
import LumbungServer

extension FilterFlags {
    func validate() throws {
        if let fault = EventArguments.fault(in: given) { throw ValidationError(fault) }
    }
}
