"""kill -9 while destinations fail, hang, throttle and a program runs: nothing lost, and no repeat without a cut."""

import json
import random
import threading

import pytest

from harness import eventually, number
from ledger import Ledger, resend_unknown, verify
from rough_sink import RoughSink
from wire import event

pytestmark = pytest.mark.proof

FAILURES = [
    "500", "429", "503", "redirect", "hang", "drip head", "drip body", "close", "reset", "reset in the head",
    "close in the body", "garbage", "endless head",
]
WORKERS = 6
# By the last digit of the identity the first run asks for a retry, dies, takes too long or just takes its time.
SCRIPT = """
say() { printf '%s %s %s %s\\n' "$1" "$LUMBUNG_UUID" "$LUMBUNG_ATTEMPT" "$PPID" >> LEDGER; }
say begun
if [ "$LUMBUNG_ATTEMPT" = 1 ]; then
    case "$LUMBUNG_UUID" in *0) exit 75;; *1) kill -9 $$;; *2) exec sleep 2;; *[345]) sleep 0.1;; esac
fi
cat > /dev/null
say done
"""


def config(sink, runs, generation):
    """The headers name the process that sends, since a sink learns of a kill only by and by."""
    retry = "    retry: {attempts: 100, first: 10ms, longest: 60ms}\n"
    script = json.dumps(SCRIPT.replace("LEDGER", str(runs)).replace("$", "$$"))
    return (
        f"destinations:\n  rough:\n    url: {sink.url}\n    allow_private: true\n    timeout: 300ms\n"
        f"    headers: {{X-Generation: '{generation}'}}\n{retry}"
        f"  run:\n    command: [/bin/sh, -c, {script}]\n    timeout: 400ms\n{retry}")


def behaviour(arrival):
    """The same for the same attempt in every run of the test; most later attempts succeed."""
    chance = random.Random(f"{arrival.id} {arrival.attempt}")
    return chance.choice(FAILURES) if chance.random() < (0.4 if arrival.attempt <= 3 else 0.1) else "ok"


def program_runs(path):
    """The programs' own ledger: (begun or done, identity, attempt, number of the server's process)."""
    if not path.exists():
        return []
    lines = [line.split() for line in path.read_text().splitlines()]
    return [(what, uuid, int(attempt), int(server)) for what, uuid, attempt, server in lines]


def running(path):
    runs = program_runs(path)
    return {run[1:] for run in runs if run[0] == "begun"} - {run[1:] for run in runs if run[0] == "done"}


class Feeder(threading.Thread):
    """Posts a bounded number of new events, each once; those without an answer stay unknown."""

    def __init__(self, server, ledger, generation, count):
        super().__init__(daemon=True)
        self.server, self.ledger, self.fault = server, ledger, None
        self.bodies = {f"r{generation}-{index}": event(f"r{generation}-{index}") for index in range(count)}
        self.start()

    def run(self):
        for uuid, body in self.bodies.items():
            self.ledger.sending({uuid: body})
            try:
                answer = self.server.post(body)
            except OSError:
                return
            except Exception as fault:  # noqa: BLE001 - carried over to the test's own thread
                self.fault = fault
                return
            self.ledger.answered(answer)


def revive_set_aside(server, ledger):
    """A delivery that ran at three kills is set aside, as promised; a resend gives it a fresh start."""
    dead = [row[1] for row in server.rows() if row[4] == "dead"]
    counts = server.query("SELECT interruptions FROM delivery WHERE status = 'dead'")
    assert {count for (count,) in counts} <= {3}, counts
    for uuid in dead:
        assert server.post(ledger.sent[uuid]).json()["events"][0]["status"] == "revived"
    server.drained(limit=120)
    return set(dead)


def test_kill_while_everything_misbehaves(make, tmp_path):
    rounds, ledger, runs = number("LUMBUNG_ROUGH_ROUNDS", 6), Ledger(), tmp_path / "runs"
    sink = RoughSink(behaviour)
    server, processes = make(WORKER_COUNT=WORKERS, LOG_LEVEL="critical"), set()
    for generation in range(rounds):
        server.write_config(config(sink, runs, generation))
        server.start()
        feeder = Feeder(server, ledger, generation, 40)
        here = server.process.pid
        processes.add(here)
        eventually(
            lambda: sink.under_way("hang") and any(run[2] == here for run in running(runs)),
            "a request hangs while a program runs", 60)
        assert server.kill() == -9
        feeder.join(60)
        assert feeder.fault is None, feeder.fault
    server.write_config(config(sink, runs, rounds))
    server.start()
    processes.add(server.process.pid)
    server.drained(limit=120)
    revived = revive_set_aside(server, ledger)
    resend_unknown(server, ledger)
    server.drained(limit=120)
    stored = verify(server, ledger)
    assert set(stored) == set(ledger.sent)
    sink.close()
    check_sink(sink, ledger, revived)
    check_programs(program_runs(runs), ledger, revived, processes)
    assert server.stop() == 0
    assert server.whole()
    seen = {arrival.behaviour for arrival in sink.snapshot()}
    assert {"hang", "429", "500"} <= seen
    print(f"{rounds} kills, {len(stored)} events, {len(sink.snapshot())} requests, {len(revived)} set aside")


def check_sink(sink, ledger, revived):
    arrivals = {}
    for arrival in sink.snapshot():
        arrivals.setdefault(arrival.id, []).append(arrival)
    assert set(arrivals) == set(ledger.acked), "an event never arrived"
    for uuid, seen in arrivals.items():
        assert any(arrival.answered for arrival in seen), f"completed, though never answered with success: {uuid}"
        assert {arrival.body for arrival in seen} == {ledger.sent[uuid]}
        if uuid not in revived:
            numbers = [arrival.attempt for arrival in seen]
            assert len(numbers) == len(set(numbers)), f"an attempt's number came twice: {uuid} {numbers}"
        by_process = {}
        for arrival in sorted(seen, key=lambda arrival: arrival.attempt):
            by_process.setdefault(arrival.headers["x-generation"], []).append(arrival.answered)
        for process, answered in by_process.items():
            # What was answered with success comes again only when the process was killed before it was written down.
            assert True not in answered[:-1] or uuid in revived, f"repeated without a cut: {uuid} {process} {answered}"


def check_programs(runs, ledger, revived, processes):
    done = {uuid for what, uuid, _, _ in runs if what == "done"}
    assert done == set(ledger.acked), "an event never went through the program"
    finished = set()
    for what, uuid, attempt, server in runs:
        if server not in processes:
            # Started just when the server was killed, it knows its new parent only.
            continue
        if what == "done":
            finished.add((uuid, server))
        else:
            assert (uuid, server) not in finished or uuid in revived, f"run again without a cut: {uuid} {attempt}"
    begun = [run[1:3] for run in runs if run[0] == "begun" and run[1] not in revived]
    assert len(begun) == len(set(begun)), "an attempt's number came twice"
