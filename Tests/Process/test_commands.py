"""Programs as destinations, on the real server: what they see of it, how they are ended, and what they leave behind."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from harness import eventually
from wire import event

# Long enough that only a signal ends it.
WAIT = "while :; do sleep 1000; done"


def config(script, more=""):
    """A config file whose only destination runs a script of /bin/sh."""
    script = json.dumps(script.replace("$", "$$"))
    return f"destinations:\n  run:\n    command: [/bin/sh, -c, {script}]\n{more}"


def children(pid):
    """The processes whose parent is `pid`, zombies included, as (number, state)."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split() if entry.name.isdigit() else None
        except OSError:
            continue
        if fields and int(fields[1]) == pid:
            found.append((int(entry.name), fields[0]))
    return found


def marked(mark):
    """The processes that have a text in their environment, wherever they have gone."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def alive(pid):
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def number_in(path):
    """Waits for a process's number in a file."""
    return int(eventually(lambda: path.exists() and path.read_text().strip(), f"{path.name} is written"))


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def attempts(server):
    return server.query("SELECT outcome, status_code, detail, response FROM attempt ORDER BY lease_token")


def test_the_program_sees_nothing_of_the_server(make, tmp_path):
    script = "env -0 > env; ls -l /proc/self/fd > fds; cat > body"
    server = make(
        config=config(script, f"    directory: {tmp_path}\n    env: {{OWN: \"${{CANARY_OWN}}\"}}\n"),
        ADMIN_TOKEN="canary-admin", CANARY_OWN="canary-own", CANARY_OTHER="canary-other", LUMBUNG_QUEUE_ID="canary-queue")
    server.launch()
    eventually(lambda: server.get("/readyz").status == 200, "readyz is 200")
    body = event("seen", memo="'; touch injected; '")
    told = server.post(body).json()
    server.completed("seen")
    variables = dict(pair.split("=", 1) for pair in (tmp_path / "env").read_text().split("\0") if pair)
    expected = {
        "OWN": "canary-own", "LUMBUNG_QUEUE_ID": str(told["queue_ids"][0]), "LUMBUNG_SOURCE": "accurate",
        "LUMBUNG_TYPE": "SALES_RECEIPT", "LUMBUNG_UUID": "seen", "LUMBUNG_ATTEMPT": "1", "LUMBUNG_DESTINATION": "run",
        "LUMBUNG_RECEIVED_AT": server.query("SELECT created_at FROM webhook_queue")[0][0],
    }
    assert {name: value for name, value in variables.items() if name.startswith(("LUMBUNG_", "OWN"))} == expected
    # PWD and the like are the shell's own.
    assert set(variables) - set(expected) <= {"PATH", "HOME", "LANG", "TZ", "PWD", "SHLVL", "_", "OLDPWD"}
    assert "canary" not in "".join(value for name, value in variables.items() if name != "OWN")
    places = [line.split(" -> ")[1] for line in (tmp_path / "fds").read_text().splitlines() if " -> " in line]
    # Input, the file that stands for the output here, errors, and the folder that is being read.
    assert len(places) == 4, places
    assert not [place for place in places if "webhook.db" in place or "socket:" in place or "anon_inode" in place], places
    assert (tmp_path / "body").read_bytes() == body
    assert not (tmp_path / "injected").exists()
    assert server.stop() == 0


def test_a_program_that_asks_for_retries_gets_them_and_is_told_which_one(make):
    script = "echo to-out; echo to-err >&2; test $LUMBUNG_ATTEMPT = 4 && exit 0; test $LUMBUNG_ATTEMPT = 3 && kill -9 $$; exit 7$LUMBUNG_ATTEMPT"
    retry = "    retry: {attempts: 5, first: 20ms, longest: 50ms}\n"
    server = make(config=config(script, retry)).start()
    server.post(event("again"))
    server.completed("again")
    assert attempts(server) == [
        ("exit", 71, "exited with 71", b"to-out\nto-err\n"), ("exit", 72, "exited with 72", b"to-out\nto-err\n"),
        ("exit", None, "ended by signal 9", b"to-out\nto-err\n"), ("delivered", None, "", b"to-out\nto-err\n"),
    ]


@pytest.mark.parametrize("command, reason", [
    ("/no/such/program", "there is no program /no/such/program"), ("/", "/ is not a file"),
    ("/etc/passwd", "/etc/passwd is not executable"), ("no-such-program", 'there is no program "no-such-program" in PATH'),
])
def test_a_program_that_cannot_be_started_is_told(make, command, reason):
    server = make(config=f"destinations:\n  run:\n    command: [{command}]\n    retry: {{attempts: 1}}\n").start()
    server.post(event("unstarted"))
    server.drained()
    assert attempts(server) == [("failed", None, reason, b"")]
    assert server.rows("unstarted")[0][4] == "dead"


def test_misbehaving_programs_leave_no_process_and_no_descriptor(make, tmp_path):
    """Fifty runs: unread and closed input, floods, signals, background processes that ignore signals, timeouts."""
    kinds = {
        "0": "cat > /dev/null", "1": "exit 0", "2": "exec 0<&-; exit 0", "3": "yes | head -c 5000000; exit 3",
        "4": "kill -9 $$", "5": "(trap '' TERM HUP; " + WAIT + ") & exit 0",
        "6": "(trap '' TERM HUP; " + WAIT + ") > /dev/null & exit 75", "7": WAIT,
        "8": "exec 1>&- 2>&-; cat > /dev/null", "9": "yes >&2",
    }
    script = "case ${LUMBUNG_UUID#?} in " + " ".join(f"{kind}) {work};;" for kind, work in kinds.items()) + " esac"
    more = f"    timeout: 1s\n    retry: {{attempts: 1}}\n    env: {{MARK: \"mark-{tmp_path}\"}}\n"
    server = make(config=config(script, more), WORKER_COUNT=4, LOG_LEVEL="error")
    server.start()
    large = "x" * 200_000

    def round(letter):
        for kind in kinds:
            assert server.post(event(f"{letter}{kind}", memo=large)).status == 200
        server.drained()
        return server.count("completed"), server.count("dead")

    try:
        round("a")
        before = descriptors(server)
        for letter in "bcd":
            round(letter)
        # A program whose input is closed or unread and that ends with 0 has taken its event; the rest has failed.
        assert round("e") == (5 * 5, 5 * 5)
        eventually(lambda: children(server.process.pid) == [], "no child is left, not even as a zombie")
        eventually(lambda: marked(f"mark-{tmp_path}") == [], "nothing that a program left behind runs")
        assert descriptors(server) <= before
        assert server.get("/readyz").status == 200
    finally:
        for pid in marked(f"mark-{tmp_path}"):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("trap", ["", "trap '' TERM HUP INT;"], ids=["that ends on TERM", "that ignores TERM"])
def test_a_timeout_ends_the_whole_group_and_frees_the_worker(make, tmp_path, trap):
    script = (
        f"if [ $LUMBUNG_UUID = quick ]; then exit 0; fi; {trap} ({trap} {WAIT}) & "
        f"echo $! > {tmp_path}/child.new; mv {tmp_path}/child.new {tmp_path}/child; echo $$ > {tmp_path}/parent; {WAIT}")
    server = make(config=config(script, "    timeout: 1s\n    retry: {attempts: 1}\n"), WORKER_COUNT=1).start()
    server.post(event("endless"))
    server.drained()
    assert attempts(server)[0][:3] == ("timeout", None, "not done within 1 second")
    for name in ("child", "parent"):
        pid = number_in(tmp_path / name)
        eventually(lambda: not alive(pid), f"the {name} has ended")
    server.post(event("quick"))
    server.completed("quick")


def test_a_stop_ends_the_group_and_the_event_runs_again(make, tmp_path):
    script = (
        f"if [ $LUMBUNG_ATTEMPT = 2 ]; then exit 0; fi; trap '' TERM HUP INT; (trap '' TERM; {WAIT}) & "
        f"echo $! > {tmp_path}/child.new; mv {tmp_path}/child.new {tmp_path}/child; {WAIT}")
    server = make(config=config(script), SHUTDOWN_GRACE_SECONDS=0).start()
    server.post(event("cut"))
    child = number_in(tmp_path / "child")
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 15
    eventually(lambda: not alive(child), "the child has ended with its group")
    server.start()
    server.completed("cut")
    assert [row[0] for row in attempts(server)] == ["interrupted", "delivered"]


def test_a_daemon_is_neither_waited_for_nor_ended(make, tmp_path):
    """What left the session lives on, over the end of its program, the timeout and the stop: docs/operations.md says so."""
    daemon = f"setsid sh -c 'echo $$ > {tmp_path}/new-$LUMBUNG_UUID; mv {tmp_path}/new-$LUMBUNG_UUID {tmp_path}/$LUMBUNG_UUID; exec sleep 1000' &"
    script = (
        f"({daemon}) & while [ ! -e {tmp_path}/$LUMBUNG_UUID ]; do :; done; "
        f"if [ $LUMBUNG_UUID = endless ]; then {WAIT}; fi")
    server = make(config=config(script, "    timeout: 2s\n    retry: {attempts: 1}\n"), WORKER_COUNT=1).start()
    daemons = []
    try:
        for uuid, status in [("short", "completed"), ("endless", "dead")]:
            server.post(event(uuid))
            daemons.append(number_in(tmp_path / uuid))
            server.drained()
            assert server.rows(uuid)[0][4] == status
        assert [row[0] for row in attempts(server)] == ["delivered", "timeout"]
        assert server.stop() == 0
        assert [alive(daemon) for daemon in daemons] == [True, True]
    finally:
        for daemon in daemons:
            os.kill(daemon, signal.SIGKILL)


@pytest.mark.parametrize("mask", [0o022, 0o002])
def test_a_program_has_the_umask_of_the_server_s_files(make, mask):
    before = os.umask(mask)
    try:
        server = make(config=config("umask > mask.new && mv mask.new mask")).start()
    finally:
        os.umask(before)
    server.post(event("masked"))
    server.completed("masked")
    assert (server.folder / "mask").read_text().strip() == "0077"
