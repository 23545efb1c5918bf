"""SIGTERM and SIGINT: in order, within the grace time, and nothing acked is lost."""

import signal
import time

import pytest

from harness import eventually, number
from ledger import Ledger, Senders, resend_unknown, verify
from wire import Wire, event, head

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("number_of_signal", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_a_stop_while_idle(server, number_of_signal):
    server.signal(number_of_signal)
    assert server.wait_exit(10) == 0


def test_a_stop_with_idle_keep_alive_connections(server):
    with Wire(server.port) as wire:
        body = event("kept-alive")
        wire.send(head(body) + body)
        assert wire.answer().status == 200
        server.signal(signal.SIGTERM)
        assert server.wait_exit(10) == 0


def test_sigterm_under_load(make, sink):
    ledger = Ledger()
    server = make(config=sink.config(), LOG_LEVEL="warning")
    for turn in range(number("LUMBUNG_STOP_ROUNDS", 5)):
        server.start()
        before = len(ledger.acked)
        with Senders(server, ledger, count=8, seed=turn):
            eventually(lambda: len(ledger.acked) > before + 50, "a few are acked in this round")
            server.signal(signal.SIGTERM)
            assert server.wait_exit(40) == 0, server.output()
    server.start()
    server.drained()
    verify(server, ledger)
    resend_unknown(server, ledger)
    server.drained()
    verify(server, ledger)
    runs = {}
    for arrival in sink.snapshot():
        runs[arrival.id] = runs.get(arrival.id, 0) + 1
    assert set(runs) == set(ledger.sent)
    # A stop lets running attempts finish and records them: nothing was cut, so nothing may come twice.
    assert not {uuid: count for uuid, count in runs.items() if count > 1}


def test_a_running_attempt_may_finish(make, sink):
    server = make(config=sink.config()).start()
    sink.hold()
    server.post(event("running"))
    eventually(lambda: sink.of("running"), "the attempt runs")
    server.signal(signal.SIGTERM)
    eventually(lambda: stops_serving(server), "no longer ready")
    assert server.process.poll() is None, "the attempt was cut although the grace time has not passed"
    sink.release()
    assert server.wait_exit(15) == 0
    server.start()
    assert server.rows("running")[0][4] == "completed"
    assert len(sink.of("running")) == 1


def test_an_attempt_longer_than_the_grace_time_is_cut_and_runs_again(make, sink):
    server = make(config=sink.config(), SHUTDOWN_GRACE_SECONDS=1).start()
    sink.hold()
    server.post(event("too-long"))
    eventually(lambda: sink.of("too-long"), "the attempt runs")
    begun = time.monotonic()
    server.signal(signal.SIGTERM)
    server.wait_exit(10)
    assert time.monotonic() - begun < 6
    sink.release()
    server.start()
    server.completed("too-long")
    assert len(sink.of("too-long")) == 2


def test_a_second_signal_exits_at_once(make, sink):
    server = make(config=sink.config()).start()
    sink.hold()
    server.post(event("cut"))
    eventually(lambda: sink.of("cut"), "the attempt runs")
    server.signal(signal.SIGTERM)
    eventually(lambda: stops_serving(server), "the stop has begun")
    assert server.process.poll() is None
    begun = time.monotonic()
    server.signal(signal.SIGTERM)
    server.wait_exit(5)
    assert time.monotonic() - begun < 2
    sink.release()
    server.start()
    server.completed("cut")


def stops_serving(server):
    """New work is refused: the listener is gone, or it says 503."""
    return server.get("/readyz").status in (0, 503)
