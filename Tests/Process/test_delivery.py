"""What a destination sees: the bytes, the headers, the repeats, and what is kept away from it."""

from urllib.parse import unquote

import pytest

from harness import eventually
from sink import Sink
from wire import event, request

QUICK = "    retry: {attempts: 3, first: 50ms, longest: 200ms}\n"


def test_the_bytes_and_headers_of_an_attempt(make, sink):
    server = make(config=sink.config(more="    headers: {Authorization: Bearer abc, X-Own: one}\n")).start()
    body = b'{"uuid":"id with / \xc3\xa9","type":"SALES_RECEIPT" , "n":1.50}'
    told = server.post(body, headers={"Content-Type": "application/json; charset=utf-8"}).json()
    (arrival,) = eventually(sink.snapshot, "it arrives")
    assert arrival.body == body
    assert arrival.path == "/hook"
    headers = arrival.headers
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert unquote(headers["webhook-id"]) == "id with / \u00e9"
    assert headers["webhook-timestamp"].isdigit()
    assert headers["lumbung-queue-id"] == str(told["queue_ids"][0])
    assert headers["lumbung-source"] == "accurate"
    assert headers["lumbung-type"] == "SALES_RECEIPT"
    assert headers["lumbung-attempt"] == "1"
    assert headers["lumbung-received-at"] == server.query("SELECT created_at FROM webhook_queue")[0][0]
    assert headers["authorization"] == "Bearer abc" and headers["x-own"] == "one"
    server.drained()


def test_every_element_of_an_array_is_delivered_with_its_own_bytes(make, sink):
    server = make(config=sink.config()).start()
    elements = [event(f"part-{index}") for index in range(20)]
    server.post(b"[ " + b" ,\n".join(elements) + b" ]")
    server.drained()
    assert sorted(arrival.body for arrival in sink.snapshot()) == sorted(elements)


@pytest.mark.parametrize("status", [500, 302, 404, 429])
def test_a_failure_is_tried_again(make, sink, status):
    server = make(config=sink.config(more=QUICK)).start()
    sink.reply_headers = {"Location": sink.url + "/elsewhere"} if status == 302 else {}
    sink.reply = lambda arrival: status if arrival.headers["lumbung-attempt"] == "1" else 204
    server.post(event("again"))
    server.completed("again")
    seen = sink.of("again")
    assert [arrival.headers["lumbung-attempt"] for arrival in seen] == ["1", "2"]
    assert {arrival.path for arrival in seen} == {"/hook"}, "a redirect was followed"


def test_after_the_last_attempt_it_is_dead_and_a_resend_revives_it(make, sink):
    server = make(config=sink.config(more=QUICK)).start()
    sink.reply = lambda arrival: 500
    first = server.post(event("hopeless")).json()["queue_ids"][0]
    eventually(lambda: server.rows("hopeless")[0][4] == "dead", "it gives up")
    assert len(sink.of("hopeless")) == 3

    sink.reply = lambda arrival: 200
    answer = server.post(event("hopeless"))
    assert answer.status == 200
    assert answer.json() == {
        "status": "queued", "received": 1, "queued": 0, "duplicates": 0, "conflicts": 0, "revived": 1, "queue_ids": [first],
        "events": [{"uuid": "hopeless", "queue_id": first, "status": "revived"}],
    }
    server.completed("hopeless")
    assert len(sink.of("hopeless")) == 4
    assert server.post(event("hopeless")).json()["status"] == "duplicate"


def test_gone_is_dead_at_once(make, sink):
    server = make(config=sink.config(more=QUICK)).start()
    sink.reply = lambda arrival: 410
    server.post(event("gone"))
    eventually(lambda: server.rows("gone")[0][4] == "dead", "it gives up at once")
    assert len(sink.of("gone")) == 1


def test_a_destination_that_never_answers_times_out(make, sink):
    server = make(config=sink.config(more="    timeout: 300ms\n" + QUICK)).start()
    sink.hold()
    server.post(event("silent"))
    eventually(lambda: len(sink.of("silent")) >= 2, "tried again after the timeout")
    sink.release()
    eventually(lambda: server.rows("silent")[0][4] in ("completed", "dead"), "ended")


def test_a_private_address_is_refused_unless_opened(make, sink):
    closed = f"destinations:\n  sink:\n    url: {sink.url}\n{QUICK}"
    server = make(config=closed)
    check = server.run("config", "check")
    if check.returncode == 78:
        assert b"allow_private" in check.stdout + check.stderr
        return
    server.start()
    server.post(event("inward"))
    eventually(lambda: server.rows("inward")[0][4] == "dead", "it gives up")
    assert sink.snapshot() == []


def test_no_more_than_worker_count_at_a_time(make, sink):
    server = make(config=sink.config(), WORKER_COUNT=3).start()
    sink.hold()
    server.post(b"[" + b",".join(event(f"w-{index}") for index in range(30)) + b"]")
    eventually(lambda: len(sink.snapshot()) == 3, "three run")
    eventually(lambda: server.count("processing") == 3, "three are processing")
    sink.release()
    server.drained()
    assert len(sink.snapshot()) == 30


def test_several_destinations_each_get_every_event(make, sink):
    second = Sink()
    try:
        text = sink.config() + second.config(name="second").split("\n", 1)[1]
        server = make(config=text).start()
        sink.reply = lambda arrival: 200
        ids = [f"both-{index}" for index in range(10)]
        for uuid in ids:
            server.post(event(uuid))
        server.completed(*ids)
        assert sorted(arrival.id for arrival in sink.snapshot()) == sorted(ids)
        assert sorted(arrival.id for arrival in second.snapshot()) == sorted(ids)
    finally:
        second.close()


def test_a_hanging_destination_does_not_starve_another(make, sink):
    second = Sink()
    try:
        text = sink.config() + second.config(name="second").split("\n", 1)[1]
        server = make(config=text, WORKER_COUNT=5).start()
        sink.hold()
        server.post(b"[" + b",".join(event(f"fair-{index}") for index in range(20)) + b"]")
        eventually(lambda: len({arrival.id for arrival in second.snapshot()}) == 20, "the healthy one gets them all", 20)
        sink.release()
        server.drained()
    finally:
        second.close()


def several(url, count, more=""):
    """The lines of `count` destinations at one address."""
    return "destinations:\n" + "".join(
        f"  d{index}:\n    url: {url}\n    allow_private: true\n{more}" for index in range(count))


@pytest.mark.parametrize("count", [3, 20])
def test_however_many_destinations_fail_each_is_tried_to_its_end(make, sink, count):
    sink.reply = lambda arrival: 500
    retry = "    retry: {attempts: 3, first: 50ms, longest: 200ms}\n"
    server = make(config=several(sink.url, count, retry)).start()
    server.post(event("hopeless"))
    server.drained()
    assert server.query("SELECT status, attempts, count(*) FROM delivery GROUP BY 1, 2") == [("dead", 3, count)]
    assert len(sink.of("hopeless")) == 3 * count


def test_a_hanging_destination_leaves_the_other_workers_to_the_others(make, sink):
    good = Sink()
    try:
        names = ["slow", "good1", "good2"]
        text = "sources:\n" + "".join(f"  from-{name}: {{id: json:/uuid}}\n" for name in names) + "destinations:\n"
        for name, place in zip(names, [sink, good, good]):
            text += f"  {name}:\n    url: {place.url}\n    allow_private: true\n"
        text += "routes:\n" + "".join(f"  - from: from-{name}\n    to: {name}\n" for name in names)
        server = make(config=text, WORKER_COUNT=60).start()
        sink.hold()
        for round in range(5):
            for name in names:
                server.post(event(f"{name}-{round}"), source=f"from-{name}")
        server.completed(*[f"{name}-{round}" for name in names[1:] for round in range(5)])
        sink.release()
        server.drained()
    finally:
        good.close()


def test_ten_failures_in_a_row_rest_a_destination(make, sink):
    sink.reply = lambda arrival: 500
    server = make(config=sink.config(more="    retry: {attempts: 1}\n")).start()
    server.post(b"[" + b",".join(event(f"bad-{index}") for index in range(30)) + b"]")
    eventually(lambda: server.count("dead") >= 10, "ten have failed")
    eventually(lambda: server.count("processing") == 0, "nothing runs any more")
    # Those that ran when it opened were let to their end: five workers.
    assert 10 <= len(sink.snapshot()) <= 15
    assert server.count("pending") == 30 - len(sink.snapshot())


def test_an_event_that_no_route_takes_is_stored_and_completed(make, sink):
    sources = "sources:\n  accurate: {}\n  lonely: {id: json:/uuid}\nroutes:\n  - from: accurate\n    to: [sink]\n"
    server = make(config=sink.config() + sources).start()
    told = request(server.port, "POST", "/webhook/lonely", event("unrouted")).json()
    assert told["status"] == "queued"
    assert server.rows("unrouted")[0][4] == "completed"
    assert sink.snapshot() == []
