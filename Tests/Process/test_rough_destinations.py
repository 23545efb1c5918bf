"""Destinations that misbehave on the wire: told apart, tried again, never taken for a success, no worker and no
connection lost to them."""

import os

import pytest

from harness import eventually
from rough_sink import BEHAVIOURS, RoughSink
from wire import event

# The outcome, the status, and what the detail tells an operator.
OUTCOMES = {
    "500": ("status", 500, "answered 500"), "429": ("status", 429, "answered 429"),
    "503": ("status", 503, "answered 503"), "redirect": ("status", 307, "answered 307"),
    "hang": ("timeout", None, "in"), "drip head": ("timeout", None, "in"), "drip body": ("timeout", 200, "in"),
    "close": ("reset", None, "closed before the answer ended"), "reset": ("reset", None, "connection was reset"),
    "reset in the head": ("reset", None, "connection was"),
    "close in the body": ("reset", 200, "answered 200, then: the connection was closed before the answer ended"),
    "garbage": ("failed", None, "no valid HTTP"), "endless head": ("too_large", None, "the head of the answer"),
    "endless interim answers": ("too_large", None, "the head of the answer"),
}


@pytest.fixture
def rough():
    sink = RoughSink()
    yield sink
    sink.close()


def config(sink, more="    timeout: 1s\n"):
    retry = "    retry: {attempts: 4, first: 20ms, longest: 50ms}\n"
    return f"destinations:\n  rough:\n    url: {sink.url}\n    allow_private: true\n{more}{retry}"


def test_every_misbehaviour_has_a_test():
    assert set(OUTCOMES) == set(BEHAVIOURS) - {"ok"}


@pytest.mark.parametrize("behaviour", OUTCOMES)
def test_two_failures_then_success(make, rough, behaviour):
    """With a single worker, which has to be free again after each of them."""
    rough.behave = lambda arrival: behaviour if arrival.id == "rough" and arrival.attempt <= 2 else "ok"
    server = make(config=config(rough), WORKER_COUNT=1).start()
    server.post(event("before"))
    server.completed("before")
    descriptors = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    server.post(event("rough"))
    server.completed("rough")
    server.post(event("after"))
    server.completed("after")
    rows = server.query(
        "SELECT a.outcome, a.status_code, a.detail, a.response FROM attempt AS a JOIN webhook_queue AS q "
        "ON q.id = a.event_id WHERE q.uuid = 'rough' ORDER BY a.lease_token")
    outcome, status, detail = OUTCOMES[behaviour]
    assert len(rows) == 3, rows
    for row in rows[:2]:
        assert row[:2] == (outcome, status), row
        assert detail in row[2], row
    assert rows[2] == ("delivered", 200, "", b"ok")
    assert [(arrival.id, arrival.attempt) for arrival in rough.snapshot()] == [
        ("before", 1), ("rough", 1), ("rough", 2), ("rough", 3), ("after", 1)]
    # At most the connection of the last attempt is kept for the next one.
    eventually(lambda: rough.open <= 1, "no connection is left open")
    assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= descriptors


def test_an_answer_of_ten_gigabytes_costs_no_memory(make, rough):
    BEHAVIOURS["ten gigabytes"] = ([b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", b"a" * 65_536], "flood")
    try:
        server = make(config=config(rough, "    timeout: 60s\n"), WORKER_COUNT=4, LOG_LEVEL="warning").start()
        server.post(event("small"))
        server.completed("small")
        before = memory(server)
        rough.behave = lambda arrival: "ten gigabytes"
        ids = [f"large-{index}" for index in range(40)]
        for uuid in ids:
            server.post(event(uuid))
        # Long before the timeout, since no more of an answer is read than is kept.
        server.completed(*ids, limit=30)
        assert server.query("SELECT max(length(response)), max(duration_ms) FROM attempt")[0][0] == 16_384
        assert memory(server) - before < 64 * 1024, "KiB more than before"
    finally:
        del BEHAVIOURS["ten gigabytes"]


def memory(server):
    """The most memory that the process has had, in KiB."""
    with open(f"/proc/{server.process.pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
