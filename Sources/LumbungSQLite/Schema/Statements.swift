/// Every statement that the writer runs, numbered by its place in the life of an event.
///
/// Their query plans are tested.
enum Statements {
    // 1 to 8: intake

    static let insertEvent = """
        INSERT OR IGNORE INTO webhook_queue
            (source, uuid, type, status, created_at, updated_at, unrouted, digest, headers, payload, id, tenant,
            occurred_at, proven_as)
        VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """

    static let insertDelivery = """
        INSERT INTO delivery (event_id, destination_id, status, fanout, due_at, source)
        VALUES (?1, ?2, 'pending', ?3, ?4, ?5)
        """

    static let insertOrderedDelivery = """
        INSERT INTO delivery (event_id, destination_id, status, fanout, due_at, source, order_key, order_blocks, lane)
        VALUES (?1, ?2, 'pending', ?3, ?4, ?5, ?6, ?7, CASE WHEN EXISTS (
            SELECT 1 FROM delivery WHERE destination_id = ?2 AND order_key = ?6
                AND order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1))
        ) THEN 3 ELSE 0 END)
        RETURNING lane
        """

    static let findIdentity = """
        SELECT id, status, digest FROM webhook_queue WHERE uuid = ?1 AND source = ?2
        """

    static let countDuplicate = """
        UPDATE webhook_queue SET duplicates = duplicates + 1 WHERE id = ?1
        """

    static let keepConflict = """
        INSERT INTO conflict (event_id, digest, received_at, headers, payload) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (event_id, digest) DO UPDATE SET count = count + 1
        """

    static let reviveDeliveries = """
        UPDATE delivery
        SET status = 'pending', attempts = 0, interruptions = 0, lane = 0, replay_id = NULL, due_at = ?2, last_error = ''
        WHERE event_id = ?1 AND status = 'dead'
        """

    static let insertRejection = """
        INSERT INTO rejection (source, rejected_at, status, reason, headers, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """

    static let trimRejections = """
        DELETE FROM rejection WHERE id <= (SELECT max(id) FROM rejection) - ?1
        """

    // 9 to 17: delivery

    static let dueDeliveries = """
        SELECT d.event_id, d.due_at, d.attempts, d.fanout, q.source, q.uuid, q.type, q.digest, q.headers, q.payload,
            d.order_key IS NOT NULL, q.tenant, q.created_at, q.proven_as
        FROM delivery AS d JOIN webhook_queue AS q ON q.id = d.event_id
        WHERE d.destination_id = ?1 AND d.lane = ?2 AND d.source = ?3 AND d.due_at <= ?4
        ORDER BY d.due_at, d.event_id LIMIT ?5
        """

    static let nextSource = """
        SELECT source, due_at FROM delivery
        WHERE destination_id = ?1 AND lane = ?2 AND source > ?3 AND due_at IS NOT NULL
        ORDER BY source, due_at LIMIT 1
        """

    static let leaseDelivery = """
        UPDATE delivery SET status = 'processing', lane = 9, attempts = ?3, lease_token = ?4, due_at = ?5
        WHERE event_id = ?1 AND destination_id = ?2 AND lease_token IS NULL AND due_at IS NOT NULL
        """

    /// Asked before settling: `RETURNING` makes SQLite build a temporary table each time.
    static let leasedFanout = """
        SELECT fanout FROM delivery WHERE event_id = ?1 AND destination_id = ?2 AND lease_token = ?3
        """

    static let settleDelivery = """
        UPDATE delivery
        SET status = ?4, lane = CASE WHEN ?5 IS NULL OR replay_id IS NULL THEN 0 ELSE 2 END, lease_token = NULL,
            due_at = ?5, last_error = ?6
        WHERE event_id = ?1 AND destination_id = ?2 AND lease_token = ?3
        """

    static let releaseDelivery = """
        UPDATE delivery
        SET status = CASE WHEN attempts > 1 THEN 'retrying' ELSE 'pending' END, attempts = attempts - 1,
            lane = CASE WHEN interruptions > 0 THEN 1 WHEN replay_id IS NULL THEN 0 ELSE 2 END, lease_token = NULL,
            due_at = ?4
        WHERE event_id = ?1 AND destination_id = ?2 AND lease_token = ?3
        """

    static let insertAttempt = """
        INSERT INTO attempt
            (event_id, destination_id, lease_token, number, outcome, status_code, started_at, duration_ms, detail, response)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        """

    static let setEventStatus = """
        UPDATE webhook_queue SET status = ?2, attempts = ?3, updated_at = ?4 WHERE id = ?1
        """

    static let deliveryStates = """
        SELECT status, attempts FROM delivery WHERE event_id = ?1
        """

    static let orderOf = """
        SELECT destination_id, order_key FROM delivery WHERE event_id = ?1 AND order_key IS NOT NULL
        """

    static let letNextGo = """
        UPDATE delivery SET lane = CASE WHEN replay_id IS NULL THEN 0 ELSE 2 END, due_at = ?3
        WHERE destination_id = ?1 AND lane = 3 AND event_id = (
            SELECT min(event_id) FROM delivery WHERE destination_id = ?1 AND order_key = ?2 AND lane = 3
                AND order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1))
        ) AND NOT EXISTS (
            SELECT 1 FROM delivery WHERE destination_id = ?1 AND order_key = ?2 AND lane IN (0, 1, 2, 9)
                AND order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1))
        )
        """

    static let pullForward = """
        UPDATE delivery SET lane = 0
        WHERE destination_id = ?1 AND order_key = ?2 AND lane = 2
            AND order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1))
            AND EXISTS (
                SELECT 1 FROM delivery WHERE destination_id = ?1 AND order_key = ?2 AND lane = 3 AND replay_id IS NULL
                    AND order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1))
            )
        """

    static let holdBehind = """
        UPDATE delivery SET lane = 3
        WHERE event_id = ?1 AND lane IN (0, 2) AND due_at IS NOT NULL AND order_key IS NOT NULL AND EXISTS (
            SELECT 1 FROM delivery AS other
            WHERE other.destination_id = delivery.destination_id AND other.order_key = delivery.order_key
                AND other.order_key IS NOT NULL
                AND (other.due_at IS NOT NULL OR (other.status = 'dead' AND other.order_blocks = 1))
                AND other.event_id <> ?1 AND other.lane IN (0, 1, 2, 9)
        )
        """

    // 18 to 24: repair

    static let leasedDeliveries = """
        SELECT event_id, destination_id, interruptions, attempts, lease_token FROM delivery
        WHERE destination_id = ?1 AND lane = 9 AND due_at <= ?2
        """

    static let returnInterrupted = """
        UPDATE delivery
        SET status = ?4, interruptions = interruptions + 1, lane = ?5, lease_token = NULL, due_at = ?6, last_error = ?7
        WHERE event_id = ?1 AND destination_id = ?2 AND lease_token = ?3
        """

    static let countOpen = """
        SELECT count(*) FROM delivery INDEXED BY delivery_due WHERE due_at IS NOT NULL
        """

    static let nextBootEpoch = """
        UPDATE meta SET value = value + 1 WHERE key = 'boot_epoch' RETURNING value
        """

    static let hastenNew = """
        UPDATE delivery SET due_at = ?2
        WHERE destination_id = ?1 AND lane IN (0, 1, 2) AND due_at > ?2 AND status = 'pending'
        """

    static let moveRetries = """
        UPDATE delivery SET due_at = min(due_at + ?2, ?3)
        WHERE destination_id = ?1 AND lane IN (0, 1, 2) AND due_at IS NOT NULL AND status = 'retrying'
            AND min(due_at + ?2, ?3) <> due_at
        """

    // 25 to 32: retention and numbering

    static let oldestEvents = """
        SELECT id, status, updated_at, created_at FROM webhook_queue WHERE id > ?1 ORDER BY id LIMIT ?2
        """

    static let removeAttempts = "DELETE FROM attempt WHERE event_id = ?1"
    static let removeDeliveries = "DELETE FROM delivery WHERE event_id = ?1"
    static let removeConflicts = "DELETE FROM conflict WHERE event_id = ?1"
    static let removeEvent = "DELETE FROM webhook_queue WHERE id = ?1"

    static let markPruned = """
        UPDATE meta SET value = max(value, ?1) WHERE key = 'pruned_through'
        """

    static let lastEventID = """
        SELECT max(ifnull((SELECT max(id) FROM webhook_queue), 0), (SELECT value FROM meta WHERE key = 'pruned_through'))
        """

    // 33 to 34: destinations

    static let registerDestination = "INSERT OR IGNORE INTO destination (name) VALUES (?1)"
    static let listDestinations = "SELECT id, name FROM destination ORDER BY id"

    // 35 to 42: what an operator steers

    static let pauseDestination = "UPDATE destination SET paused = ?2 WHERE id = ?1"

    static let deliveriesOfEvent = """
        SELECT destination_id, status FROM delivery WHERE event_id = ?1 ORDER BY destination_id
        """

    static let findEvent = "SELECT 1 FROM webhook_queue WHERE id = ?1"

    static let addDelivery = """
        INSERT INTO delivery (event_id, destination_id, status, fanout, due_at, source, lane, replay_id)
        SELECT id, ?2, 'pending', 1, ?3, source, CASE WHEN ?4 IS NULL THEN 0 ELSE 2 END, ?4
        FROM webhook_queue WHERE id = ?1
        """

    static let restartDelivery = """
        UPDATE delivery
        SET status = 'pending', attempts = 0, interruptions = 0, lane = CASE WHEN ?4 IS NULL THEN 0 ELSE 2 END,
            due_at = ?3, last_error = '', replay_id = ?4
        WHERE event_id = ?1 AND destination_id = ?2 AND status IN ('completed', 'dead', 'cancelled')
        """

    static let trimAttempts = """
        DELETE FROM attempt WHERE event_id = ?1 AND destination_id = ?2 AND lease_token <= (
            SELECT lease_token FROM attempt WHERE event_id = ?1 AND destination_id = ?2
            ORDER BY lease_token DESC LIMIT 1 OFFSET ?3
        )
        """

    static let cancelDelivery = """
        UPDATE delivery SET status = 'cancelled', lane = 0, due_at = NULL
        WHERE event_id = ?1 AND destination_id = ?2
            AND (status IN ('pending', 'retrying') OR (status = 'dead' AND order_blocks = 1))
        """

    static let setFanout = """
        UPDATE delivery SET fanout = (SELECT count(*) FROM delivery WHERE event_id = ?1) WHERE event_id = ?1
        """

    static let markRouted = "UPDATE webhook_queue SET unrouted = 0 WHERE id = ?1"

    // 44 to 50: bulk replays

    static let beginReplay = """
        INSERT INTO replay (status, created_at, filter_status, filter_source, filter_type, filter_uuid,
            filter_destination_id, filter_from, filter_to, filter_text, destination_id, rate_count, rate_period_ms,
            through, position, filter_tenant)
        SELECT 'running', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
            ifnull((SELECT min(id) - 1 FROM webhook_queue), ?13), ?15
        WHERE (SELECT count(*) FROM replay WHERE ended_at IS NULL) < ?14
        RETURNING id
        """

    static let trimReplays = """
        DELETE FROM replay WHERE ended_at IS NOT NULL AND id <= (SELECT max(id) FROM replay) - ?1
        """

    static let runningReplay = """
        SELECT filter_status, ifnull(destination_id, filter_destination_id), destination_id IS NOT NULL
        FROM replay WHERE id = ?1 AND ended_at IS NULL
        """

    static let advanceReplay = """
        UPDATE replay SET position = ?2, events = events + ?3, started = started + ?4, left_as_is = left_as_is + ?5,
            left_unconfigured = left_unconfigured + ?6
        WHERE id = ?1
        """

    static let endReplay = """
        UPDATE replay SET status = ?2, ended_at = ?3 WHERE id = ?1 AND ended_at IS NULL
        """

    static let findReplay = "SELECT 1 FROM replay WHERE id = ?1"

    // 51 to 54: quarantine

    static let quarantinedOfSource = """
        SELECT count(*), ifnull(sum(size), 0) FROM lumbung_quarantine WHERE source = ?1
        """

    static let quarantine = """
        INSERT INTO lumbung_quarantine
            (source, received_at, expires_at, address, step, reason, size, target, headers, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        RETURNING id
        """

    static let discardQuarantined = "DELETE FROM lumbung_quarantine WHERE id = ?1"

    static let expireQuarantined = """
        DELETE FROM lumbung_quarantine WHERE id IN (
            SELECT id FROM lumbung_quarantine WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2
        )
        """

    // 55 to 57: secrets

    static let addSecretUse = """
        INSERT INTO lumbung_secret_use (source, fingerprint, uses, last_used_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (source, fingerprint)
            DO UPDATE SET uses = uses + excluded.uses, last_used_at = max(last_used_at, excluded.last_used_at)
        """

    static let captureSecret = """
        INSERT OR IGNORE INTO lumbung_captured_secret (source, secret, captured_at) VALUES (?1, ?2, ?3)
        """

    static let forgetSecret = "DELETE FROM lumbung_captured_secret WHERE source = ?1"

    // 58 to 60: audit

    static let beginAudit = """
        INSERT INTO lumbung_audit (at, actor, address, action, detail) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id
        """

    static let endAudit = "UPDATE lumbung_audit SET outcome = ?2 WHERE id = ?1"
    static let trimAudit = "DELETE FROM lumbung_audit WHERE id <= ?1"
}
