"""Events of one key keep the order in which they were received; other keys do not wait for them."""

import json
import random

from harness import eventually
from wire import event


def ordered(sink, more=""):
    return sink.config(more="    order_by: json:/databaseId\n    retry: {attempts: 3, first: 20ms, longest: 50ms}\n" + more)


def body(uuid, key):
    return event(uuid, databaseId=key)


def test_each_key_keeps_its_order_through_failures_and_a_kill(make, sink):
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    seen = {}

    def reply(arrival):
        key, number = arrival.id.split("-")
        # Fails now and then: what follows in the same key must not overtake it.
        if dice.random() < 0.3:
            return 500
        seen.setdefault(key, []).append(int(number))
        return 200

    sink.reply = reply
    server = make(config=ordered(sink, "    concurrency: 5\n"), WORKER_COUNT=8).start()
    for number in range(40):
        batch = b",".join(body(f"k{key}-{number}", key) for key in range(5))
        assert server.post(b"[" + batch + b"]").status == 200
        if number == 20:
            server.kill()
            server.start()
    server.drained()
    for key, numbers in seen.items():
        first = [number for index, number in enumerate(numbers) if number not in numbers[:index]]
        assert first == sorted(first), f"seed {seed}, key {key}: {numbers}"
    done = dict(server.query("SELECT status, count(*) FROM webhook_queue GROUP BY 1"))
    assert sum(done.values()) == 200 and set(done) <= {"completed", "dead"}, done


def test_the_head_of_a_key_blocks_only_its_key(make, sink):
    sink.reply = lambda arrival: 500 if arrival.id == "a1" else 200
    server = make(config=ordered(sink).replace("first: 20ms, longest: 50ms", "first: 6h, longest: 6h")).start()
    for uuid, key in [("a1", 1), ("a2", 1), ("b1", 2), ("b2", 2)]:
        server.post(body(uuid, key))
    server.completed("b1", "b2")
    eventually(lambda: server.rows("a1")[0][4] == "retrying", "the head waits for its retry")
    assert server.rows("a2")[0][4] == "pending"
    assert [arrival.id for arrival in sink.snapshot() if arrival.id == "a2"] == []


def test_a_dead_head_lets_go_or_blocks_as_the_file_says(make, sink):
    sink.reply = lambda arrival: 410 if arrival.id == "a1" else 200
    server = make(config=ordered(sink)).start()
    server.post(body("a1", 1))
    server.post(body("a2", 1))
    server.completed("a2")
    assert server.rows("a1")[0][4] == "dead"

    blocking = make(config=ordered(sink, "    order_on_dead: block\n")).start()
    blocking.post(body("a1", 1))
    eventually(lambda: blocking.rows("a1")[0][4] == "dead", "the head is dead")
    blocking.post(body("a2", 1))
    blocking.post(body("b1", 2))
    blocking.completed("b1")
    assert blocking.rows("a2")[0][4] == "pending"
    # The sender sends it again, and this time it is taken.
    sink.reply = lambda arrival: 200
    assert json.loads(blocking.post(body("a1", 1)).body)["events"][0]["status"] == "revived"
    blocking.completed("a1", "a2")


def test_a_cancelled_head_lets_the_next_one_go_at_once(make, sink):
    sink.reply = lambda arrival: 500 if arrival.id == "a1" else 200
    config = ordered(sink).replace("first: 20ms, longest: 50ms", "first: 6h, longest: 6h")
    server = make(config=config).start()
    for uuid in ["a1", "a2"]:
        server.post(body(uuid, 1))
    eventually(lambda: server.rows("a1")[0][4] == "retrying", "the head waits for its retry")
    assert server.run("events", "cancel", "1").returncode == 0
    server.completed("a2")
    assert server.rows("a1")[0][4] == "cancelled"


def test_a_dead_head_that_blocks_is_given_up_by_a_cancel(make, sink):
    sink.reply = lambda arrival: 410 if arrival.id == "a1" else 200
    server = make(config=ordered(sink, "    order_on_dead: block\n")).start()
    server.post(body("a1", 1))
    eventually(lambda: server.rows("a1")[0][4] == "dead", "the head is dead")
    server.post(body("a2", 1))
    assert server.run("events", "cancel", "1").returncode == 0
    server.completed("a2")
    assert server.run("events", "cancel", "2").returncode == 1
