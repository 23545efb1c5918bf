import Dispatch
import LumbungCore

@testable import LumbungSQLite

extension SQLiteInbox {
    /// Holds the writer, so that what is handed in meanwhile makes up one group.
    func inOneGroup(_ submit: () -> Void) {
        let (begun, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        self.submit { _ throws(StoreError) in
            begun.signal()
            goOn.wait()
        } completion: { (_: Result<Void, StoreError>) in
        }
        begun.wait()
        submit()
        goOn.signal()
    }
}
