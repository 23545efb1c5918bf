"""Signatures on deliveries, checked as a receiver does: with the public package of Standard Webhooks."""

import base64
import sys

import pytest

from harness import ROOT, eventually
from test_reload import reload
from wire import event

sys.path.append(str(ROOT / ".build-python"))
webhooks = pytest.importorskip("standardwebhooks", reason="the package standardwebhooks is not there: run scripts/setup")


def key(letter):
    """A secret: 32 times the letter."""
    return "whsec_" + base64.b64encode(letter.encode() * 32).decode()


NEW, OLD, OTHER = key("n"), key("o"), key("x")


def verify(arrival, secret):
    """The parsed event when the package finds the request genuine; raises otherwise."""
    return webhooks.Webhook(secret).verify(arrival.body, arrival.headers)


def is_genuine(arrival, secret):
    try:
        verify(arrival, secret)
    except webhooks.WebhookVerificationError:
        return False
    return True


def delivered(server, sink, uuid, **more):
    server.post(event(uuid, **more))
    server.completed(uuid)
    return sink.snapshot()[-1]


def signed(sink, *secrets):
    lines = "".join(f"      - {secret}\n" for secret in secrets)
    return sink.config(more=f"    secrets:\n{lines}    retry: {{attempts: 3, first: 20ms, longest: 50ms}}\n")


@pytest.mark.parametrize("uuid", ["abc-123", "a.1", "1.1795382132.{", "toko 1%é, 🌾", "x" * 256])
def test_the_public_package_takes_what_is_signed(make, sink, uuid):
    server = make(config=sink.config(more=f"    secret: {NEW}\n")).start()
    arrival = delivered(server, sink, uuid, memo="é 🌾 \u2028 \\ \" 1.0e0", total=1.50)
    assert verify(arrival, NEW)["uuid"] == uuid
    assert not is_genuine(arrival, OTHER)
    for name, change in [("webhook-id", lambda text: text + "x"), ("webhook-timestamp", lambda text: str(int(text) + 1))]:
        forged = {**arrival.headers, name: change(arrival.headers[name])}
        with pytest.raises(webhooks.WebhookVerificationError):
            webhooks.Webhook(NEW).verify(arrival.body, forged)
    with pytest.raises(webhooks.WebhookVerificationError):
        webhooks.Webhook(NEW).verify(arrival.body.replace(b"SALES", b"XALES"), arrival.headers)


@pytest.mark.parametrize("secret", [
    base64.b64encode(b"a-key-without-a-prefix-of-32-byt").decode(), "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
], ids=["base64", "64 hexadecimal digits"])
def test_a_secret_without_its_prefix_is_read_as_the_package_reads_it(make, sink, secret):
    server = make(config=sink.config(more=f"    secret: \"{secret}\"\n")).start()
    assert verify(delivered(server, sink, "plain"), secret)["uuid"] == "plain"


def test_a_secret_is_changed_without_a_moment_at_which_a_receiver_is_wrong(make, sink):
    server = make(config=signed(sink, OLD)).start()
    before = delivered(server, sink, "before")
    assert (is_genuine(before, OLD), is_genuine(before, NEW)) == (True, False)
    reload(server, signed(sink, NEW, OLD))
    meanwhile = delivered(server, sink, "meanwhile")
    assert len(meanwhile.headers["webhook-signature"].split(" ")) == 2
    assert (is_genuine(meanwhile, OLD), is_genuine(meanwhile, NEW), is_genuine(meanwhile, OTHER)) == (True, True, False)
    reload(server, signed(sink, NEW))
    after = delivered(server, sink, "after")
    assert (is_genuine(after, OLD), is_genuine(after, NEW)) == (False, True)


def test_every_attempt_is_signed_with_its_own_time(make, sink):
    server = make(config=signed(sink, NEW, OLD)).start()
    sink.reply = lambda arrival: 200 if arrival.headers["lumbung-attempt"] == "3" else 500
    server.post(event("again"))
    server.completed("again")
    eventually(lambda: len(sink.of("again")) == 3, "three attempts")
    for arrival in sink.of("again"):
        assert verify(arrival, NEW) == verify(arrival, OLD)
    assert {arrival.headers["webhook-id"] for arrival in sink.of("again")} == {"again"}


def test_without_a_secret_nothing_is_signed(make, sink):
    server = make(config=sink.config()).start()
    arrival = delivered(server, sink, "unsigned")
    assert "webhook-signature" not in arrival.headers
    assert not is_genuine(arrival, NEW)
