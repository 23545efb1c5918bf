"""Replays of many events: counted, begun, followed, ended, and gone on with after a kill."""

import time

from harness import eventually
from test_operations import ONCE, admin, as_json, status, told
from test_reload import reload
from wire import event


def broken(make, sink, count, more=ONCE, sources="accurate"):
    """A server with `count` events that the sink refused for good."""
    sink.reply = lambda arrival: 410
    server = make(config=sink.config(more=more)).start()
    for start in range(0, count, 100):
        server.post(b"[" + b",".join(event(f"e{n}") for n in range(start, min(start + 100, count))) + b"]")
    eventually(lambda: server.count("dead") == count, "all are dead")
    sink.reply = lambda arrival: 200
    return server


def ended(server, replay):
    """The replay, once it has started everything and nothing of it waits."""

    def check():
        found = as_json(server, "events", "replays", str(replay))["replays"] if replay is None else admin(
            server, "GET", f"/replays/{replay}").json()
        return found if found["status"] != "running" and found["waiting"] == 0 else None

    return eventually(check, "the replay ends")


def test_a_dry_run_tells_what_a_replay_then_does(make, sink):
    server = broken(make, sink, 30)
    server.post(event("good"))
    server.completed("good")
    assert told(server, "events", "replay", "--status", "dead", "--dry-run").startswith("30 event(s)")
    assert server.count("dead") == 30 and admin(server, "GET", "/replays").json() == {"replays": []}
    begun = told(server, "events", "replay", "--status", "dead")
    assert "replay 1 has begun" in begun
    record = ended(server, 1)
    assert (record["events"], record["started"], record["left"]) == (30, 30, 0), record
    assert server.count("completed") == 31 and len(sink.of("good")) == 1, "nothing else was sent again"
    assert all(len(sink.of(f"e{n}")) == 2 for n in range(30)), "once refused, once replayed"
    shown = as_json(server, "events", "show", str(server.rows("e3")[0][0]))
    assert shown["deliveries"][0]["replay_id"] == 1
    assert [attempt["outcome"] for attempt in shown["deliveries"][0]["history"]] == ["status", "delivered"]
    assert "completed" in told(server, "events", "replays") and "status=dead" in told(server, "events", "replays", "1")


def test_a_replay_to_another_destination(make, sink):
    config = sink.config() + sink.config("other").removeprefix("destinations:\n") + (
        "routes: [{from: accurate, to: [sink]}]\n")
    server = make(config=config).start()
    for n in range(5):
        server.post(event(f"e{n}", "T" if n % 2 else "U"))
    server.drained()
    reply = admin(server, "POST", "/replays", {"type": "T", "destination": "other"})
    assert reply.status == 202, reply
    record = ended(server, reply.json()["id"])
    assert record["started"] == 2 and record["destination"] == "other"
    assert sorted(arrival.id for arrival in sink.arrivals) == ["e0", "e1", "e1", "e2", "e3", "e3", "e4"]


def test_the_rate_of_a_replay_is_kept(make, sink):
    server = broken(make, sink, 12)
    begin = time.monotonic()
    reply = admin(server, "POST", "/replays", {"filter": {"status": "dead"}, "rate": "20/s"})
    ended(server, reply.json()["id"])
    # Two at once after a rest (a tenth of a second's worth), then one each 50 ms: never sooner.
    assert time.monotonic() - begin >= 0.45


def test_a_replay_is_ended_and_leaves_the_rest(make, sink):
    server = broken(make, sink, 20)
    replay = admin(server, "POST", "/replays", {"filter": {"status": "dead"}, "rate": "1/h"}).json()["id"]
    eventually(lambda: server.count("completed") == 1, "the first one runs")
    assert "cancelled" in told(server, "events", "replays", str(replay), "--cancel")
    assert server.count("dead") == 19
    assert "has ended already: it is cancelled" in told(
        server, "events", "replays", str(replay), "--cancel", code=1)
    assert admin(server, "DELETE", "/replays/77").status == 404
    # The next one does not wait for the hour of the first.
    ended(server, admin(server, "POST", "/replays", {"status": "dead"}).json()["id"])
    assert server.count("completed") == 20


def test_a_paused_destination_holds_a_replay_up_and_one_that_is_gone_does_not(make, sink):
    first = sink.config("app") + sink.config("log").removeprefix("destinations:\n")
    sink.reply = lambda arrival: 410
    server = make(config=first).start()
    for start in range(0, 1100, 100):
        server.post(b"[" + b",".join(event(f"e{n}") for n in range(start, start + 100)) + b"]")
    eventually(lambda: server.count("dead") == 1100, "all are dead")
    sink.reply = lambda arrival: 200
    told(server, "destinations", "pause", "app")
    replay = admin(server, "POST", "/replays", {"status": "dead"}).json()["id"]
    held = eventually(lambda: found(server, replay, lambda record: record["waits_for"]), "it says what it waits for")
    assert held["waits_for"][0] == "app" and held["status"] == "running"
    eventually(lambda: " app " in told(server, "events", "replays", str(replay)), "the command names it")

    arrived = len(sink.snapshot())
    reload(server, sink.config("log"))
    record = eventually(
        lambda: found(server, replay, lambda record: record["status"] != "running"), "it ends without app")
    assert record["status"] == "completed" and record["waits_for"] == []
    assert record["started"] + record["left"] == 2200 and record["left"] == record["left_not_configured"] > 0, record
    assert f"{record['left']} ({record['left']} not configured)" in told(server, "events", "replays", str(replay))
    assert len(sink.snapshot()) > arrived, "log got the rest"


def found(server, replay, condition):
    record = admin(server, "GET", f"/replays/{replay}").json()
    return record if condition(record) else None


def test_live_events_come_before_a_replay(make, sink):
    server = broken(make, sink, 50, more=ONCE + "    concurrency: 1\n")
    arrived = len(sink.arrivals)
    told(server, "destinations", "pause", "sink")
    reply = admin(server, "POST", "/replays", {"status": "dead"})
    eventually(lambda: admin(server, "GET", f"/replays/{reply.json()['id']}").json()["waiting"] == 50, "they wait")
    server.post(event("live"))
    told(server, "destinations", "resume", "sink")
    server.drained()
    assert sink.arrivals[arrived].id == "live"


def test_a_kill_in_the_middle_repeats_and_loses_nothing(make, sink):
    server = broken(make, sink, 600)
    replay = admin(server, "POST", "/replays", {"filter": {"status": "dead"}, "rate": "2000/s"}).json()["id"]
    for part in (50, 200, 400):
        eventually(lambda: server.count("completed") > part, "it is under way")
        server.kill()
        server.start()
    record = ended(server, replay)
    assert record["status"] == "completed" and record["started"] == 600, record
    server.drained()
    assert server.count("completed") == 600
    cut = server.query("SELECT event_id FROM delivery WHERE interruptions > 0")
    repeated = [n for n in range(600) if len(sink.of(f"e{n}")) > 2]
    assert len(repeated) <= len(cut), "only what a kill has cut came twice"


def test_what_the_command_line_refuses(make, sink):
    server = make(config=sink.config()).start()
    for wrong in (
        ["events", "replay"], ["events", "replay", "--status", "foo"], ["events", "list", "--status", "foo"],
        ["events", "replay", "1", "--dry-run"], ["events", "replay", "--all", "--status", "dead"],
        ["events", "replay", "--status", "pending"], ["events", "replay", "--status", "processing", "--dry-run"],
        ["events", "replay", "--reroute"], ["events", "replays", "--cancel"], ["events", "replay", "0"],
    ):
        assert server.run(*wrong).returncode == 64, wrong
    for flag in ("--destination", "--to-destination"):
        refused = server.run("events", "replay", "1", flag, "sink", "--reroute")
        assert refused.returncode == 64 and f"{flag} and --reroute exclude".encode() in refused.stderr, refused
    help = told(server, "events", "replay", "--help")
    assert "completed, dead" in help and "pending" not in help and "retrying" not in help, help
    assert told(server, "events", "replay", "--all", "--dry-run").startswith("0 event(s)")


def test_one_waits_behind_another_and_says_so(make, sink):
    sink.hold()
    server = make(config=sink.config(more="    order_by: json:/type\n")).start()
    server.post(event("first"))
    server.post(event("second"))
    eventually(lambda: status(server, "first") == "processing", "the first one runs")
    first, second = (server.rows(uuid)[0][0] for uuid in ("first", "second"))
    assert f"after event {first}" in told(server, "events", "show", str(second))
    delivery = as_json(server, "events", "show", str(second))["deliveries"][0]
    assert (delivery["held"], delivery["waits_for"], delivery["due_at"]) == (True, first, None)
    listed = as_json(server, "destinations", "list")["destinations"][0]
    assert (listed["open"], listed["held"]) == (2, 1)
    sink.release()
    server.drained()
