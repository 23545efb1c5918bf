"""A power cut, at any moment: the disks it could leave are rebuilt from a trace of the real server, and looked at.

What was written and flushed is taken from strace, and what was acknowledged at each moment from the answers in the same
trace. `disk_trace.py` says what a disk may lose. The controls at the end prove that the look is not blind.
"""

import json
import os
import random
import re
import shutil
import sqlite3
import uuid as uuids
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from disk_trace import STRACE, Disk, Trace, has_ended
from faults import need_strace
from harness import Lumbung, at_once, eventually, number
from ledger import Ledger, resend_unknown
from wire import exchange

pytestmark = pytest.mark.proof

SEED = number("LUMBUNG_POWER_SEED", random.randrange(2**32))
ROWS = """SELECT uuid, id, CAST(payload AS BLOB), (SELECT count(*) FROM delivery WHERE event_id = webhook_queue.id)
    FROM webhook_queue"""
UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


class Recording:
    """A server over several lives, from an empty inbox on: what its disk saw and what its senders were told."""

    def __init__(self, folder):
        self.server = Lumbung(folder, LOG_LEVEL="critical")
        self.trace, self.ledger = Trace(self.server.database.resolve()), Ledger()
        self.log = f"{self.server.database.resolve()}-wal"

    @contextmanager
    def life(self):
        """A traced process; after its end the trace, played back, must give the files byte for byte."""
        out = self.server.folder / "trace.txt"
        try:
            self.server.start(prefix=(*STRACE, str(out)))
        except AssertionError:
            if "strace: " in self.server.output():
                pytest.skip(f"strace may not trace here: {self.server.output().strip()}")
            raise
        yield
        self.server.end()
        eventually(lambda: has_ended(out, self.server.process.pid), "strace has written the end")
        self.trace.read(out)
        out.unlink()
        for path in self.trace.names:
            file, real = self.trace.now(path), Path(path)
            same = (file and file.content()) == (real.read_bytes() if real.exists() else None)
            assert same, f"{path} is not what its trace makes of it"

    def crowd(self, name, turns, kill_at=None):
        """Eight senders at once: single events, arrays, resends, and one identity from all of them together."""

        def send(index):
            chance, connection, mine = random.Random(f"{SEED} {name} {index}"), self._connection(), []
            for turn in range(turns):
                if index == 0 and turn == kill_at:
                    self.server.kill()
                    return
                if turn % 8 == 7:
                    payloads = [payload(random.Random(f"{SEED} {name} all {turn}"))]
                elif mine and chance.random() < 0.2:
                    payloads = chance.choice(mine)
                else:
                    payloads = [payload(chance) for _ in range(chance.choice((1, 1, 1, 4)))]
                    mine.append(payloads)
                if not self._post(connection, payloads):
                    assert kill_at is not None, "cut off without a kill"
                    return

        at_once(8, send)

    def alone(self, count):
        """One sender, one event after the other."""
        connection, chance = self._connection(), random.Random(f"{SEED} alone")
        for _ in range(count):
            assert self._post(connection, [payload(chance)])

    def _connection(self):
        return HTTPConnection("127.0.0.1", self.server.port, timeout=30)

    def _post(self, connection, payloads):
        self.ledger.sending({json.loads(body)["uuid"]: body for body in payloads})
        body = payloads[0] if len(payloads) == 1 else b"[" + b",".join(payloads) + b"]"
        try:
            answer = exchange(connection, "POST", "/webhook/accurate", body)
        except (OSError, HTTPException):
            return False
        assert answer.status == 200, answer
        self.ledger.answered(answer)
        return True

    def acked(self, cut):
        """{uuid: id} of the answers that were on their way when the power went just before the line `cut`."""
        answers = [answer for answer in self.trace.answers if answer.sent < cut]
        return {uuid: given for answer in answers for uuid, given in answer.events.items()}

    def log_headers(self):
        """The lines at which the log was begun anew."""
        logs = [file for file in self.trace.files if file.path == self.log]
        return [change.begun for file in logs for change in file.changes if change.offset == 0 and change.data]

    def moments(self, count, chance):
        """Lines at which to cut, at most `count`, a fifth of each kind.

        Just before and after the end of a flush of the log, of any other flush, and of the beginning of a file anew;
        after an answer; after any write.
        """
        flushes = [(file.path == self.log, flush) for file in self.trace.files for flush in file.flushes]
        usual = [flush for log, flush in flushes if log]
        rare = [flush for log, flush in flushes if not log] + self.trace.folder_flushes
        changes = [change for file in self.trace.files for change in file.changes]
        anew = [change for change in changes if change.offset == 0] + sum(self.trace.names.values(), [])
        kinds = [[line for call in calls for line in (call.done, call.done + 1)] for calls in (usual, rare, anew)]
        kinds += [[answer.sent + 1 for answer in self.trace.answers], [change.begun + 1 for change in changes]]
        return sorted(set(sum((some(kind, count // len(kinds), chance) for kind in kinds), [])))


def some(things, count, chance):
    return chance.sample(things, min(count, len(things)))


def payload(chance):
    """A new event; of any size that fills pages of the database, and no two pages alike."""
    uuid = str(uuids.UUID(int=chance.getrandbits(128), version=4))
    size = chance.choice((20, 2000, 4000, 4000, 4000, 15_000))
    return json.dumps({"type": "SALES_RECEIPT", "uuid": uuid, "memo": chance.randbytes(size).hex()}).encode()


@contextmanager
def pinned(server):
    """A reader from outside that stays: the log is copied back in part only and cannot begin anew."""
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM webhook_queue").fetchone()
        yield


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Killed under load twice, then checkpointed beside a reader and stopped, then started anew and killed at rest."""
    need_strace()
    made = Recording(tmp_path_factory.mktemp("traced"))
    try:
        for name in ("first", "second"):
            with made.life():
                # Told `duplicate`, some of these rest on a log that the process before did not flush.
                resend_unknown(made.server, made.ledger)
                made.crowd(name, 24, kill_at=18)
        with made.life():
            resend_unknown(made.server, made.ledger)
            with pinned(made.server):
                made.crowd("pinned", 16)
            made.crowd("third", 8)
            made.server.drained()
            assert made.server.stop() == 0
        with made.life():
            made.alone(20)
            made.server.drained()
    finally:
        made.server.end()
    return made


def place(left, folder):
    """Puts what a cut left into a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, content in left.items():
        (folder / os.path.basename(path)).write_bytes(content)
    return folder / "webhook.db"


def faults(database, acked, sent):
    """What is wrong with an inbox after a power cut; nothing, if all that was acked is there and nothing else."""
    if not database.exists():
        return [f"lost: the database with {len(acked)} events"] if acked else []
    try:
        with closing(sqlite3.connect(database)) as reader:
            # The copy in the test's folder need not be durable itself.
            reader.execute("PRAGMA synchronous = OFF")
            sound = [row[0] for row in reader.execute("PRAGMA integrity_check")]
            made = reader.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'webhook_queue'").fetchone()[0]
            rows = reader.execute(ROWS).fetchall() if made else []
    except sqlite3.DatabaseError as problem:
        return [f"damaged: {problem}"]
    found = [] if sound == ["ok"] else [f"damaged: {sound}"]
    ids = {uuid: given for uuid, given, _, _ in rows}
    found += [f"lost: {uuid}" for uuid in acked if uuid not in ids]
    found += [f"other id than acked: {uuid}" for uuid, given in acked.items() if ids.get(uuid, given) != given]
    found += [f"never sent: {uuid}" for uuid in ids if uuid not in sent]
    found += [f"other bytes than sent: {uuid}" for uuid, _, content, _ in rows if sent.get(uuid, content) != content]
    found += [f"will not run: {uuid}" for uuid, _, _, deliveries in rows if deliveries == 0]
    return found + (["an identity is stored twice"] if len(ids) < len(rows) else [])


def test_enough_happened(recording):
    """The trace has every answer that the senders got, and the log was begun anew several times in between."""
    missed = dict(recording.ledger.acked.items() - recording.acked(recording.trace.lines + 1).items())
    assert not missed, f"acked to a sender and not in the trace: {missed}"
    assert len(recording.ledger.acked) > 300
    assert len(recording.trace.names[recording.log]) == 3, "the log was not made, removed and made again"
    first, last = (recording.trace.answers[at].sent for at in (0, -1))
    assert sum(first < line < last for line in recording.log_headers()) >= 4, "the log was not begun anew"


def test_every_answer_waits_for_the_flush_of_its_events(recording):
    """Of each event: written to the log, then a flush of the log begins and ends, then the first answer goes out."""
    answered, flushes = first_answers(recording), flushes_of(recording)
    early = [uuid for uuid in answered if uuid not in flushes or flushes[uuid].done > answered[uuid].sent]
    assert not early, f"acked before they were flushed: {early}"


def first_answers(recording):
    """{uuid: the first answer that acknowledged it}"""
    return {uuid: answer for answer in reversed(recording.trace.answers) for uuid in answer.events}


def flushes_of(recording):
    """{uuid: the first flush of the log that began after the event was written to it}"""
    found = {}
    for file in (file for file in recording.trace.files if file.path == recording.log):
        for change in file.changes:
            for uuid in UUID.findall(change.data or b""):
                if uuid.decode() in recording.ledger.sent and uuid.decode() not in found:
                    after = [flush for flush in file.flushes if flush.begun > change.done]
                    if after:
                        found[uuid.decode()] = after[0]
    return found


def test_a_power_cut_loses_nothing_that_was_acked(recording, tmp_path):
    """At each moment three disks: one with nothing on it that was not flushed, two on which chance decided."""
    chance, disk, looked, partly = random.Random(SEED), Disk(recording.trace), 0, 0
    for cut in recording.moments(number("LUMBUNG_POWER_CUTS", 300), chance):
        acked, bare = recording.acked(cut), disk.left(cut)
        for left in (bare, disk.left(cut, chance), disk.left(cut, chance)):
            found = faults(place(left, tmp_path / "cut"), acked, recording.ledger.sent)
            if found:
                place(left, tmp_path / "as-found")
            assert not found, f"{told(cut, acked)}, files in {tmp_path}/as-found: {found[:5]}"
            looked += 1
            partly += left != bare
    print(f"{looked} disks, {partly} with a part of what was not flushed; {len(recording.ledger.acked)} events acked")
    assert partly > looked / 5


def told(cut, acked):
    return f"cut at line {cut} of the trace, {len(acked)} acked, LUMBUNG_POWER_SEED={SEED}"


def test_the_server_goes_on_after_a_power_cut(recording, make, tmp_path):
    """The program itself starts on what a cut left, knows every acked event by its number, and finishes them all."""
    chance, disk, sent = random.Random(SEED), Disk(recording.trace), recording.ledger.sent
    moments = [cut for cut in recording.moments(400, chance) if cut > recording.trace.answers[0].sent]
    for cut in sorted(some(moments, number("LUMBUNG_POWER_STARTS", 5), chance)):
        server, acked = make(LOG_LEVEL="critical"), recording.acked(cut)
        place(disk.left(cut, chance), server.database.parent)
        checked = server.run("db", "check")
        assert checked.returncode == 0, f"{told(cut, acked)}: {checked.stderr.decode()}"
        server.start().drained()
        for uuid in some(sorted(acked), 10, chance):
            answer = server.post(sent[uuid]).json()
            known = (answer["status"], answer["queue_ids"]) == ("duplicate", [acked[uuid]])
            assert known, f"{told(cut, acked)}: {answer}"
        assert server.stop() == 0
        assert not faults(server.database, acked, sent), told(cut, acked)
        assert server.count("completed") == server.count(), told(cut, acked)


def blind(recording, tmp_path, looks):
    """How many of some looks (disk, cut, what counts as acked) find nothing wrong."""
    return sum(
        not faults(place(disk.left(cut), tmp_path / "cut"), acked, recording.ledger.sent) for disk, cut, acked in looks)


def test_control_a_log_that_is_never_flushed(recording, tmp_path):
    """On a disk that ignores the flushes of the log, what was acked last is missing until a checkpoint copies it."""
    disk = Disk(recording.trace, heeded=lambda file, flush: file.path != recording.log)
    cuts = sorted(answer.sent + 1 for answer in some(recording.trace.answers, 40, random.Random(SEED)))
    assert blind(recording, tmp_path, [(disk, cut, recording.acked(cut)) for cut in cuts]) <= 10


def test_control_a_database_that_is_never_flushed(recording, tmp_path):
    """On a disk that ignores the flushes of checkpoints, all that the log held before it began anew is missing."""
    first = recording.trace.answers[0].sent
    disk = Disk(recording.trace, heeded=lambda file, flush: file.path == recording.log or flush.done < first)
    anew = min(line for line in recording.log_headers() if line > first)
    answers = [answer for answer in recording.trace.answers if answer.sent > anew]
    cuts = sorted(answer.sent + 1 for answer in some(answers, 40, random.Random(SEED)))
    assert blind(recording, tmp_path, [(disk, cut, recording.acked(cut)) for cut in cuts]) == 0


def test_control_answers_before_the_flush(recording, tmp_path):
    """Had the answer gone out when the flush began instead of when it was done, each event could have been lost."""
    disk, flushes, answered = Disk(recording.trace), flushes_of(recording), first_answers(recording)
    early = sorted((flushes[uuid].begun, uuid) for uuid in some(sorted(answered), 40, random.Random(SEED)))
    looks = [(disk, begun, {uuid: answered[uuid].events[uuid]}) for begun, uuid in early]
    assert blind(recording, tmp_path, looks) == 0
