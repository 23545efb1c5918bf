import Foundation
import GRDB
import Hummingbird
import Logging
import LumbungCore
import LumbungKit
import LumbungSQLite

/// What the handler reads of Accurate Online's envelope.
struct Receipt: Decodable, Sendable {
    var uuid: String
    var type: String
}

/// A Hummingbird application whose own route stores webhooks durably and whose own handler writes them into a table
/// beside the inbox, each exactly once: the row and the completion of the delivery are one transaction.
///
///     swift run Embedded
///     curl -d '{"uuid":"one","type":"SALES_RECEIPT"}' http://127.0.0.1:8080/hooks/accurate
///     sqlite3 -readonly data/embedded.db 'SELECT * FROM receipt'
@main
struct Embedded {
    static func main() async throws {
        let logger = Logger(label: "embedded")
        let store = try SQLiteInbox(SQLiteOptions(path: "data/embedded.db"))
        try await store.write { database in
            try database.execute(sql: "CREATE TABLE IF NOT EXISTS receipt (uuid TEXT NOT NULL, type TEXT NOT NULL)")
        }
        let inbox = try await Inbox(store: store, logger: logger) { setup in
            setup.source(Source(name: "accurate"))
            setup.handler("importer") { delivery in
                let receipt = try delivery.decode(Receipt.self)
                try await delivery.withTransaction(in: store) { database in
                    try database.execute(
                        sql: "INSERT INTO receipt (uuid, type) VALUES (?, ?)", arguments: [receipt.uuid, receipt.type])
                }
                logger.info("imported", metadata: ["uuid": "\(receipt.uuid)", "attempt": "\(delivery.attempt)"])
            }
        }
        var application = Application(router: router(inbox), logger: logger)
        application.addServices(inbox)
        try await application.runService()
        await inbox.close()
    }

    private static func router(_ inbox: Inbox) -> Router<BasicRequestContext> {
        let router = Router()
        router.post("hooks/:source") { request, context -> Response in
            let body = try await request.body.collect(upTo: 1_048_576)
            let reply = await inbox.accept(
                IngestRequest(
                    source: try context.parameters.require("source"),
                    headers: request.headers.map { IngestRequest.Header(name: $0.name.rawName, value: $0.value) },
                    body: Array(body.readableBytesView),
                    receivedAt: EngineEnvironment.system.wallClock()))
            switch reply {
            case .accepted(let receipt):
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: receipt.status + "\n")))
            case .refused(let problem):
                return Response(
                    status: .init(code: problem.status),
                    body: .init(byteBuffer: ByteBuffer(string: problem.detail + "\n")))
            }
        }
        return router
    }
}
