"""A full disk: refuse first, keep finishing what is stored, and come back without help."""

import json

import pytest

from faults import tmpfs
from harness import eventually
from test_operations import ONCE, admin
from wire import event

pytestmark = pytest.mark.proof
FILLER = 8 << 20


@pytest.fixture
def small_disk(tmp_path):
    with tmpfs(tmp_path / "disk", 24) as disk:
        (disk / "filler").write_bytes(bytes(FILLER))
        yield disk


def fill(server, limit=20_000):
    """Posts until the first refusal; the uuids that were acked, and the refusal."""
    acked = []
    for index in range(limit):
        uuid = f"fill-{index}"
        answer = server.post(event(uuid, memo="m" * 8000))
        if answer.status != 200:
            return acked, answer
        acked.append(uuid)
    raise AssertionError("the disk never filled")


def test_a_full_disk_is_survived(make, sink, small_disk):
    server = make(config=sink.config(), LOG_LEVEL="error", QUEUE_BUFFER=10)
    server.database = small_disk / "data" / "webhook.db"
    server.start()
    sink.hold()
    acked, refusal = fill(server)
    assert len(acked) > 500, "refused long before the disk was full"
    assert refusal.status == 503
    assert int(refusal.headers["retry-after"]) >= 0
    assert refusal.headers["content-type"].split(";")[0] == "application/problem+json"
    ready = server.get("/readyz")
    assert ready.status == 503
    assert b"disk" in ready.body.lower() or b"space" in ready.body.lower(), ready
    assert server.get("/healthz").status == 200

    # What is stored already is finished while nothing new is let in.
    sink.release()
    server.drained(limit=120)
    assert server.count("completed") == len(acked)

    (small_disk / "filler").unlink()
    eventually(lambda: server.get("/readyz").status == 200, "ready again by itself", 30)
    assert server.post(event("after")).status == 200
    server.completed("after")
    assert {row[1] for row in server.rows()} == {*acked, "after"}
    assert {arrival.id for arrival in sink.snapshot()} == {*acked, "after"}
    assert server.process.poll() is None
    assert server.stop() == 0


def test_strangers_cannot_bring_events_to_their_floor(make, sink, small_disk):
    """What nobody has proved is let go while there is still plenty of room for events."""
    config = "sources:\n  accurate: {}\n  github: {secret: 0123456789abcdef, on_failed_check: quarantine}\n" + sink.config()
    server = make(config=config, LOG_LEVEL="error")
    server.database = small_disk / "data" / "webhook.db"
    server.start()
    (small_disk / "filler").unlink()
    body = bytes(500_000)
    for _ in range(100):
        assert server.post(body, source="github").status == 401
    kept = server.query("SELECT count(*) FROM lumbung_quarantine")[0][0]
    assert 5 < kept < 100, kept
    assert server.query("SELECT reason FROM rejection ORDER BY id DESC LIMIT 1")[0][0].endswith(
        "not kept in quarantine: the disk is full or nearly full")
    assert server.get("/readyz").status == 200
    for index in range(50):
        assert server.post(event(f"room-{index}", memo="m" * 8000)).status == 200
    server.drained()


def test_somebody_else_fills_the_disk_to_the_last_byte(make, sink, small_disk):
    """No floor can help against another program: what is stored still finishes once there is room, with no restart."""
    server = make(config=sink.config(), LOG_LEVEL="error")
    server.database = small_disk / "data" / "webhook.db"
    server.start()
    sink.hold()
    acked = [f"held-{index}" for index in range(200)]
    assert server.post(json.dumps([json.loads(event(uuid)) for uuid in acked])).status == 200
    hog = small_disk / "hog"
    with open(hog, "wb", buffering=0) as file:
        try:
            while file.write(bytes(65536)):
                pass
        except OSError:
            pass
    sink.release()
    refused = eventually(lambda: not_accepted(server.post(event("refused", memo="m" * 60_000))), "a post is refused")
    assert refused.status == 503 and "retry-after" in refused.headers
    hog.unlink()
    eventually(lambda: server.get("/readyz").status == 200, "ready again by itself", 30)
    server.drained(limit=60)
    assert server.count("completed") >= len(acked)
    assert set(acked) <= {arrival.id for arrival in sink.snapshot()}
    assert server.post(event("after")).status == 200


def not_accepted(answer):
    return answer if answer.status != 200 else None


def test_killed_on_a_full_disk_and_started_again(make, sink, small_disk):
    server = make(config=sink.config(), LOG_LEVEL="error")
    server.database = small_disk / "data" / "webhook.db"
    server.start()
    sink.hold()
    acked, _ = fill(server)
    server.kill()
    (small_disk / "filler").unlink()
    sink.release()
    server.start()
    server.drained(limit=120)
    assert {row[1] for row in server.rows()} >= set(acked)
    assert server.count("completed") == server.count()


def alive(server):
    assert server.process.poll() is None, server.output()
    try:
        return server.get("/healthz").status == 200
    except OSError:
        return False


def test_a_server_killed_on_a_full_disk_starts_again(make, small_disk):
    """The log that a kill leaves behind must be copied at the start, on the disk that it helped to fill."""
    server = make(LOG_LEVEL="error")
    server.database = small_disk / "data" / "webhook.db"
    server.start()
    acked, refusal = fill(server)
    assert refusal.status == 503
    server.kill()
    # Ready it is not, with the disk as full as before; but it runs, and finishes what it has.
    server.launch()
    eventually(lambda: alive(server), "the process answers", 20)
    server.drained(limit=60)
    assert server.count("completed") == len(acked)
    (small_disk / "filler").unlink()
    eventually(lambda: server.post(event("after")).status == 200, "events are taken again", 30)
    assert server.stop() == 0


def test_a_replay_of_many_starts_nothing_on_a_short_disk(make, sink, small_disk):
    """What is left is for finishing and pruning; the replay goes on by itself once there is room."""
    server = make(config=sink.config(more=ONCE), LOG_LEVEL="warning")
    server.database = small_disk / "data" / "webhook.db"
    server.start()
    sink.reply = lambda arrival: 410
    acked, _ = fill(server)
    eventually(lambda: server.count("dead") == len(acked), "all are dead", 60)
    sink.reply = lambda arrival: 200
    begun = admin(server, "POST", "/replays", {"filter": {"status": "dead"}, "rate": "100/s"})
    assert begun.status == 202, begun
    replay = f"/replays/{begun.json()['id']}"
    eventually(lambda: "a replay waits for the store" in server.output(), "it waits and says so")
    record = admin(server, "GET", replay).json()
    assert (record["status"], record["started"], server.count("dead")) == ("running", 0, len(acked)), record

    (small_disk / "filler").unlink()
    eventually(lambda: admin(server, "GET", replay).json()["status"] == "completed", "it goes on by itself", 60)
    server.drained(limit=60)
    assert server.count("completed") == len(acked)
    assert server.output().count("a replay waits for the store") == 1, "told once, not each second"
