"""SIGHUP reads the config file anew: no request dropped, no attempt cut, and an invalid file changes nothing."""

import json
import signal

import pytest

from harness import eventually, number
from ledger import Ledger, Senders, verify
from sink import Sink
from test_operations import admin
from wire import Wire, event, head

RELOADED, UNCHANGED = "the configuration was reloaded", "the configuration was not changed"


@pytest.fixture
def second():
    """Another destination under the test's control."""
    second = Sink()
    yield second
    second.close()


def destination(sink, name, more=""):
    """The lines of one destination."""
    return sink.config(name=name, more=more).split("\n", 1)[1]


def reload(server, text=None, outcome=RELOADED):
    """Writes the file, sends SIGHUP and waits for what becomes of it; the lines since then."""
    before = len(server.output())
    if text is not None:
        server.write_config(text)
    server.signal(signal.SIGHUP)
    eventually(lambda: outcome in server.output()[before:], outcome)
    return server.output()[before:]


def ids(sink):
    return sorted(arrival.id for arrival in sink.snapshot())


def test_twenty_reloads_under_load(make, sink, second):
    one = "sources:\n  accurate: {}\n" + sink.config()
    # The destination stays with other limits, the source changes, another of each comes and goes.
    two = ("sources:\n  accurate: {max_body_bytes: 65536}\n  other: {}\n" + sink.config(more="    retry: {attempts: 3}\n    timeout: 9s\n")
           + destination(second, "second") + "routes:\n  - {from: '*', to: sink}\n  - {from: other, to: second}\n")
    server = make(config=one, LOG_FORMAT="json").start()
    ledger = Ledger()
    with Senders(server, ledger, count=6):
        for turn in range(number("LUMBUNG_RELOADS", 20)):
            before = len(ledger.acked)
            reload(server, one if turn % 2 else two)
            eventually(lambda: len(ledger.acked) > before + 5, "events are taken after the reload")
    assert ledger.refused == [] and ledger.unknown == [], "a request was refused or lost its connection"
    server.drained()
    verify(server, ledger)
    runs = {}
    for arrival in sink.snapshot():
        runs[arrival.id] = runs.get(arrival.id, 0) + 1
    assert set(runs) == set(ledger.acked)
    assert {uuid for uuid, count in runs.items() if count > 1} == set(), "an attempt was cut"
    assert server.query("SELECT count(*) FROM attempt WHERE outcome <> 'delivered'") == [(0,)]
    assert server.stop() == 0


def test_an_invalid_file_is_named_and_changes_nothing(make, sink):
    server = make(config=sink.config()).start()
    told = reload(server, sink.config() + "    tiemout: 3s\nroutes:\n  - {from: nobody, to: sink}\n", UNCHANGED)
    assert "test.yaml:5:5" in told and "`tiemout`" in told
    assert "test.yaml:7:" in told and "nobody" in told
    assert RELOADED not in told
    server.config.unlink()
    assert "there is no such file" in reload(server, outcome=UNCHANGED)
    server.post(event("still"))
    server.completed("still")
    assert ids(sink) == ["still"]
    # The file is mended: the same server takes it.
    reload(server, sink.config())


def test_a_new_source_and_destination_take_effect(make, sink, second):
    server = make(config=sink.config()).start()
    assert server.post(event("early"), source="shop").status == 404
    told = reload(server, "sources: {accurate: {}, shop: {max_body_bytes: 60}}\n" + sink.config() + destination(second, "second")
                  + "routes:\n  - {from: accurate, to: sink}\n  - {from: shop, to: second}\n")
    for words in ("sources_added=shop", "destinations_added=second", "routes_changed=yes", "sources=2", "destinations=2", "routes=2"):
        assert words in told, words
    assert server.post(event("sold"), source="shop").status == 200
    assert server.post(event("big", note="x" * 60), source="shop").status == 413
    server.post(event("here"))
    server.completed("sold", "here")
    assert ids(sink) == ["here"] and ids(second) == ["sold"]


def test_a_running_attempt_is_not_cut(make, sink, second):
    server = make(config=sink.config()).start()
    sink.hold()
    server.post(event("running"))
    eventually(lambda: sink.of("running"), "it runs")
    # The same destination at another place, then none of the name at all.
    assert "destinations_changed=sink" in reload(server, second.config())
    server.post(event("next"))
    server.completed("next")
    reload(server, second.config(name="second"))
    assert server.rows("running")[0][4] == "processing"
    sink.release()
    server.completed("running")
    assert ids(sink) == ["running"] and ids(second) == ["next"]
    assert server.query("SELECT number, outcome FROM attempt") == [(1, "delivered")] * 2


def test_what_waits_for_a_removed_destination_waits_and_is_told(make, sink, second):
    both = sink.config() + destination(second, "second")
    server = make(config=both, WORKER_COUNT=2).start()
    sink.hold()
    uuids = [f"wait-{index}" for index in range(20)]
    server.post(b"[" + b",".join(map(event, uuids)) + b"]")
    eventually(lambda: len(sink.snapshot()) == 1 and len(second.snapshot()) == 20, "one is held, the other has all")
    told = reload(server, second.config(name="second"))
    assert "destinations_removed=sink" in told
    eventually(lambda: "destination=sink" in server.output() and "count=19" in server.output(), "what does not run is told")
    sink.release()
    eventually(lambda: server.query("SELECT count(*) FROM delivery WHERE due_at IS NOT NULL") == [(19,)], "the running one ends")
    server.post(event("later"))
    server.completed("later")
    assert len(sink.snapshot()) == 1, "nothing goes to a destination that is not configured"
    waiting = server.query(
        "SELECT d.status, d.attempts, count(*) FROM delivery AS d JOIN destination AS n ON n.id = d.destination_id"
        " WHERE n.name = 'sink' AND d.due_at IS NOT NULL GROUP BY 1, 2")
    assert waiting == [("pending", 0, 19)]
    reload(server, both)
    server.completed(*uuids)
    assert ids(sink) == sorted(uuids), "each once; what came meanwhile was never meant for it"


def test_attempts_that_run_to_a_removed_destination_are_no_waiting_deliveries(make, sink, second):
    server = make(config=sink.config() + destination(second, "second"), WORKER_COUNT=8).start()
    sink.hold()
    uuids = [f"runs-{index}" for index in range(3)]
    for uuid in uuids:
        server.post(event(uuid))
    eventually(lambda: len(sink.snapshot()) == 3, "all three run")
    reload(server, second.config(name="second"))
    listed = {each["name"]: each for each in json.loads(server.run("destinations", "list", "--json").stdout)["destinations"]}
    assert (listed["sink"]["configured"], listed["sink"]["open"], listed["sink"]["in_flight"]) == (False, 3, 3)
    sink.release()
    server.completed(*uuids)
    assert "deliveries wait for a destination" not in server.output()


def test_new_routes_concern_later_events_only(make, sink, second):
    text = sink.config(more="    paused: true\n") + destination(second, "second", "    paused: true\n")
    routes = "routes:\n  - {{from: accurate, to: {}}}\n"
    server = make(config=text + routes.format("sink")).start()
    server.post(event("before"))
    reload(server, text + routes.format("second"))
    server.post(event("after"))
    reload(server, text.replace("paused: true", "paused: false") + routes.format("second"))
    server.completed("before", "after")
    assert ids(sink) == ["before"] and ids(second) == ["after"]


def test_a_request_that_has_begun_finishes_as_it_began(make, sink):
    server = make(config="sources: {accurate: {}, shop: {}}\n" + sink.config()).start()
    body = event("slow")
    with Wire(server.port) as wire:
        wire.send(head(body, path="/webhook/shop") + body[:10])
        # Whatever was sent before on another connection has been read by the time this is answered.
        assert server.get("/healthz").status == 200
        reload(server, "sources: {accurate: {max_body_bytes: 1}}\n" + sink.config())
        wire.send(body[10:])
        assert wire.answer().status == 200
        wire.send(head(body, path="/webhook/shop") + body)
        assert wire.answer().status == 404
    server.completed("slow")
    assert ids(sink) == ["slow"]


def test_settings_wait_for_a_restart_and_are_named_without_values(make, sink):
    settings = "settings: {{retention_days: {}, admin_token: canary-{}}}\n"
    server = make(config=settings.format(1, "one") + sink.config()).start()
    reload(server, settings.format(2, "two") + sink.config())
    eventually(lambda: "ADMIN_TOKEN, RETENTION_DAYS" in server.output(), "they are named")
    assert "canary" not in server.output()


def test_many_signals_in_a_row_and_one_during_the_stop(make, sink):
    server = make(config=sink.config()).start()
    sink.hold()
    server.post(event("held"))
    eventually(lambda: sink.of("held"), "it runs")
    for _ in range(50):
        server.signal(signal.SIGHUP)
    reload(server, "sources: {accurate: {}, last: {}}\n" + sink.config())
    eventually(lambda: server.post(b"[]", source="last").status == 200, "the last file counts")
    server.signal(signal.SIGTERM)
    eventually(lambda: "stopping: no new requests" in server.output(), "it stops")
    server.signal(signal.SIGHUP)
    eventually(lambda: "stopping: the configuration is not reloaded" in server.output(), "it says so")
    sink.release()
    assert server.wait_exit() == 0
    assert server.rows("held")[0][4] == "completed"


def test_a_replay_starts_nothing_for_a_destination_that_is_gone(make, sink, second):
    """It would wait for ever, and keep its event open."""
    both = sink.config() + destination(second, "second")
    server = make(config=both).start()
    server.post(event("twice"))
    server.completed("twice")
    reload(server, sink.config())
    answer = admin(server, "POST", "/events/1/replay")
    assert answer.status == 200 and answer.json()["started"] == ["sink"], answer
    eventually(lambda: ids(sink) == ["twice", "twice"], "it is delivered where it can be")
    server.completed("twice")
    reload(server, second.config(name="third"))
    refused = admin(server, "POST", "/events/1/replay")
    assert refused.status == 409 and "second, sink" in refused.json()["detail"], refused
    assert server.stop() == 0
