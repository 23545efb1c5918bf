"""`lumbung send` against a source of every preset."""

import json

import pytest

from harness import Lumbung
from test_presets import NAMES, PUBLIC, URL_SIGNED, server  # noqa: F401, a fixture
from test_signatures import key

PRIVATE = ["discord", "sendgrid"]
ABLE = [name for name in NAMES if name not in PRIVATE]
# Those that prove themselves by a secret.
KEYED = [name for name in ABLE if name != "accurate"]


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    """One process with a source for each preset, each with another secret than its example has."""
    lines = ["destinations:", "  log: {log: true}", "sources:"]
    for name in KEYED:
        secret = key("o") if name == "standard-webhooks" else 'another "secret" \\ for ' + name
        lines += [f"  {name}:", f"    secret: {json.dumps(secret)}"]
        if name in URL_SIGNED:
            lines.append(f"    public_url: {PUBLIC}/webhook/{name}")
        if name in ("meta", "whatsapp"):
            lines.append("    verify_token: hub-example")
    server = Lumbung(tmp_path_factory.mktemp("strangers"), "\n".join(lines) + "\n")
    yield server.start()
    server.end()


def sent_twice(server, preset):
    before = server.query("SELECT count(*) FROM webhook_queue WHERE source = ?", preset)[0][0]
    done = server.run("send", preset, "--count", "2")
    assert done.returncode == 0, done.stderr.decode()
    after = server.query("SELECT count(*) FROM webhook_queue WHERE source = ?", preset)[0][0]
    assert after == before + 2, done.stdout.decode()


@pytest.mark.parametrize("preset", ABLE)
def test_send_makes_requests_that_are_taken_each_as_a_new_event(server, preset):
    sent_twice(server, preset)


@pytest.mark.parametrize("preset", KEYED)
def test_send_signs_with_the_secret_that_is_configured(strangers, preset):
    sent_twice(strangers, preset)


@pytest.mark.parametrize("preset", PRIVATE)
def test_send_says_that_only_the_sender_can_sign(server, preset):
    done = server.run("send", preset)
    assert done.returncode == 1 and b"private key" in done.stderr
