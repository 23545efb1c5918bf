"""The command line: help, versions, exit codes, and `send`."""

import subprocess

import pytest

from harness import BINARY, free_port
from wire import event

LEVELS = [
    [], ["serve"], ["send"], ["config"], ["config", "check"], ["config", "print"], ["db"], ["db", "migrate"], ["db", "check"],
    ["db", "backup"], ["db", "prune"], ["events"], ["events", "list"], ["events", "show"], ["events", "replay"],
    ["events", "cancel"], ["destinations"], ["destinations", "list"], ["destinations", "pause"], ["destinations", "resume"],
    ["destinations", "test"],
]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: " ".join(level) or "top")
def test_help_on_every_level(make, level):
    done = make().run(*level, "--help")
    assert done.returncode == 0, done
    assert b"USAGE" in done.stdout.upper() and done.stderr == b""
    if level:
        assert level[-1].encode() in done.stdout


def test_version(make):
    done = make().run("--version")
    assert done.returncode == 0
    assert any(letter.isdigit() for letter in done.stdout.decode())


@pytest.mark.parametrize("arguments", [
    ["nosuch"], ["serve", "--nosuch"], ["db"], ["db", "nosuch"], ["db", "backup"], ["send"], ["config", "check", "a", "b"],
], ids=" ".join)
def test_usage_errors(make, arguments):
    done = make().run(*arguments)
    if arguments == ["db"] and done.returncode == 0:
        assert b"USAGE" in done.stdout.upper()
        return
    assert done.returncode == 64, done
    assert done.stderr.strip() and done.stdout == b""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(make, shell):
    done = make().run("--generate-completion-script", shell)
    assert done.returncode == 0 and b"lumbung" in done.stdout


def test_lumbung_alone_serves(make):
    for arguments in ((), ("serve",)):
        assert make().start(*arguments).post(event("served")).status == 200


class TestSend:
    def test_a_sample(self, server):
        done = server.run("send", "accurate")
        assert done.returncode == 0, done
        assert b"queued" in done.stdout
        assert server.count() == 1
        server.drained()

    def test_another_sample_is_another_event(self, server):
        for _ in range(2):
            assert server.run("send", "accurate").returncode == 0
        assert server.count() == 2

    def test_many(self, server):
        assert server.run("send", "accurate", "--count", "25").returncode == 0
        assert server.count() == 25

    def test_a_file(self, server):
        (server.folder / "payload.json").write_bytes(event("from-file"))
        done = server.run("send", "accurate", "--file", "payload.json")
        assert done.returncode == 0, done
        assert server.rows("from-file")[0][3] == event("from-file")

    def test_standard_input(self, server):
        done = server.run("send", "accurate", "--file", "-", input=event("from-stdin"))
        assert done.returncode == 0, done
        assert server.rows("from-stdin")[0][3] == event("from-stdin")

    def test_a_url(self, make, server):
        other = make()
        done = other.run("send", "accurate", "--url", f"http://127.0.0.1:{server.port}/webhook/accurate")
        assert done.returncode == 0, done
        assert server.count() == 1

    def test_a_refusal_is_a_failure(self, server):
        (server.folder / "bad.json").write_text("{bad")
        done = server.run("send", "accurate", "--file", "bad.json")
        assert done.returncode == 1, done
        assert b"400" in done.stdout + done.stderr

    def test_an_unknown_source_is_a_failure(self, server):
        assert server.run("send", "nosuch").returncode in (1, 78)

    def test_nobody_listens(self, make):
        server = make()
        server.port = free_port()
        done = server.run("send", "accurate")
        assert done.returncode == 69, done
        assert str(server.port).encode() in done.stderr

    def test_a_missing_file(self, server):
        done = server.run("send", "accurate", "--file", "nowhere.json")
        assert done.returncode in (1, 64) and b"nowhere.json" in done.stderr


def test_an_answer_that_cannot_be_written_is_no_crash(make):
    server = make()
    for arguments, settings, code in (
        (["config", "print"], {}, 1),
        (["config", "check"], {"PORT": "abc"}, 78),
    ):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [BINARY, *arguments], stdout=full, stderr=subprocess.PIPE, env={**server.environment, **settings}, timeout=30)
        assert done.returncode == code, done.stderr
