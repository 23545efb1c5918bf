/// The tables of an inbox file and the steps that led there.
///
/// A step is never changed once released: a newer program appends one. `PRAGMA user_version` counts the steps a file has
/// seen; a file that has seen more than this program knows is refused. What a step adds is named `lumbung_…`, which is
/// reserved (``EffectRules/reservedPrefix``), or as a table that version 3 had: other names may be a program's own.
enum Schema {
    /// Marks the file as ours in its header (`PRAGMA application_id`): the letters LMBG.
    static let applicationID: Int32 = 0x4C4D_4247

    /// The version that this program reads and writes.
    static var version: Int { steps.count }

    /// The steps in order; each runs in one transaction with the new `user_version`.
    static let steps: [String] = [
        firstInbox, operatorTools, fairShares, whatOperatorsMissed, whatSendersNeed, whoDidWhat,
    ]

    /// The first schema.
    ///
    /// `uuid` stands first in the identity index so that one index serves both the rule "one identity, one event" and a
    /// person's `WHERE uuid IN (…)`. The deliveries, which the engine touches all the time, are apart from the bodies;
    /// `due_at` is set only while a delivery waits or runs, so the index over it holds the open ones and nothing else.
    /// Event ids are given by the writer: a duplicate uses none up, and `pruned_through` keeps a removed one from
    /// coming back.
    private static let firstInbox = """
        CREATE TABLE webhook_queue (
            id INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            uuid TEXT NOT NULL CHECK (length(uuid) > 0),
            type TEXT NOT NULL,
            status TEXT NOT NULL
                CHECK (status IN ('pending', 'processing', 'retrying', 'completed', 'dead', 'cancelled')),
            attempts INTEGER NOT NULL DEFAULT 0,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            unrouted INTEGER NOT NULL DEFAULT 0,
            duplicates INTEGER NOT NULL DEFAULT 0,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            headers TEXT NOT NULL,
            payload TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX webhook_queue_identity ON webhook_queue (uuid, source);

        CREATE TABLE destination (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE delivery (
            event_id INTEGER NOT NULL REFERENCES webhook_queue (id),
            destination_id INTEGER NOT NULL REFERENCES destination (id),
            status TEXT NOT NULL
                CHECK (status IN ('pending', 'processing', 'retrying', 'completed', 'dead', 'cancelled')),
            fanout INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            interruptions INTEGER NOT NULL DEFAULT 0,
            lane INTEGER NOT NULL DEFAULT 0 CHECK (lane IN (0, 1, 9)),
            due_at INTEGER,
            lease_token INTEGER,
            last_error TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (event_id, destination_id),
            CHECK ((status IN ('pending', 'processing', 'retrying')) = (due_at IS NOT NULL)),
            CHECK ((status = 'processing') = (lane = 9)),
            CHECK ((status = 'processing') = (lease_token IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX delivery_due ON delivery (destination_id, lane, due_at) WHERE due_at IS NOT NULL;

        CREATE TABLE attempt (
            event_id INTEGER NOT NULL,
            destination_id INTEGER NOT NULL,
            lease_token INTEGER NOT NULL,
            number INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            status_code INTEGER,
            started_at INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL,
            detail TEXT NOT NULL,
            response BLOB NOT NULL,
            PRIMARY KEY (event_id, destination_id, lease_token),
            FOREIGN KEY (event_id, destination_id) REFERENCES delivery (event_id, destination_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE conflict (
            id INTEGER PRIMARY KEY,
            event_id INTEGER NOT NULL REFERENCES webhook_queue (id),
            digest BLOB NOT NULL,
            received_at INTEGER NOT NULL,
            count INTEGER NOT NULL DEFAULT 1,
            headers TEXT NOT NULL,
            payload TEXT NOT NULL,
            UNIQUE (event_id, digest)
        ) STRICT;

        CREATE TABLE rejection (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL,
            rejected_at INTEGER NOT NULL,
            status INTEGER NOT NULL,
            reason TEXT NOT NULL,
            headers TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO meta (key, value) VALUES ('boot_epoch', 0), ('pruned_through', 0);
        """

    /// Places in an order, and what an operator steers: a destination's pause, kept over restarts, and dead events found
    /// without walking the rest.
    ///
    /// The table is made anew, since SQLite changes no CHECK in place; a million deliveries take a few seconds. Lane 3 holds
    /// deliveries that wait for one of the same key; `delivery_order` holds those that keep others waiting, or wait.
    private static let operatorTools = """
        CREATE TABLE lumbung_delivery_next (
            event_id INTEGER NOT NULL REFERENCES webhook_queue (id),
            destination_id INTEGER NOT NULL REFERENCES destination (id),
            status TEXT NOT NULL
                CHECK (status IN ('pending', 'processing', 'retrying', 'completed', 'dead', 'cancelled')),
            fanout INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            interruptions INTEGER NOT NULL DEFAULT 0,
            lane INTEGER NOT NULL DEFAULT 0 CHECK (lane IN (0, 1, 3, 9)),
            due_at INTEGER,
            lease_token INTEGER,
            last_error TEXT NOT NULL DEFAULT '',
            order_key TEXT,
            order_blocks INTEGER NOT NULL DEFAULT 0 CHECK (order_blocks IN (0, 1)),
            PRIMARY KEY (event_id, destination_id),
            CHECK ((status IN ('pending', 'processing', 'retrying')) = (due_at IS NOT NULL)),
            CHECK ((status = 'processing') = (lane = 9)),
            CHECK ((status = 'processing') = (lease_token IS NOT NULL)),
            CHECK (lane <> 3 OR (order_key IS NOT NULL AND due_at IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO lumbung_delivery_next
            (event_id, destination_id, status, fanout, attempts, interruptions, lane, due_at, lease_token, last_error)
            SELECT event_id, destination_id, status, fanout, attempts, interruptions, lane, due_at, lease_token, last_error
            FROM delivery;
        DROP TABLE delivery;
        ALTER TABLE lumbung_delivery_next RENAME TO delivery;
        CREATE INDEX delivery_due ON delivery (destination_id, lane, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX delivery_order ON delivery (destination_id, order_key, lane, event_id)
            WHERE order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1));
        ALTER TABLE destination ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
        CREATE INDEX webhook_queue_dead ON webhook_queue (id) WHERE status = 'dead';
        """

    /// Each source its share of a destination, and replays of many events behind live ones.
    ///
    /// The deliveries carry the name of their event's source, so that the index leads from one source to the next without
    /// looking at what they have waiting. Lane 2 holds what a bulk replay started; `delivery_replay` counts it.
    private static let fairShares = """
        CREATE TABLE lumbung_delivery_next (
            event_id INTEGER NOT NULL REFERENCES webhook_queue (id),
            destination_id INTEGER NOT NULL REFERENCES destination (id),
            source TEXT NOT NULL CHECK (length(source) > 0),
            status TEXT NOT NULL
                CHECK (status IN ('pending', 'processing', 'retrying', 'completed', 'dead', 'cancelled')),
            fanout INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            interruptions INTEGER NOT NULL DEFAULT 0,
            lane INTEGER NOT NULL DEFAULT 0 CHECK (lane IN (0, 1, 2, 3, 9)),
            due_at INTEGER,
            lease_token INTEGER,
            last_error TEXT NOT NULL DEFAULT '',
            order_key TEXT,
            order_blocks INTEGER NOT NULL DEFAULT 0 CHECK (order_blocks IN (0, 1)),
            replay_id INTEGER,
            PRIMARY KEY (event_id, destination_id),
            CHECK ((status IN ('pending', 'processing', 'retrying')) = (due_at IS NOT NULL)),
            CHECK ((status = 'processing') = (lane = 9)),
            CHECK ((status = 'processing') = (lease_token IS NOT NULL)),
            CHECK (lane <> 2 OR replay_id IS NOT NULL),
            CHECK (lane <> 3 OR (order_key IS NOT NULL AND due_at IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO lumbung_delivery_next
            (event_id, destination_id, source, status, fanout, attempts, interruptions, lane, due_at, lease_token,
                last_error, order_key, order_blocks)
            SELECT d.event_id, d.destination_id, q.source, d.status, d.fanout, d.attempts,
                d.interruptions, d.lane, d.due_at, d.lease_token, d.last_error, d.order_key, d.order_blocks
            FROM delivery AS d JOIN webhook_queue AS q ON q.id = d.event_id;
        DROP TABLE delivery;
        ALTER TABLE lumbung_delivery_next RENAME TO delivery;
        CREATE INDEX delivery_due ON delivery (destination_id, lane, source, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX delivery_order ON delivery (destination_id, order_key, lane, event_id)
            WHERE order_key IS NOT NULL AND (due_at IS NOT NULL OR (status = 'dead' AND order_blocks = 1));
        CREATE INDEX delivery_replay ON delivery (replay_id) WHERE replay_id IS NOT NULL AND due_at IS NOT NULL;

        CREATE TABLE replay (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'cancelled')),
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            filter_status TEXT,
            filter_source TEXT,
            filter_type TEXT,
            filter_uuid TEXT,
            filter_destination_id INTEGER REFERENCES destination (id),
            filter_from INTEGER,
            filter_to INTEGER,
            filter_text TEXT,
            destination_id INTEGER REFERENCES destination (id),
            rate_count INTEGER,
            rate_period_ms INTEGER,
            position INTEGER NOT NULL DEFAULT 0,
            through INTEGER NOT NULL,
            events INTEGER NOT NULL DEFAULT 0,
            started INTEGER NOT NULL DEFAULT 0,
            left_as_is INTEGER NOT NULL DEFAULT 0,
            CHECK ((status = 'running') = (ended_at IS NULL)),
            CHECK ((rate_count IS NULL) = (rate_period_ms IS NULL))
        ) STRICT;
        CREATE INDEX replay_running ON replay (id) WHERE ended_at IS NULL;
        """

    /// Dead deliveries found without walking the rest, also those of events of which another delivery still waits; and why
    /// a replay left deliveries as they stood.
    private static let whatOperatorsMissed = """
        DROP INDEX webhook_queue_dead;
        CREATE INDEX delivery_dead ON delivery (event_id) WHERE status = 'dead';
        ALTER TABLE replay ADD COLUMN left_unconfigured INTEGER NOT NULL DEFAULT 0;
        """

    /// Whose event it is at its sender, when that says it happened, in milliseconds since 1970, and whose it was proven to
    /// be when it came; of events of before, nothing was.
    ///
    /// The columns stand behind the payload, since SQLite adds columns at the end; to copy every payload only to have it in
    /// front would need as much room again.
    ///
    /// Requests whose check failed, kept whole until their source is mended; how often each secret was used; and those that
    /// senders brought themselves.
    ///
    /// The index by source holds the sizes, so that what is kept of a source is counted without touching the bodies.
    private static let whatSendersNeed = """
        ALTER TABLE webhook_queue ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
        ALTER TABLE webhook_queue ADD COLUMN occurred_at INTEGER;
        ALTER TABLE replay ADD COLUMN filter_tenant TEXT;
        ALTER TABLE webhook_queue ADD COLUMN proven_as TEXT NOT NULL DEFAULT '';

        CREATE TABLE lumbung_quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL CHECK (length(source) > 0),
            received_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            address TEXT NOT NULL,
            step TEXT NOT NULL,
            reason TEXT NOT NULL,
            size INTEGER NOT NULL,
            target TEXT NOT NULL,
            headers TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX lumbung_quarantine_source ON lumbung_quarantine (source, size);
        CREATE INDEX lumbung_quarantine_expiry ON lumbung_quarantine (expires_at);

        CREATE TABLE lumbung_secret_use (
            source TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            uses INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL,
            PRIMARY KEY (source, fingerprint)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE lumbung_captured_secret (
            source TEXT PRIMARY KEY,
            secret TEXT NOT NULL,
            captured_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Who changed what.
    private static let whoDidWhat = """
        CREATE TABLE lumbung_audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            address TEXT NOT NULL,
            action TEXT NOT NULL,
            detail TEXT NOT NULL,
            outcome TEXT NOT NULL DEFAULT ''
        ) STRICT;
        """
}
