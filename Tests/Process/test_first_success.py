"""The original's own test: two requests at once, both queued, processed, logged and readable with sqlite3."""

import json
import re
import subprocess

from harness import at_once, eventually
from wire import event

IDS = ("test-concurrent-1", "test-concurrent-2")
STATEMENT = """SELECT id, uuid, type, datetime(created_at) FROM webhook_queue
WHERE uuid IN ('test-concurrent-1', 'test-concurrent-2') ORDER BY id;"""


def sqlite3(server, statement):
    done = subprocess.run(["sqlite3", str(server.database), statement], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout.splitlines()


def test_two_requests_at_once_are_queued_processed_logged_and_readable(server):
    bodies = [event(uuid, databaseId=1293289) for uuid in IDS]
    answers = at_once(2, lambda index: server.post(bodies[index]))
    ids = {}
    for uuid, answer in zip(IDS, answers):
        assert answer.status == 200
        assert answer.headers["content-type"].split(";")[0] == "application/json"
        told = answer.json()
        ids[uuid] = told["queue_ids"][0]
        assert told == {
            "status": "queued", "received": 1, "queued": 1, "duplicates": 0, "conflicts": 0, "revived": 0,
            "queue_ids": [ids[uuid]], "events": [{"uuid": uuid, "queue_id": ids[uuid], "status": "queued"}],
        }
    assert ids[IDS[0]] != ids[IDS[1]]

    lines = sqlite3(server, STATEMENT)
    rows = [line.split("|") for line in lines]
    assert [(int(row[0]), row[1], row[2]) for row in rows] == sorted((ids[uuid], uuid, "SALES_RECEIPT") for uuid in IDS)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[3]) for row in rows)

    plan = "\n".join(sqlite3(server, "EXPLAIN QUERY PLAN " + STATEMENT))
    assert "SEARCH" in plan and "INDEX" in plan and "SCAN webhook_queue" not in plan, plan

    server.completed(*IDS)
    for uuid, body in zip(IDS, bodies):
        three_lines(server, uuid, ids[uuid], len(body))


def three_lines(server, uuid, queue_id, length):
    wanted = [
        f"📥 [Webhook] Incoming POST /webhook/accurate Content-Length:{length}",
        f"  → [Webhook] Queued payload 1/1: type=SALES_RECEIPT, uuid={uuid}, queue_id={queue_id}",
        f"✅ [Webhook] Successfully queued 1 payload(s) - queue IDs: [{queue_id}]",
    ]
    for line in wanted:
        eventually(lambda: any(found.endswith(line) for found in server.output().splitlines()), f"logged: {line}", 10)


def test_created_at_is_iso_8601_utc_with_milliseconds(server):
    server.post(event("when"))
    ((created, updated),) = server.query("SELECT created_at, updated_at FROM webhook_queue")
    for moment in (created, updated):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)


def test_the_database_is_in_wal_mode(server):
    server.post(event("wal"))
    assert server.query("PRAGMA journal_mode") == [("wal",)]


def test_json_logs_carry_the_same_facts(make):
    server = make(LOG_FORMAT="json").start()
    queue_id = server.post(event("as-json")).json()["queue_ids"][0]

    def found():
        lines = [json.loads(line) for line in server.output().splitlines() if line.strip()]
        return [line for line in lines if line.get("uuid") == "as-json" or "as-json" in json.dumps(line, ensure_ascii=False)]

    (line, *_) = eventually(found, "a line about the event", 10)
    text = json.dumps(line)
    assert "SALES_RECEIPT" in text and str(queue_id) in text


def test_hostile_values_forge_no_log_line(make):
    for form in ("text", "json"):
        server = make(LOG_FORMAT=form).start()
        evil = "X\n✅ [Webhook] forged \x1b[31m\r\n\u2028 \u0085 end"
        answer = server.post(json.dumps({"uuid": "hostile", "type": evil}))
        assert answer.status == 200
        server.completed("hostile")
        assert server.stop() == 0
        raw = server.out.read_bytes() + server.err.read_bytes()
        assert b"hostile" in raw
        assert b"\x1b" not in raw and b"\r" not in raw
        for line in raw.decode().split("\n"):
            assert not line.lstrip().startswith("✅ [Webhook] forged")
            assert "\u0085" not in line and "\u2028" not in line


def test_warning_level_logs_no_requests(make):
    server = make(LOG_LEVEL="warning").start()
    server.post(event("quiet"))
    server.completed("quiet")
    server.stop()
    assert "quiet" not in server.output()
