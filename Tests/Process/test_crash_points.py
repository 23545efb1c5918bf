"""System calls that kill, fail or are watched: the window between the commit and the answer, and syncs that fail."""

import re
from http.client import HTTPConnection, HTTPException

import pytest

from faults import WRITES, strace
from harness import eventually, number
from wire import event

pytestmark = pytest.mark.proof


def quiet(make, **more):
    """A server whose own log lines are not among the writes that are counted."""
    return make(LOG_LEVEL="critical", **more)


def connected(server):
    """A connection that has been used: taking it in is a write of its own, which must not be among those counted."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    return connection


def try_post(server, body):
    try:
        return server.post(body)
    except (OSError, HTTPException):
        return None


def try_post_on(connection, body):
    """The status of the answer; None when there was none."""
    try:
        connection.request("POST", "/webhook/accurate", body)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def test_kill_between_commit_and_answer(make, sink):
    """Kills at the first, second, … write of any thread after the request came, until one is answered unharmed.

    One of these writes carries the answer, after the commit. There the sender knows nothing, resends, is told
    `duplicate`, and the event must run all the same: the original lost it here.
    """
    windows, sent = 0, 0
    for point in range(1, number("LUMBUNG_FAULT_POINTS", 12) + 1):
        server, uuid = quiet(make, config=sink.config()).start(), f"window-{point}"
        sink.hold()
        connection = connected(server)
        with strace(server, "-e", f"inject={WRITES}:signal=KILL:when={point}", trace=WRITES):
            status = try_post_on(connection, event(uuid))
            killed = status is None
            if killed:
                assert server.wait_exit() == -9
        if not killed:
            assert status == 200
        server.end()
        sink.release()
        server.start()
        told = server.post(event(uuid)).json()
        sent += 1
        assert killed or told["status"] == "duplicate"
        windows += killed and told["status"] == "duplicate"
        server.completed(uuid)
        assert sink.of(uuid), "acked as a duplicate and never delivered"
        assert {arrival.body for arrival in sink.of(uuid)} == {event(uuid)}
        assert len(server.rows(uuid)) == 1
        assert server.stop() == 0
        if not killed:
            break
    assert windows >= 1, f"the window between commit and answer was not hit in {sent} tries"


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_a_sync_that_fails(make, error):
    """The commit's outcome is unknown: no 2xx, the process ends with one clear line, and a resend sorts it out."""
    for point in range(1, number("LUMBUNG_FAULT_POINTS", 4) + 1):
        server, acked, failed = quiet(make).start(), {}, None
        with strace(server, "-e", f"inject=fdatasync,fsync:error={error}:when={point}", trace="fdatasync,fsync"):
            for index in range(50):
                uuid = f"{error}-{point}-{index}"
                answer = try_post(server, event(uuid))
                if answer is not None and answer.status == 200:
                    acked[uuid] = answer.json()["queue_ids"][0]
                    continue
                failed = uuid
                assert answer is None or answer.status == 503, answer
                if point == 1:
                    assert answer is not None, "the request was cut off instead of told 503"
                    assert "retry-after" in answer.headers
                break
            assert failed, "no request met the failing sync"
            code = server.wait_exit(30)
        assert code not in (0, -9), code
        lines = [line for line in server.output().splitlines() if line.strip()]
        assert len(lines) == 1, lines
        assert re.search(r"sync|I/O|disk", lines[0]), lines

        server.start()
        for uuid, queue_id in acked.items():
            told = server.post(event(uuid)).json()
            assert (told["status"], told["queue_ids"]) == ("duplicate", [queue_id])
        assert server.post(event(failed)).status == 200
        server.drained()
        rows = server.rows()
        assert sorted(row[1] for row in rows) == sorted([*acked, failed])
        assert {row[4] for row in rows} == {"completed"}
        assert server.stop() == 0
        assert server.whole()


def test_no_ack_after_every_sync_fails(make):
    server = quiet(make).start()
    with strace(server, "-e", "inject=fdatasync,fsync:error=EIO:when=1+", trace="fdatasync,fsync"):
        answers = [try_post(server, event(f"none-{index}")) for index in range(5)]
        assert not [answer for answer in answers if answer is not None and answer.status == 200]
        assert server.wait_exit(30) not in (0, -9)


def test_the_sync_is_done_before_the_answer_is_written(make):
    server = quiet(make).start()
    with strace(server, "-y", "-s", "100000", trace=f"pwrite64,fdatasync,{WRITES}") as out:
        assert server.post(event("ordered-proof")).status == 200
        eventually(lambda: "HTTP/1.1 200" in out.read_text(errors="replace"), "the answer is in the trace", 10)
    lines = out.read_text(errors="replace").splitlines()
    answered = next(index for index, line in enumerate(lines) if "HTTP/1.1 200" in line)
    written = next(index for index, line in enumerate(lines) if "pwrite64" in line and "-wal>" in line and "ordered-proof" in line)
    begun, done = sync_of(lines, written)
    assert written < begun <= done < answered, "\n".join(line[:160] for line in lines)


def sync_of(lines, after):
    """The lines on which the first sync of the log after a line begins, and returns 0."""
    for begun in range(after, len(lines)):
        if "fdatasync(" in lines[begun] and "-wal>" in lines[begun]:
            if re.search(r"\) += 0$", lines[begun]):
                return begun, begun
            thread = lines[begun].split()[0]
            for done in range(begun + 1, len(lines)):
                if lines[done].startswith(thread + " ") and re.search(r"<\.\.\. fdatasync resumed>.*\) += 0$", lines[done]):
                    return begun, done
    raise AssertionError("no finished sync of the log in the trace:\n" + "\n".join(line[:160] for line in lines))


def test_a_kill_at_every_write_of_the_database(make):
    """Crash points of one event's whole way: each write and sync to the database's files, one after the other."""
    calls = "pwrite64,fdatasync,fsync,ftruncate"
    for point in range(1, number("LUMBUNG_FAULT_POINTS", 8) + 1):
        server, uuid = quiet(make).start(), f"point-{point}"
        with strace(server, "-e", f"inject={calls}:signal=KILL:when={point}", trace=calls):
            answer = try_post(server, event(uuid))
            killed = answer is None or server.process.poll() is not None
            if not killed:
                eventually(lambda: server.process.poll() is not None or finished(server, uuid), "killed or completed", 15)
        server.end()
        server.start()
        if answer is not None:
            assert answer.status == 200
            assert len(server.rows(uuid)) == 1, "acked and lost"
        assert server.post(event(uuid)).status == 200
        server.completed(uuid)
        assert len(server.rows(uuid)) == 1
        assert server.stop() == 0
        assert server.whole()


def finished(server, uuid):
    rows = server.rows(uuid)
    return rows and rows[0][4] == "completed"
