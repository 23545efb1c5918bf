"""Routes that choose by type and by a condition on the payload: what reaches which destination, and what reaches none."""

import json

import pytest

from harness import eventually
from sink import Sink
from wire import event, request


@pytest.fixture
def second():
    """Another destination under the test's control."""
    second = Sink()
    yield second
    second.close()


def config(sink, second, routes):
    """A config file with the destinations `sink` and `second` and these routes, one a line."""
    lines = "".join(f"  - {route}\n" for route in routes)
    return sink.config() + second.config(name="second").split("\n", 1)[1] + f"routes:\n{lines}"


def ids(sink):
    return sorted(arrival.id for arrival in sink.snapshot())


def unrouted(server):
    return [uuid for (uuid,) in server.query("SELECT uuid FROM webhook_queue WHERE unrouted = 1 ORDER BY id")]


def test_each_event_of_a_body_takes_its_own_routes(make, sink, second):
    server = make(config=config(sink, second, [
        '{from: accurate, type: [SALES_RECEIPT, "PURCHASE_*"], to: sink}',
        "{from: accurate, when: {/total: {ge: 100}}, to: [second, sink]}",
    ])).start()
    events = [
        event("exact"), event("pattern", "PURCHASE_ORDER"), event("other", "SALES_ORDER"),
        event("number", "SALES_ORDER", total=100), event("text", "SALES_ORDER", total="250.75"),
        event("less", "SALES_ORDER", total=99.99), event("both", total=1e3),
    ]
    told = server.post(b"[" + b",".join(events) + b"]").json()
    assert told["queued"] == len(events)
    server.drained()
    assert ids(sink) == ["both", "exact", "number", "pattern", "text"], "each event goes to each destination once"
    assert ids(second) == ["both", "number", "text"]
    assert unrouted(server) == ["other", "less"]
    assert server.count("completed") == len(events)


TESTS = [
    # What `when` asks of /v, and the JSON of the values that it takes and that it leaves.
    ("WRITE", ['"WRITE"', '"\\u0057RITE"'], ['"write"', '"WRITE "', "null", '["WRITE"]']),
    ("7", ["7", "7.0", "70e-1"], ['"7"', "7.0000000000000000000001", "true"]),
    ("'7'", ['"7"'], ["7", '"7.0"']),
    ("true", ["true"], ["false", '"true"', "1"]),
    ("null", ["null"], ["0", '""', "false"]),
    ("[A, 9007199254740993]", ['"A"', "9007199254740993"], ["9007199254740992", '"9007199254740993"']),
    ("{gt: 0, le: 10.5}", ["10.5", '"10.50"', "1e-400"], ["0", "-1", "10.500000000000000000001", '"ten"', "null"]),
    ("{exists: true}", ["null", "0", "{}"], []),
    ("{prefix: INV-}", ['"INV-1"', '"INV-"'], ['"XINV-1"', '"INV"', "5"]),
    ("{not: [READ, null]}", ['"WRITE"', "0"], ['"READ"', "null"]),
    ("{not: {lt: 5}}", ["5", '"x"', "null"], ["4.9", '"-1"']),
]


@pytest.mark.parametrize("test, taken, left", TESTS, ids=[case[0] for case in TESTS])
def test_a_condition_on_the_payload(make, sink, second, test, taken, left):
    # Every event also goes to `second`, so that what `sink` does not get was left and not lost.
    server = make(config=config(sink, second, [f"{{from: '*', when: {{/v: {test}}}, to: sink}}", "{from: '*', to: second}"])).start()
    bodies = {f"{kind}-{index}": f'{{"uuid":"{kind}-{index}","type":"T","v":{value}}}'
              for kind, values in (("taken", taken), ("left", left)) for index, value in enumerate(values)}
    answer = server.post("[" + ",".join(bodies.values()) + "]")
    assert answer.status == 200, answer
    server.drained()
    assert ids(second) == sorted(bodies)
    assert ids(sink) == sorted(uuid for uuid in bodies if uuid.startswith("taken"))


def test_a_value_that_is_not_there(make, sink, second):
    server = make(config=config(sink, second, [
        "{from: accurate, when: {/data/0/v: {exists: false}}, to: sink}",
        "{from: accurate, when: {/data/0/v: {not: x}}, to: second}",
    ])).start()
    server.post(event("no-data"))
    server.post(event("empty", data=[]))
    server.post(event("null", data=[{"v": None}]))
    server.post(event("x", data=[{"v": "x"}]))
    server.drained()
    assert ids(sink) == ["empty", "no-data"]
    assert ids(second) == ["empty", "no-data", "null"]


def test_what_can_be_read_two_ways_is_taken_by_neither_side(make, sink, second):
    server = make(config=config(sink, second, [
        "{from: accurate, type: A, to: sink}", "{from: accurate, type: B, to: second}",
        "{from: accurate, when: {/v: 1}, to: sink}", "{from: accurate, when: {/v: {not: 1}}, to: second}",
    ])).start()
    for index, body in enumerate(['"type":"A","type":"B","v":1,"v":2', '"type":"B","type":"A","v":2,"v":1']):
        told = server.post(f'{{"uuid":"twice-{index}",{body}}}').json()
        assert told["status"] == "queued"
    server.post('{"uuid":"plain","type":"A","v":2}')
    server.drained()
    assert ids(sink) == ["plain"] and ids(second) == ["plain"]
    assert unrouted(server) == ["twice-0", "twice-1"], "kept, completed and shown as unrouted"


def test_routes_of_another_source_do_not_count(make, sink, second):
    text = config(sink, second, ["{from: accurate, type: T, to: sink}", "{from: shop, type: U, to: second}"])
    server = make(config="sources: {accurate: {}, shop: {type: header:X-Kind}}\n" + text).start()
    server.post(event("one", "T"))
    server.post(event("two", "U"))
    for uuid, kind in (("three", "T"), ("four", "U")):
        request(server.port, "POST", "/webhook/shop", event(uuid, "ignored"), headers={"X-Kind": kind})
    server.drained()
    assert ids(sink) == ["one"] and ids(second) == ["four"]
    assert unrouted(server) == ["two", "three"]


def test_a_resend_of_a_dead_event_goes_where_it_went(make, sink, second):
    routes = ["{from: accurate, type: T, to: sink}", "{from: accurate, type: U, to: second}"]
    text = config(sink, second, routes).replace(
        f"{second.url}\n", f"{second.url}\n    retry: {{attempts: 1}}\n")
    server = make(config=text).start()
    second.reply = lambda arrival: 500
    server.post(event("again", "U"))
    eventually(lambda: server.rows("again")[0][4] == "dead", "it gives up")
    second.reply = lambda arrival: 200
    assert server.post(event("again", "U")).json()["revived"] == 1
    server.completed("again")
    assert ids(sink) == [] and ids(second) == ["again", "again"]


def test_config_print_shows_types_and_conditions(make):
    server = make(config="destinations: {log: {log: true}}\nroutes:\n  - from: accurate\n    type: [A, 'B_*']\n    tenant: 7\n"
                  "    when: {/total: {gt: 0}, /key: '${SECRET}'}\n    to: log\n", SECRET="canary")
    shown = server.run("config", "print").stdout.decode()
    assert 'A, B_*  7       /total: {gt: 0}, /key: "${SECRET}"  log' in shown
    (route,) = json.loads(server.run("config", "print", "--json").stdout)["routes"]
    assert route["type"] == ["A", "B_*"]
    assert route["when"] == [{"pointer": "/total", "test": "{gt: 0}"}, {"pointer": "/key", "test": '"${SECRET}"'}]
    assert "canary" not in shown


FAULTY = [
    ("when: {/a: {grt: 1}}", "did you mean `gt`?"), ("when: {a: 1}", "a JSON Pointer"), ("when: {/a: {gt: many}}", '"many"'),
    ("when: {/a: 007}", "in quotes to mean text"), ("type: []", "`type` is empty"), ("whne: {}", "did you mean `when`?"),
]


@pytest.mark.parametrize("line, words", FAULTY)
def test_a_fault_in_a_route_is_told_with_its_place(make, line, words):
    server = make(config=f"routes:\n  - from: accurate\n    to: log\n    {line}\n")
    done = server.run("config", "check")
    told = (done.stdout + done.stderr).decode()
    assert done.returncode == 78, told
    assert "test.yaml:4:" in told and words in told, told
