"""The operator's way in: the admin API and the commands over it, on the real program."""

import json
import signal
import threading

import pytest

from harness import eventually, free_port
from wire import event, request

ONCE = "    retry: {attempts: 1}\n"


def admin(server, method, path, body=None, **headers):
    """One request to the admin API; a dictionary becomes the JSON body."""
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    return request(server.admin_port, method, "/api/v1" + path, body, {k.replace("_", "-"): v for k, v in headers.items()})


def told(server, *arguments, code=0, **settings):
    """Runs a command; its standard output, or its standard error when it is to fail."""
    done = server.run(*arguments, **settings)
    assert done.returncode == code, done
    if code:
        assert done.stderr.startswith(b"lumbung: ") or code == 64, done
        return done.stderr.decode()
    assert done.stderr == b"", done
    return done.stdout.decode()


def as_json(server, *arguments):
    return json.loads(told(server, *arguments, "--json"))


def number(server, uuid):
    return server.rows(uuid)[0][0]


def status(server, uuid):
    return server.rows(uuid)[0][4]


def dead(server, uuid):
    server.post(event(uuid))
    eventually(lambda: status(server, uuid) == "dead", f"{uuid} is given up")
    return number(server, uuid)


class TestReading:
    def test_list_filter_and_paging(self, make, sink):
        sink.reply = lambda arrival: 410 if arrival.id.startswith("bad") else 200
        server = make(config="sources: {accurate: {}, shop: {preset: accurate}}\n" + sink.config()).start()
        for index in range(5):
            server.post(event(f"good-{index}", note=f"order {index}"))
        server.post(event("bad-0", "PURCHASE"))
        server.post(event("other", "OTHER"), source="shop")
        server.drained()

        def uuids(**filter):
            flags = [part for name, value in filter.items() for part in (f"--{name.replace('_', '-')}", str(value))]
            return [found["uuid"] for found in as_json(server, "events", "list", *flags)["events"]]

        everything = ["other", "bad-0", "good-4", "good-3", "good-2", "good-1", "good-0"]
        assert uuids() == everything, "newest first"
        assert uuids(status="dead") == ["bad-0"]
        assert uuids(source="shop") == ["other"]
        assert uuids(type="PURCHASE") == ["bad-0"] and uuids(type="PURCH") == []
        assert uuids(uuid="good-3") == ["good-3"]
        assert uuids(destination="sink") == everything
        assert uuids(q='"order 2"') == ["good-2"] and uuids(q="no such text") == []
        assert uuids(to="2020-01-01") == [] and uuids(**{"from": "2020-01-01"}) == everything
        assert uuids(**{"from": "9999-01-01T00:00:00+07:00"}) == []

        pages, cursor = [], []
        while True:
            page = as_json(server, "events", "list", "--limit", "3", *cursor)
            pages.append([found["uuid"] for found in page["events"]])
            if page["next_cursor"] is None:
                break
            cursor = ["--cursor", page["next_cursor"]]
        assert sum(pages, []) == everything
        assert [len(page) for page in pages] == [3, 3, 1]

        table = told(server, "events", "list", "--limit", "2").splitlines()
        assert table[0].split() == ["ID", "STATUS", "SOURCE", "TYPE", "ATTEMPTS", "RECEIVED", "UUID"]
        assert table[1].split()[-1] == "other" and table[2].split()[1] == "dead"
        assert table[3] == f"There are more: --cursor {number(server, 'bad-0')}"

    @pytest.mark.parametrize("query, words", [
        ("limit=0", "`limit`"), ("limit=201", "`limit`"), ("cursor=x", "`cursor`"), ("status=done", "`status`"),
        ("from=today", "`from`"), ("q=" + "x" * 129, "`q`"), ("destination=nosuch", "known are: log"),
        ("state=dead", "known are: status"),
    ])
    def test_a_parameter_that_is_wrong_is_named(self, server, query, words):
        answer = admin(server, "GET", "/events?" + query)
        assert answer.status == 400 and words in answer.json()["detail"], answer
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"

    def test_show_with_every_attempt(self, make, sink):
        failures = iter([503, 500])
        sink.reply = lambda arrival: next(failures, 200)
        server = make(config=sink.config(more="    retry: {attempts: 5, first: 10ms, longest: 20ms}\n")).start()
        body = event("shown", note="\u001b[31mred")
        server.post(body)
        server.post(body)
        server.post(event("shown", note="differs"))
        server.completed("shown")
        shown = as_json(server, "events", "show", str(number(server, "shown")))
        assert shown["payload"] == body.decode() and shown["payload_encoding"] == "text"
        assert shown["duplicates"] == 1 and shown["status"] == "completed" and shown["attempts"] == 3
        assert shown["headers"]["content-type"] == "application/json"
        (conflict,) = shown["conflicts"]
        assert conflict["payload"] == event("shown", note="differs").decode() and conflict["count"] == 1
        (delivery,) = shown["deliveries"]
        assert delivery["destination"] == "sink" and delivery["due_at"] is None
        assert [attempt["status_code"] for attempt in delivery["history"]] == [503, 500, 200]
        assert [attempt["number"] for attempt in delivery["history"]] == [1, 2, 3]
        text = told(server, "events", "show", str(number(server, "shown")))
        for part in ("shown", "completed", "DESTINATION", "sink", "503", "CONFLICT"):
            assert part in text
        assert "\x1b" not in text

    def test_a_payload_byte_for_byte(self, server):
        body = b' {"uuid": "exact",\t"type":"T", "n": 1.50 }\n'
        assert request(server.port, "POST", "/webhook/accurate", body, {"Content-Type": "text/html"}).status == 200
        answer = admin(server, "GET", f"/events/{number(server, 'exact')}/payload")
        assert answer.status == 200 and answer.body == body
        assert answer.headers["content-type"] == "text/html"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox"

    def test_what_is_not_there(self, server):
        assert admin(server, "GET", "/events/7").status == 404
        assert admin(server, "GET", "/events/x").status == 400
        assert admin(server, "GET", "/nosuch").status == 404
        assert admin(server, "DELETE", "/events").headers["allow"] == "GET, HEAD"
        assert request(server.admin_port, "POST", "/readyz", b"{}").status == 405
        assert "404 Not Found: there is no event 7" in told(server, "events", "show", "7", code=1)


class TestReplay:
    def test_a_dead_event(self, make, sink):
        sink.reply = lambda arrival: 500
        server = make(config=sink.config(more=ONCE)).start()
        id = dead(server, "again")
        sink.reply = lambda arrival: 200
        assert told(server, "events", "replay", str(id)) == f"event {id}: started sink\n"
        server.completed("again")
        assert [arrival.headers["lumbung-attempt"] for arrival in sink.of("again")] == ["1", "1"]
        history = as_json(server, "events", "show", str(id))["deliveries"][0]["history"]
        assert [attempt["status_code"] for attempt in history] == [500, 200], "the attempts before stay"

    def test_a_completed_event_to_one_destination_over_a_restart(self, make, sink):
        text = sink.config() + "  log: {log: true}\nroutes: [{from: accurate, to: log}]\n"
        server = make(config=text).start()
        server.post(event("done"))
        server.completed("done")
        id = number(server, "done")
        sink.hold()
        answer = admin(server, "POST", f"/events/{id}/replay", {"destination": "sink"})
        assert answer.status == 200 and answer.json() == {"queue_id": id, "started": ["sink"], "left": []}
        eventually(lambda: sink.of("done"), "it arrives where it never went before")
        server.kill()
        sink.release()
        server.start()
        server.completed("done")
        assert len(sink.of("done")) == 2

    def test_by_the_routes_of_now(self, make, sink):
        server = make(config=sink.config() + "routes: [{from: accurate, type: NEW, to: sink}]\n").start()
        server.post(event("unrouted", "OLD"))
        server.completed("unrouted")
        id = number(server, "unrouted")
        assert "no deliveries" in told(server, "events", "replay", str(id), code=1)
        assert "no route of now" in told(server, "events", "replay", str(id), "--reroute", code=1)
        assert server.stop() == 0
        server.write_config(sink.config() + "routes: [{from: accurate, type: OLD, to: sink}]\n")
        server.start()
        assert told(server, "events", "replay", str(id), "--reroute") == f"event {id}: started sink\n"
        eventually(lambda: sink.of("unrouted"), "it arrives")
        server.completed("unrouted")

    def test_what_is_on_its_way_is_left_alone(self, make, sink):
        sink.hold()
        server = make(config=sink.config()).start()
        server.post(event("running"))
        eventually(lambda: sink.of("running"), "it runs")
        id = number(server, "running")
        assert "409 Conflict" in told(server, "events", "replay", str(id), code=1)
        assert "sink is processing" in told(server, "events", "cancel", str(id), code=1)
        sink.release()
        server.completed("running")
        assert len(sink.of("running")) == 1

    def test_a_misspelt_wish_changes_nothing(self, make, sink):
        sink.reply = lambda arrival: 410
        server = make(config=sink.config()).start()
        id = dead(server, "given-up")
        for body in ({"destinaton": "sink"}, {"destination": "snik"}, {"destination": "sink", "reroute": True}):
            assert admin(server, "POST", f"/events/{id}/replay", body).status == 400
        assert admin(server, "POST", f"/events/{id}/replay", b"x" * 65_537).status == 413
        assert status(server, "given-up") == "dead" and len(sink.of("given-up")) == 1


class TestPause:
    def test_a_waiting_event_is_cancelled_while_its_destination_is_paused(self, make, sink):
        server = make(config=sink.config()).start()
        told(server, "destinations", "pause", "sink")
        server.post(event("never"))
        server.post(event("later"))
        id = number(server, "never")
        assert told(server, "events", "cancel", str(id), "--destination", "sink") == f"event {id}: cancelled sink\n"
        assert status(server, "never") == "cancelled" and status(server, "later") == "pending"
        assert "nothing waits" in told(server, "events", "cancel", str(id), code=1)
        told(server, "destinations", "resume", "sink")
        server.completed("later")
        assert sink.of("never") == [] and len(sink.of("later")) == 1
        assert as_json(server, "events", "list", "--status", "cancelled")["events"][0]["uuid"] == "never"

    def test_a_pause_survives_a_restart_and_keeps_events(self, make, sink):
        server = make(config=sink.config() + "  log: {log: true}\n").start()
        assert "paused (operator)" in told(server, "destinations", "pause", "sink")
        server.post(event("kept-1"))
        server.kill()
        server.start()
        assert "an operator has paused this destination" in server.output()
        server.post(event("kept-2"))
        log = {"sink": "pending", "log": "completed"}

        def states(uuid):
            shown = as_json(server, "events", "show", str(number(server, uuid)))
            return {delivery["destination"]: delivery["status"] for delivery in shown["deliveries"]}

        eventually(lambda: states("kept-1") == log and states("kept-2") == log, "the other destination has both")
        found = {each["name"]: each for each in as_json(server, "destinations", "list")["destinations"]}
        assert found["sink"]["paused_by"] == "operator" and found["sink"]["open"] == 2
        assert found["log"]["paused"] is False and found["log"]["open"] == 0
        assert sink.snapshot() == []
        assert "running" in told(server, "destinations", "resume", "sink")
        server.completed("kept-1", "kept-2")
        server.stop()
        server.start()
        assert as_json(server, "destinations", "list")["destinations"][1]["paused"] is False

    def test_what_the_file_paused_is_resumed_in_the_file(self, make, sink):
        server = make(config=sink.config(more="    paused: true\n")).start()
        assert "change `paused` there" in told(server, "destinations", "resume", "sink", code=1)
        assert "paused (config)" in told(server, "destinations", "list")

    def test_an_operator_and_the_file_pause_and_each_lets_go_of_its_own(self, make, sink):
        server = make(config=sink.config(more="    paused: true\n")).start()
        paused = told(server, "destinations", "pause", "sink")
        assert "paused (config, operator)" in paused and "the config file pauses sink too" in paused
        resumed = told(server, "destinations", "resume", "sink")
        assert "paused (config)" in resumed
        assert "the operator's pause of sink is lifted; the config file still pauses it" in resumed
        assert "change `paused` there" in told(server, "destinations", "resume", "sink", code=1)
        told(server, "destinations", "pause", "sink")
        server.write_config(sink.config())
        before = len(server.output())
        server.signal(signal.SIGHUP)
        eventually(lambda: "the configuration was reloaded" in server.output()[before:], "it is reloaded")
        assert "paused (operator)" in told(server, "destinations", "list")
        assert "running" in told(server, "destinations", "resume", "sink")

    def test_a_pause_does_not_hide_that_a_destination_is_not_configured(self, make, sink):
        server = make(config=sink.config()).start()
        server.write_config("destinations: {log: {log: true}}\n")
        server.signal(signal.SIGHUP)
        eventually(lambda: "the configuration was reloaded" in server.output(), "it is reloaded")
        assert "not configured, paused (operator)" in told(server, "destinations", "pause", "sink")
        assert "not configured" in told(server, "destinations", "resume", "sink")

    def test_a_destination_that_asked_for_a_pause_is_held(self, make, sink):
        sink.reply, sink.reply_headers = (lambda arrival: 429), {"Retry-After": "3600"}
        server = make(config=sink.config()).start()
        server.post(event("asked"))
        eventually(lambda: status(server, "asked") == "retrying", "it is put off")
        listed = told(server, "destinations", "list")
        assert "held (asked for a pause)" in listed and " ms" not in listed
        assert " h" in listed or " min" in listed
        (found,) = as_json(server, "destinations", "list")["destinations"]
        assert found["asked_for_pause"] is True and 3_500_000 < found["opens_in_ms"] <= 3_600_000

    def test_every_change_is_logged(self, make, sink):
        server = make(config=sink.config()).start()
        told(server, "destinations", "pause", "sink")
        eventually(lambda: "done for an operator" in server.output(), "the change is in the log")
        (line,) = [line for line in server.output().splitlines() if "done for an operator" in line]
        assert "change=pause" in line and "destination=sink" in line and "by=127.0.0.1" in line


class TestDestinationTest:
    def test_a_destination_that_takes_it(self, make, sink):
        server = make(config=sink.config(more="    paused: true\n")).start()
        test = as_json(server, "destinations", "test", "sink")
        (arrival,) = sink.snapshot()
        assert arrival.id == test["uuid"] and test["uuid"].startswith("test-")
        assert arrival.headers["lumbung-queue-id"] == "0" and arrival.headers["lumbung-attempt"] == "1"
        assert test["outcome"] == "delivered" and test["status_code"] == 200
        assert server.count() == 0, "nothing is stored"

    def test_destinations_that_fail(self, make, sink):
        sink.reply = lambda arrival: 500
        text = sink.config() + f"  nobody:\n    url: http://127.0.0.1:{free_port()}/\n    allow_private: true\n"
        server = make(config=text).start()
        assert "sink did not take the sample" in told(server, "destinations", "test", "sink", code=1)
        assert "nobody did not take the sample" in told(server, "destinations", "test", "nobody", code=1)
        assert len(sink.snapshot()) == 1, "a test is not tried again"
        assert "known are: nobody, sink" in told(server, "destinations", "test", "nosuch", code=1)


class TestGetIn:
    def test_a_token_is_needed(self, make):
        server = make(ADMIN_TOKEN="s3cret").start()
        assert admin(server, "GET", "/events").status == 401
        assert admin(server, "GET", "/events", Authorization="Bearer s3cret").status == 200
        assert told(server, "events", "list").startswith("ID")
        (server.folder / "token").write_text("s3cret\n")
        assert told(server, "events", "list", "--admin-token-file", "token", ADMIN_TOKEN="").startswith("ID")
        refused = told(server, "events", "list", code=1, ADMIN_TOKEN="wrong")
        assert "401 Unauthorized" in refused and "ADMIN_TOKEN" in refused and "wrong" not in refused

    def test_web_pages_stay_outside(self, server):
        told(server, "destinations", "pause", "log")
        assert admin(server, "GET", "/events", Host="rebound.example").status == 421
        assert admin(server, "POST", "/destinations/log/resume", Origin="http://evil.example").status == 403
        assert admin(server, "POST", "/destinations/log/resume", Origin=f"http://127.0.0.1:{server.admin_port}").status == 200

    def test_exit_codes(self, make, server):
        for arguments in (["events", "list"], ["destinations", "list"], ["events", "replay", "1"]):
            refused = told(server, *arguments, code=69, ADMIN_PORT=str(free_port()))
            assert "no answer from http://127.0.0.1:" in refused and "lumbung serve" in refused
        for arguments in (["events", "show"], ["events", "show", "x"], ["events", "show", "0"], ["events", "list", "--limit", "0"],
                          ["events", "list", "--limit", "201"], ["events", "replay", "1", "--destination", "log", "--reroute"],
                          ["destinations", "pause"], ["events", "list", "--admin-url", "localhost:9001"],
                          ["events", "list", "--worker-count", "5"]):
            told(server, *arguments, code=64)
        assert "cancelled" in told(server, "events", "list", "--status", "done", code=64)
        told(server, "events", "list", code=78, ADMIN_PORT="abc")

    def test_an_admin_url(self, make, server):
        other = make()
        assert told(other, "events", "list", "--admin-url", f"http://127.0.0.1:{server.admin_port}/").startswith("ID")
        assert "404" in told(other, "events", "list", "--admin-url", f"http://127.0.0.1:{server.port}", code=1)


def test_tests_take_nothing_from_the_events_of_a_destination(make, sink):
    """A test that waits for its answer holds no connection that an event needs, and a second one is refused."""
    server = make(config=sink.config(more="    concurrency: 1\n    timeout: 10s\n    retry: {attempts: 1}\n")).start()
    sink.reply = lambda arrival: 200 if not arrival.id.startswith("test-") or held.wait(60) else 500
    held = threading.Event()
    first = threading.Thread(target=lambda: admin(server, "POST", "/destinations/sink/test"))
    first.start()
    eventually(lambda: any(arrival.id.startswith("test-") for arrival in sink.snapshot()), "the test arrives")
    refused = admin(server, "POST", "/destinations/sink/test")
    assert refused.status == 409 and "runs already" in refused.json()["detail"], refused
    server.post(event("beside"))
    server.completed("beside")
    held.set()
    first.join()
    assert admin(server, "POST", "/destinations/sink/test").status == 200
    assert server.stop() == 0
