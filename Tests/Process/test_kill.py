"""kill -9 at any moment: what was acked is there once, with its bytes, and finishes by itself."""

import random
import threading

import pytest

from harness import UNFINISHED, eventually, number
from ledger import Ledger, Senders, resend_unknown, verify
from wire import event

pytestmark = pytest.mark.proof


def test_kill_at_random_under_load(make):
    rounds, seed = number("LUMBUNG_KILL_ROUNDS", 20), random.randrange(2**32)
    print(f"seed {seed}")
    chance, ledger, pause = random.Random(seed), Ledger(), threading.Event()
    server = make(LOG_LEVEL="warning")
    for turn in range(rounds):
        server.start()
        before = len(ledger.acked)
        with Senders(server, ledger, count=8, seed=seed + turn * 100):
            eventually(lambda: len(ledger.acked) > before, "something is acked in this round")
            # The moment of the kill is what is random here; nothing is awaited.
            pause.wait(chance.random() * 0.4)
            assert server.kill() == -9
    server.start()
    server.drained()
    verify(server, ledger, finished=None)
    revive_set_aside(server, ledger)
    resend_unknown(server, ledger)
    server.drained()
    stored = verify(server, ledger)
    assert set(stored) == set(ledger.sent)
    assert set(ledger.refused) <= {503}
    assert server.stop() == 0
    check = server.run("db", "check")
    assert check.returncode == 0, check
    assert server.whole()
    print(f"{rounds} kills, {len(ledger.acked)} acked, {len(stored)} stored")


def revive_set_aside(server, ledger):
    """An event that was running at three kills is set aside, as promised, and a resend gives it a fresh start.

    These kills are nobody's fault, so hardly any event may meet three of them.
    """
    dead = {row[1]: row[5] for row in server.rows() if row[4] != "completed"}
    assert set(dead.values()) <= {3}, dead
    assert len(dead) <= 1 + len(ledger.sent) // 2000, f"{len(dead)} of {len(ledger.sent)} were set aside"
    for uuid in dead:
        assert server.post(ledger.sent[uuid]).json()["events"][0]["status"] == "revived"
    server.drained()


def test_kill_during_recovery_again_and_again(make):
    """Ten kills while the start is still at work, then one start that may finish.

    The destination is paused meanwhile, so that none of them meets an attempt: three of those set an event aside.
    """
    log = "destinations:\n  log: {log: true, paused: %s}\n"
    ledger, server, pause = Ledger(), make(LOG_LEVEL="warning"), threading.Event()
    server.start()
    with Senders(server, ledger, count=4, seed=7):
        eventually(lambda: len(ledger.acked) > 200, "a few hundred are acked")
        server.kill()
    server.write_config(log % "true")
    for turn in range(10):
        server.launch()
        pause.wait(0.004 * turn)
        server.kill()
    server.write_config(log % "false")
    server.start()
    server.drained()
    verify(server, ledger)


def test_a_thousand_queued_and_five_running(make, sink):
    """The original's worst window: rows acked, the process gone before a worker saw them."""
    queued = number("LUMBUNG_QUEUED", 1000)
    total, bodies = queued + 5, []
    server = make(config=sink.config(), WORKER_COUNT=5, LOG_LEVEL="warning").start()
    sink.hold()
    ids = [f"job-{index}" for index in range(total)]
    for start in range(0, total, 201):
        bodies.append(b"[" + b",".join(event(uuid) for uuid in ids[start:start + 201]) + b"]")
        assert server.post(bodies[-1]).status == 200
    eventually(lambda: len(sink.snapshot()) == 5, "five attempts run")
    eventually(lambda: server.count("processing") == 5, "five are processing")
    assert server.count("pending") == queued
    running = {arrival.id for arrival in sink.snapshot()}
    assert server.kill() == -9

    sink.release()
    server.start()
    server.drained(limit=60 + total / 50)
    assert server.count("completed") == total == server.count()
    arrivals = {}
    for arrival in sink.snapshot():
        arrivals.setdefault(arrival.id, []).append(arrival)
    assert set(arrivals) == set(ids)
    for uuid, seen in arrivals.items():
        # Only what was cut may come twice, and then it says which attempt it is.
        assert len(seen) == 1 or (uuid in running and len(seen) == 2), (uuid, len(seen))
    for uuid in running:
        assert [arrival.headers["lumbung-attempt"] for arrival in arrivals[uuid]] == ["1", "2"]
    for body in bodies:
        assert server.post(body).json()["status"] == "duplicate"


def test_many_waiting_do_not_hinder_the_start(make, sink):
    """The promise is a second; the limit here leaves room for a machine that does other work too."""
    waiting = number("LUMBUNG_WAITING", 100_000)
    server = make(config=sink.config(), LOG_LEVEL="warning").start()
    sink.hold()
    for start in range(0, waiting, 2000):
        assert server.post(b"[" + b",".join(event(f"w-{index}") for index in range(start, start + 2000)) + b"]").status == 200
    server.kill()
    server.start(limit=2)
    assert server.count(*UNFINISHED) == waiting


def test_an_event_that_ends_the_process_three_times_is_set_aside(make, sink):
    server = make(config=sink.config(), WORKER_COUNT=2).start()
    sink.hold()
    server.post(event("poison"))
    for death in range(1, 4):
        eventually(lambda: len(sink.of("poison")) == death, f"attempt {death} runs")
        server.kill()
        server.start()
    eventually(lambda: server.rows("poison")[0][4] == "dead", "the poison is set aside")
    (line,) = [line for line in server.output().splitlines() if "delivery is dead" in line]
    assert "ERROR" in line.upper() and f"queue_id={server.rows('poison')[0][0]}" in line and "destination=sink" in line
    assert "count=0" not in server.output()
    shown = server.run("events", "show", str(server.rows("poison")[0][0])).stdout.decode()
    assert "sink: 3 attempts ended with the process" in shown
    sink.release()
    server.post(event("healthy"))
    server.completed("healthy")
    assert len(sink.of("poison")) == 3
    assert server.get("/readyz").status == 200

    told = server.post(event("poison")).json()
    assert told["events"][0]["status"] == "revived"
    assert (told["status"], told["revived"], told["queued"]) == ("queued", 1, 0)
    server.completed("poison")
    assert len(sink.of("poison")) == 4
