"""healthz, readyz, and honest 503 answers while the database cannot commit."""

import sqlite3
import time
from contextlib import closing, contextmanager
from threading import Thread

import pytest

from harness import at_once, eventually
from wire import event, request


@contextmanager
def locked(server):
    """Another process's view: somebody holds SQLite's write lock."""
    with closing(sqlite3.connect(server.database, timeout=10, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("admin", [False, True], ids=["ingest", "admin"])
def test_health_on_both_listeners(server, admin):
    for path in ("/healthz", "/readyz"):
        assert server.get(path, admin=admin).status == 200


def test_the_admin_listener_takes_no_events(server):
    assert request(server.admin_port, "POST", "/webhook/accurate", event("wrong-door")).status == 404
    assert server.rows() == []


def test_503_while_the_write_lock_is_held_and_recovery_after(make):
    server = make(BUSY_TIMEOUT_MS=500).start()
    assert server.post(event("before")).status == 200
    server.completed("before")
    with locked(server):
        begun = time.monotonic()
        answer = server.post(event("during"))
        waited = time.monotonic() - begun
        assert answer.status == 503
        assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
        assert int(answer.headers["retry-after"]) >= 0
        assert answer.json()["detail"]
        assert 0.4 <= waited < 5, waited
        for admin in (False, True):
            eventually(lambda: server.get("/readyz", admin=admin).status == 503, "readyz tells it", 10)
            told = server.get("/readyz", admin=admin)
            assert b"busy" in told.body.lower() or b"lock" in told.body.lower(), told
            assert server.get("/healthz", admin=admin).status == 200
    eventually(lambda: server.get("/readyz").status == 200, "ready again by itself", 10)
    assert server.post(event("during")).json()["status"] == "queued"
    server.completed("during")
    assert server.process.poll() is None


def test_a_short_lock_is_waited_for(make):
    server = make(BUSY_TIMEOUT_MS=10_000).start()
    answers = []
    with locked(server):
        sender = Thread(target=lambda: answers.append(server.post(event("patient"))))
        sender.start()
        sender.join(1)
        assert sender.is_alive(), "answered although nothing could be committed"
    sender.join(20)
    assert answers[0].status == 200


def test_many_senders_during_a_lock_all_get_503_and_none_is_stored(make):
    server = make(BUSY_TIMEOUT_MS=500).start()
    server.post(event("before"))
    server.completed("before")
    with locked(server):
        answers = at_once(32, lambda index: server.post(event(f"during-{index}")))
        assert {answer.status for answer in answers} == {503}
    eventually(lambda: server.get("/readyz").status == 200, "ready again by itself", 10)
    answers = at_once(32, lambda index: server.post(event(f"during-{index}")))
    assert {answer.json()["status"] for answer in answers} == {"queued"}
    server.drained()
    assert server.count() == 33


def test_a_reader_that_stays_does_not_hinder(server):
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True, isolation_level=None)) as other:
        server.post(event("first"))
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM webhook_queue").fetchone()
        for index in range(50):
            assert server.post(event(f"beside-reader-{index}")).status == 200
        other.execute("ROLLBACK")
    server.drained()
