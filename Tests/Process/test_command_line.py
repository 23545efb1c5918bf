"""The command line: help, versions, exit codes, and `send`."""

import socket
import subprocess
import threading

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


BAD_URLS = {
    "http://127.0.0.1:65536": b"port from 1 to 65535", "http://127.0.0.1:70000/x": b"port from 1 to 65535",
    "http://127.0.0.1:99999999999999999999": b"port from 1 to 65535", "http://127.0.0.1:-1": b"port from 1 to 65535",
    "http://127.0.0.1:0": b"port from 1 to 65535", "http://127.0.0.1:": b"port from 1 to 65535", "http://[::1": b"no ]",
    "http://": b"no host", "http:///x": b"no host", "ftp://127.0.0.1": b"http:// or https://", "127.0.0.1:9001": b"http:// or https://",
}


@pytest.mark.parametrize("url", BAD_URLS)
@pytest.mark.parametrize("arguments", [["events", "list", "--admin-url"], ["send", "accurate", "--url"]], ids=" ".join)
def test_a_bad_url_is_a_usage_error_that_says_why(make, arguments, url):
    done = make().run(*arguments, url)
    assert done.returncode == 64, done
    assert BAD_URLS[url] in done.stderr and arguments[-1].encode() in done.stderr, done


REPLAYS = (b'{"replays":[{"id":1,"status":"running","filter":{},"events":9223372036854775807,"started":0,"left":0,"waiting":0,'
           b'"looked_through":9223372036854775807,"last_event":1,"created_at":"x"}]}')
DESTINATIONS = (b'{"destinations":[{"name":"","configured":true,"paused":false,"open":-9223372036854775808,"held":0,"in_flight":0,'
                b'"opens_in_ms":%d}]}')
GARBAGE = {
    "nothing": b"", "no HTTP": b"\x00\xff\x16\x03 garbage\r\n\r\n", "a cut head": b"HTTP/1.1 200 O", "status 0": b"HTTP/1.1 000 x\r\n\r\n",
    "status 99999": b"HTTP/1.1 99999 x\r\n\r\n", "a cut body": b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
    "no JSON": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff{", "an early status": b"HTTP/1.1 101 x\r\n\r\n",
    **{f"numbers {index}": b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body) for index, body in enumerate(
        [REPLAYS, DESTINATIONS % 9223372036854775807, DESTINATIONS % -9223372036854775808])},
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_a_server_that_answers_garbage_is_no_crash(make, answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for arguments in (["events", "list"], ["events", "show", "1"], ["events", "replays"], ["destinations", "list"]):
            done = make().run(*arguments, "--admin-url", base)
            assert done.returncode in (0, 1, 69), (arguments, done)
            assert b"Fatal" not in done.stderr, done
        done = make().run("send", "accurate", "--url", base)
        assert done.returncode in (0, 1, 69), done
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("arguments", [
    ["events", "list", "--from", "nonsense"], ["events", "list", "--to", "2026-11-22T21:15"], ["events", "list", "--q", ""],
    ["events", "list", "--q", "x" * 129], ["events", "list", "--source", ""], ["events", "list", "--cursor", "foo"],
    ["events", "list", "--cursor", "0"], ["events", "replay", "--all", "--rate", "5"], ["events", "replay", "--all", "--rate", "0/s"],
    ["events", "replay", "--from", "nonsense"], ["events", "replay", "--q", ""],
], ids=lambda arguments: " ".join(arguments)[:40])
def test_an_argument_that_no_server_takes_is_a_usage_error(make, arguments):
    # Nobody listens: the answer must not need a server.
    done = make().run(*arguments, ADMIN_PORT=str(free_port()))
    assert done.returncode == 64, done
    flag = next(argument for argument in reversed(arguments) if argument.startswith("--"))
    assert flag.lstrip("-").encode() in done.stderr, done
