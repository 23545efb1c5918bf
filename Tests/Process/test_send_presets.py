"""`lumbung send` against a source of every preset."""

import pytest

from test_presets import NAMES, server  # noqa: F401, a fixture


@pytest.mark.parametrize("preset", [name for name in NAMES if name not in ("discord", "sendgrid")])
def test_send_makes_requests_that_are_taken_each_as_a_new_event(server, preset):
    before = server.query("SELECT count(*) FROM webhook_queue WHERE source = ?", preset)[0][0]
    done = server.run("send", preset, "--count", "2")
    assert done.returncode == 0, done.stderr.decode()
    after = server.query("SELECT count(*) FROM webhook_queue WHERE source = ?", preset)[0][0]
    assert after == before + 2, done.stdout.decode()


@pytest.mark.parametrize("preset", ["discord", "sendgrid"])
def test_send_says_that_only_the_sender_can_sign(server, preset):
    done = server.run("send", preset)
    assert done.returncode == 1 and b"private key" in done.stderr
