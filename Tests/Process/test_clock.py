"""The wall clock is set while the service runs or stands still: nothing is lost, frozen, or run all at once.

Debian's libfaketime will not do: it shifts absolute monotonic timers as well (its issue 378), so nothing would wake.
"""

import ctypes
import mmap
import shutil
import subprocess
import time

import pytest

from harness import eventually
from wire import event

COMPILER = shutil.which("clang") or shutil.which("cc")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C compiler for the library that sets the wall clock")

# Stands before libc: the true wall clock and so many seconds as the file says at this moment. Timers stay true.
SHIM = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static const volatile long zero, *ahead = &zero;
__attribute__((constructor)) static void find(void) {
    ahead = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, open(getenv("CLOCK_FILE"), O_RDONLY | O_CLOEXEC), 0);
    if (ahead == MAP_FAILED) abort();
}
int clock_gettime(clockid_t id, struct timespec *now) {
    if (syscall(SYS_clock_gettime, id, now)) return -1;
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) now->tv_sec += *ahead;
    return 0;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    if (syscall(SYS_gettimeofday, now, zone)) return -1;
    now->tv_sec += *ahead;
    return 0;
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return out ? *out = now.tv_sec : now.tv_sec;
}
"""

DAY, DECADE = 86_400, 3652 * 86_400
NOTICED = "the wall clock was set; what waits was moved along"
WAITS = "SELECT event_id, due_at FROM delivery WHERE status = 'retrying' AND attempts = 1 AND due_at > ?"


class Clock:
    """The wall clock of the processes that run with `settings`, in seconds from the true one."""

    def __init__(self, folder):
        source, library, file = folder / "clock.c", folder / "clock.so", folder / "clock"
        source.write_text(SHIM)
        subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        self.settings = {"LD_PRELOAD": library, "CLOCK_FILE": file}
        file.write_bytes(bytes(ctypes.sizeof(ctypes.c_long)))
        with open(file, "r+b") as opened:
            self.ahead = ctypes.c_long.from_buffer(mmap.mmap(opened.fileno(), 0))

    def set(self, seconds):
        self.ahead.value = seconds


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


@pytest.fixture
def failing(sink):
    """A sink that takes everything but what is named `wait-…`."""
    sink.reply = lambda arrival: 500 if arrival.id.startswith("wait") else 200
    return sink


def retry(wait):
    return f"    retry: {{attempts: 100, first: {wait}, longest: {wait}}}\n"


def ids(name, count):
    return [f"{name}-{index}" for index in range(count)]


def post(server, *uuids):
    answer = server.post(b"[" + b",".join(event(uuid) for uuid in uuids) + b"]")
    assert answer.status == 200 and answer.json()["queued"] == len(uuids)


def wait_for_retry(server, *uuids):
    """Posts events that fail once and then wait."""
    before = server.count("retrying")
    post(server, *uuids)
    eventually(lambda: server.count("retrying") == before + len(uuids), "all wait for another attempt")


def waits(server, after=0.0):
    """When those are due that wait for their second attempt, by event."""
    return dict(server.query(WAITS, int(after * 1000)))


def noticed(server, times=1):
    eventually(lambda: server.output().count(NOTICED) == times, f"the log tells of {times} jumps")


def test_a_wait_keeps_its_length_however_the_clock_is_set(clock, make, failing):
    server = make(config=failing.config(more=retry("1d")), WORKER_COUNT=4, **clock.settings).start()
    for part in range(5):
        wait_for_retry(server, *ids(f"wait-{part}", 9))
        post(server, f"between-{part}")
        server.completed(f"between-{part}")
    # Waits are random; what may end before this test does says nothing.
    before = waits(server, after=time.time() + 60)
    assert len(before) > 40
    for jumps, seconds in enumerate([DAY, DECADE, 0, -DAY], start=1):
        clock.set(seconds)
        # The oldest due goes first, so whatever the jump had made due would be tried before this one.
        post(server, f"fresh-{jumps}")
        server.completed(f"fresh-{jumps}")
        noticed(server, times=jumps)
        now = waits(server)
        assert before.keys() <= now.keys(), "tried before its time"
        assert max(abs((now[id] - due) / 1000 - seconds) for id, due in before.items()) < 2, "longer or shorter now"
    tried = [int(arrival.headers["lumbung-queue-id"]) for arrival in failing.snapshot()]
    assert all(tried.count(id) == 1 for id in before)
    assert server.get("/readyz").status == 200
    assert server.stop() == 0


@pytest.mark.parametrize("seconds", [-DAY, DAY])
def test_a_short_wait_ends_by_itself_after_a_jump(clock, make, failing, seconds):
    server = make(config=failing.config(more=retry("3s")), **clock.settings).start()
    wait_for_retry(server, *ids("wait", 5))
    clock.set(seconds)
    failing.reply = lambda arrival: 200
    # Nothing is posted that would wake the dispatcher.
    server.completed(*ids("wait", 5))
    noticed(server)
    post(server, "fresh")
    server.completed("fresh")


@pytest.mark.parametrize("seconds", [-DAY, DECADE])
def test_what_runs_and_what_was_never_tried_goes_on_after_a_jump(clock, make, sink, seconds):
    server = make(config=sink.config(), WORKER_COUNT=2, **clock.settings).start()
    sink.hold()
    post(server, *ids("new", 20))
    eventually(lambda: server.count("processing") == 2, "two run, the others were never tried")
    eventually(lambda: len(sink.snapshot()) == 2, "the two have arrived")
    clock.set(seconds)
    post(server, "fresh")
    sink.release()
    server.completed(*ids("new", 20), "fresh")
    assert len(sink.snapshot()) == 21, "an attempt was repeated"
    assert {arrival.headers["lumbung-attempt"] for arrival in sink.snapshot()} == {"1"}
    noticed(server)


@pytest.mark.parametrize("seconds", [-DAY, DAY])
def test_the_clock_was_set_while_the_service_was_stopped(clock, make, failing, seconds):
    server = make(config=failing.config(more=retry("3s")), WORKER_COUNT=3, **clock.settings).start()
    post(server, "done")
    server.completed("done")
    wait_for_retry(server, *ids("wait", 5))
    failing.hold()
    post(server, *ids("new", 20))
    eventually(lambda: server.count("processing") == 3, "some run, the others wait")
    assert server.kill() == -9
    clock.set(seconds)
    failing.reply = lambda arrival: 200
    failing.release()
    server.start()
    server.completed(*ids("wait", 5), *ids("new", 20))
    assert server.post(event("done")).json()["status"] == "duplicate", "forgotten before its retention ended"
    post(server, "fresh")
    server.completed("fresh")
    days = server.query("SELECT julianday(created_at) FROM webhook_queue WHERE uuid IN ('done', 'fresh') ORDER BY id")
    assert round(days[1][0] - days[0][0]) == seconds / DAY, "the clock was not set"


def test_a_decade_ahead_removes_what_is_finished_and_nothing_open(clock, make, failing):
    server = make(config=failing.config(more=retry("1d")), **clock.settings).start()
    post(server, "done")
    server.completed("done")
    wait_for_retry(server, *ids("wait", 9))
    before = waits(server, after=time.time() + 60)
    assert before
    clock.set(DECADE)
    post(server, "fresh")
    server.completed("fresh")
    assert server.stop() == 0
    server.start()
    eventually(lambda: server.rows("done") == [], "the start prunes what is past its retention")
    assert server.post(event("fresh")).json()["status"] == "duplicate"
    post(server, "later")
    server.completed("later")
    assert before.keys() <= waits(server).keys(), "tried before its time, or removed"
    assert server.stop() == 0

    clock.set(DECADE + 2 * DAY)
    failing.reply = lambda arrival: 200
    server.start()
    server.completed(*ids("wait", 9))
    assert server.stop() == 0 and server.whole()
