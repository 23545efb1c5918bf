"""Senders that write down, outside the process under test, what was acked, and the check of that ledger afterwards."""

import hashlib
import http.client
import json
import random
import threading
import uuid as uuids

from harness import UNFINISHED
from wire import exchange


class Ledger:
    """What was sent, and what became of it: acked, refused (an answer other than 2xx), or unknown (no answer)."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sent, self.acked, self.refused = {}, {}, []

    def sending(self, payloads):
        with self.lock:
            self.sent.update(payloads)

    def answered(self, answer):
        events = answer.json()["events"]
        with self.lock:
            for event in events:
                assert event["status"] in ("queued", "duplicate"), event
                # One identity has one id, whoever asks and whenever.
                assert self.acked.setdefault(event["uuid"], event["queue_id"]) == event["queue_id"], event

    def refuse(self, status):
        with self.lock:
            self.refused.append(status)

    @property
    def unknown(self):
        return [uuid for uuid in self.sent if uuid not in self.acked]


class Senders:
    """Threads that post without a pause, each event new, until told to stop; a lost connection is made again."""

    def __init__(self, server, ledger, count=8, seed=None, padding=60):
        self.server, self.ledger, self.padding = server, ledger, padding
        self.done, self.faults = threading.Event(), []
        seed = random.randrange(2**32) if seed is None else seed
        self.threads = [
            threading.Thread(target=self._guarded, args=(random.Random(seed + index),), daemon=True) for index in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender got neither an answer nor an error"
        assert not self.faults, self.faults[0]

    def _guarded(self, chance):
        try:
            self._send(chance)
        except Exception as fault:  # noqa: BLE001 - carried over to the test's own thread
            self.faults.append(fault)

    def _body(self, chance):
        payloads = {}
        for _ in range(chance.choice((1, 1, 1, 1, 2, 5))):
            uuid = str(uuids.UUID(int=chance.getrandbits(128), version=4))
            payloads[uuid] = json.dumps({"type": "SALES_RECEIPT", "uuid": uuid, "memo": "x" * chance.randrange(self.padding)}).encode()
        if len(payloads) == 1:
            return payloads, next(iter(payloads.values()))
        return payloads, b"[" + b" ,".join(payloads.values()) + b"]"

    def _send(self, chance):
        connection, again = None, None
        while not self.done.is_set():
            payloads, body = again or self._body(chance)
            self.ledger.sending(payloads)
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
                answer = exchange(connection, "POST", "/webhook/accurate", body)
            except (OSError, http.client.HTTPException):
                if connection is not None:
                    connection.close()
                connection = None
                # Half of the unanswered ones are sent again at once, the others stay unknown until the end.
                again = (payloads, body) if chance.random() < 0.5 else None
                self.done.wait(0.005)
                continue
            again = None
            if answer.status == 200:
                self.ledger.answered(answer)
            else:
                self.ledger.refuse(answer.status)


def verify(server, ledger, finished="completed"):
    """Every acked event is stored once, with its bytes and its id, and finished; nothing is there that was not sent."""
    rows = server.rows()
    stored = {row[1]: row for row in rows}
    assert len(stored) == len(rows), "an identity is stored twice"
    for uuid, queue_id in ledger.acked.items():
        assert uuid in stored, f"acked and lost: {uuid}"
        assert stored[uuid][0] == queue_id, f"another id than the one acked: {uuid}"
    for uuid, row in stored.items():
        assert uuid in ledger.sent, f"stored and never sent: {uuid}"
        assert digest(row[3]) == digest(ledger.sent[uuid]), f"other bytes than sent: {uuid}"
        if finished:
            assert row[4] == finished, f"{uuid} is {row[4]}"
    if finished:
        assert server.count(*UNFINISHED) == 0
    return stored


def digest(payload):
    return hashlib.sha256(payload).hexdigest()


def resend_unknown(server, ledger):
    """A sender's own remedy for a missing answer; afterwards everything sent is acked."""
    for uuid in ledger.unknown:
        answer = server.post(ledger.sent[uuid])
        assert answer.status == 200, answer
        ledger.answered(answer)
