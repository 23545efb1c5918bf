"""db migrate, check, backup and prune."""

import sqlite3
from contextlib import closing

from harness import eventually, free_port
from ledger import Ledger, Senders
from wire import event


def test_migrate_makes_the_database(make):
    server = make()
    assert server.run("db", "migrate").returncode == 0
    assert server.query("SELECT count(*) FROM webhook_queue") == [(0,)]
    assert server.run("db", "migrate").returncode == 0
    server.start()
    assert server.post(event("after")).status == 200


def test_check_of_a_sound_database(make):
    server = make().start()
    server.post(event("sound"))
    beside = server.run("db", "check")
    assert beside.returncode == 0, beside
    server.completed("sound")
    server.stop()
    stopped = server.run("db", "check")
    assert stopped.returncode == 0, stopped
    assert b"ok" in stopped.stdout.lower()


def test_check_of_a_broken_database(make):
    server = make(LOG_LEVEL="warning").start()
    server.post(b"[" + b",".join(event(f"row-{index}", memo="m" * 300) for index in range(500)) + b"]")
    server.drained()
    server.stop()
    with closing(sqlite3.connect(server.database)) as writer:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(server.database.read_bytes())
    for page in range(8, len(content) // 4096 - 1):
        content[page * 4096:page * 4096 + 200] = b"\xa5" * 200
    server.database.write_bytes(content)
    done = server.run("db", "check")
    assert done.returncode == 1, done
    assert (done.stdout + done.stderr).strip()


def test_check_of_no_database(make):
    server = make()
    done = server.run("db", "check")
    assert done.returncode not in (0, 64), done
    assert str(server.database).encode() in done.stdout + done.stderr
    assert not server.database.exists()


def test_backup_under_load_holds_everything_acked_before_it_began(make):
    server, ledger = make(LOG_LEVEL="warning").start(), Ledger()
    backup = server.folder / "backup.db"
    with Senders(server, ledger, count=4, seed=11):
        eventually(lambda: len(ledger.acked) > 500, "a few hundred are acked")
        with ledger.lock:
            before = dict(ledger.acked)
        done = server.run("db", "backup", str(backup))
        assert done.returncode == 0, done
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        held = dict(copy.execute("SELECT uuid, id FROM webhook_queue"))
    assert {uuid: held.get(uuid) for uuid in before} == before
    assert backup.stat().st_mode & 0o077 == 0
    # The copy serves: it is a whole inbox, not only a file that opens.
    restored = make()
    restored.database = backup
    restored.start()
    restored.drained()
    uuid = next(iter(before))
    assert restored.post(ledger.sent[uuid]).json()["status"] == "duplicate"


def test_backup_overwrites_nothing(make):
    server = make().start()
    server.post(event("kept"))
    target = server.folder / "precious.db"
    target.write_text("precious")
    done = server.run("db", "backup", str(target))
    assert done.returncode == 1, done
    assert target.read_text() == "precious"
    assert server.run("db", "backup", str(server.database)).returncode == 1
    assert server.rows("kept")


def two_ways(make):
    """A server with one source whose events complete, and one whose events wait for a destination that is not there."""
    return make(config=f"""
sources:
  accurate: {{}}
  waiting:
    id: json:/uuid
    type: json:/type
destinations:
  log:
    log: true
  nobody:
    url: http://127.0.0.1:{free_port()}/
    allow_private: true
routes:
  - from: accurate
    to: [log]
  - from: waiting
    to: [nobody]
""", RETENTION_DAYS=30)


def test_prune_removes_what_is_finished_and_nothing_else(make):
    server = two_ways(make).start()
    server.post(event("done", mark="done-payload"))
    server.post(event("done", mark="done-conflict"))
    server.post(event("open", mark="open-payload"), source="waiting")
    server.completed("done")
    eventually(lambda: server.rows("open")[0][5] >= 1, "an attempt has failed")
    assert server.stop() == 0

    early = server.run("db", "prune")
    assert early.returncode == 0, early
    assert {row[1] for row in server.rows()} == {"done", "open"}

    done = server.run("db", "prune", RETENTION_DAYS="0")
    assert done.returncode == 0, done
    assert {row[1] for row in server.rows()} == {"open"}
    assert server.tables_holding("done-payload") == set()
    assert server.tables_holding("done-conflict") == set()
    assert server.tables_holding("open-payload") == {"webhook_queue"}
    ids = {row[0] for row in server.rows()}
    assert {row[0] for row in server.query("SELECT event_id FROM delivery")} == ids
    assert server.whole()

    server.start()
    assert server.post(event("done", mark="done-payload")).json()["status"] == "queued"


def test_prune_beside_a_running_service_is_done_or_refused_without_harm(make):
    server = make().start()
    server.post(event("done"))
    server.completed("done")
    done = server.run("db", "prune", RETENTION_DAYS="0")
    assert done.returncode in (0, 1), done
    assert server.post(event("next")).status == 200
    server.completed("next")
    assert server.whole()


def test_a_serving_process_prunes_by_itself_at_zero_days(make):
    server = make(RETENTION_DAYS=0).start()
    server.post(event("short-lived"))
    eventually(lambda: {row[4] for row in server.rows("short-lived")} <= {"completed"}, "run, and perhaps pruned already")
    server.stop()
    server.start()
    eventually(lambda: server.count() == 0, "pruned", 30)
