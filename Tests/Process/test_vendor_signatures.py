"""The signing code of these tests against published vectors, a second computation, and the senders' own packages."""

import base64
import importlib
import json
import sys
import time
import types
from datetime import datetime, timezone

import pytest

import curves
import vendor_signatures as vendors
from harness import ROOT

sys.path.append(str(ROOT / ".build-python"))

SLACK_FORM = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks"
    b".slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    b".803a0bc887a14d10d2c447fce8b6703c")
TWILIO_FORM = b"Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MESSAGE = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek"}
SVIX_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_BODY = b'{"test": 2432232314}'

# Preset, secret, headers, body, URL, time; the header and what it has to be.
VECTORS = [
    # Published by the senders.
    ("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", MESSAGE, MESSAGE_BODY, "", 1614265330,
     "webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ("standard-webhooks", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", MESSAGE, MESSAGE_BODY, "", 1614265330,
     "webhook-signature",
     "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="),
    ("github", "It's a Secret to Everybody", {}, b"Hello, World!", "", 0, "X-Hub-Signature-256",
     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
    ("slack", "8f742231b10e8888abcd99yyyzzz85a5", FORM, SLACK_FORM, "", 1531420618, "X-Slack-Signature",
     "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
    ("twilio", "12345", FORM, TWILIO_FORM, "https://mycompany.com/myapp.php?foo=1&bar=2", 0, "X-Twilio-Signature",
     "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    # Computed by a second implementation.
    ("stripe", "whsec_test_secret", {}, b'{"id":"evt_1","object":"event"}', "", 1700000000, "Stripe-Signature",
     "t=1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd"),
    ("shopify", "shpss_test", {}, b'{"id":1}', "", 0, "X-Shopify-Hmac-SHA256",
     "1GxccvotnkOedTjSm8S0m/VA3yAUKshyqT52ccNYHj4="),
    ("square", "sq_key", {}, b'{"event_id":"e1"}', "https://example.com/in/square", 0,
     "x-square-hmacsha256-signature", "FQ9GMxPCvb5lniN8jchGf9PT43Pk14OnBMlbvDfRIaQ="),
    ("paddle", "pdl_ntfset_test", {}, b'{"event_id":"evt_1"}', "", 1700000000, "Paddle-Signature",
     "ts=1700000000;h1=1552ce28fbf2200f18473c51f0acc53f0ecc74c11bd9e4eeaf3c3ac977ddea71"),
    ("midtrans-payout", "IRIS-merchant-test", {}, b'{"reference_no":"r1"}', "", 0, "Iris-Signature",
     "c5ee21523bd9933d6e02f5a1310e9563ffee8b7801f5218b644758db0ac093311c80f02a23e64461fa3ed49d5ca60c208fcd755cf3074e90a"
     "61a7380449a0a97"),
    ("zoom", "zoomsecret", {}, b'{"event":"meeting.started"}', "", 1700000000, "x-zm-signature",
     "v0=37fabdea8e4d1e7734f676bedeb9a0c18dee9af13e5cf9b95606a452c0b52749"),
    ("dropbox", "dbxsecret", {}, b'{"list_folder":{"accounts":["a"]}}', "", 0, "X-Dropbox-Signature",
     "f347cbc3fc5ecb0997ba533e828ccc015b0fa07cb6398bd27912d3d999a27a4e"),
]


@pytest.mark.parametrize("preset,secret,headers,body,url,now,name,expected", VECTORS, ids=[row[0] for row in VECTORS])
def test_vectors(preset, secret, headers, body, url, now, name, expected):
    signed, sent, _ = vendors.sign(preset, secret, headers, body, url, now)
    assert (signed[name], sent) == (expected, body)


def test_vectors_of_signatures_in_the_body():
    body = b'{"order_id":"order-1","status_code":"200","gross_amount":"10000.00","signature_key":""}'
    _, signed, _ = vendors.sign("midtrans", "SB-Mid-server-test", {}, body, "", 0)
    assert json.loads(signed)["signature_key"] == (
        "013e054d7cefbc04423ec8cf7705a9827684a8d17efaccb992ee11d672bb969ca54ed965d95bef71978a9b4b1007de82b669f82dca86"
        "436b424d6386439c1e62")


def test_vectors_of_answers():
    assert vendors.zoom_answer("zoomsecret", "qgg8vlvZRS6UYooatFL8Aw") == (
        "83b2a60d4bbe49dc93763ed9e727a9a7690cbe4c1f8bb0adc0ffccd09ecb1384")
    key, token = "z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu", "9b4507b3-9040-4669-9ca3-6b94edb50553"
    assert vendors.x_answer(key, token) == "sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="


def test_vectors_of_the_curves():
    """RFC 8032, 7.1, tests 1 and 2; RFC 6979, A.2.5."""
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    assert curves.ed25519_public(seed).hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert curves.ed25519_sign(seed, b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    for public, seed in vendors.ED25519_SEEDS.items():
        written = base64.b64decode(public[5:]) if public.startswith("whpk_") else bytes.fromhex(public)
        assert curves.ed25519_public(seed) == written
    assert curves.p256_numbers(vendors.P256_KEY, b"sample") == (
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8)


# The senders' own packages


def package(name):
    return pytest.importorskip(name, reason=f"the package {name} is not there: run scripts/setup")


@pytest.mark.parametrize("body", [b'{"type":"a"}', '{"memo":"é 🌾 \\u2028"}'.encode()])
def test_standard_webhooks_by_its_package(body):
    webhooks = package("standardwebhooks")
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers, _, _ = vendors.sign("standard-webhooks", secret, {}, body, "", time.time())
    assert webhooks.Webhook(secret).verify(body, headers) == json.loads(body)
    with pytest.raises(webhooks.WebhookVerificationError):
        webhooks.Webhook(secret).verify(body + b" ", headers)


@pytest.fixture
def svix(monkeypatch):
    """The signing module of Svix alone: the package itself imports the client of its API, with a dozen more packages."""
    folder = ROOT / ".build-python/svix"
    if not folder.is_dir():
        pytest.skip("the package svix is not there: run scripts/setup")
    parent = types.ModuleType("svix")
    parent.__path__ = [str(folder)]
    monkeypatch.setitem(sys.modules, "svix", parent)
    monkeypatch.delitem(sys.modules, "svix.webhooks", raising=False)
    return importlib.import_module("svix.webhooks")


@pytest.mark.parametrize("prefix", ["svix-", "webhook-"])
def test_svix_takes_what_we_sign(svix, prefix):
    body = '{"memo":"é 🌾"}'.encode()
    headers, _, _ = vendors.standard_webhooks(SVIX_SECRET, {}, body, "", time.time(), prefix)
    assert svix.Webhook(SVIX_SECRET).verify(body, headers) == json.loads(body)
    with pytest.raises(svix.WebhookVerificationError):
        svix.Webhook(SVIX_SECRET).verify(body + b" ", headers)


@pytest.fixture
def svix_server(make, sink):
    source = f"  svix:\n    preset: standard-webhooks\n    secret: {SVIX_SECRET}\n    split: \"\"\n"
    return make(config=f"sources:\n{source}" + sink.config()).start()


@pytest.mark.parametrize("prefix", ["svix-", "webhook-"])
def test_what_svix_signs_is_taken(svix, svix_server, prefix):
    body, now = '{"type":"user.created","memo":"é 🌾"}', datetime.now(timezone.utc)
    signature = svix.Webhook(SVIX_SECRET).sign("msg_1", now, body)
    headers = {f"{prefix}id": "msg_1", f"{prefix}timestamp": str(int(now.timestamp())), f"{prefix}signature": signature}
    answer = svix_server.post(body.encode(), source="svix", headers=headers)
    assert (answer.status, answer.json()["events"][0]["uuid"]) == (200, "msg_1"), answer
    for name, value in [("signature", svix.Webhook(SVIX_SECRET).sign("msg_2", now, body)), ("id", "msg_2")]:
        forged = svix_server.post(body.encode(), source="svix", headers={**headers, prefix + name: value})
        assert forged.status == 401, forged
    other = svix.Webhook("whsec_" + base64.b64encode(b"x" * 24).decode()).sign("msg_1", now, body)
    both = {**headers, f"{prefix}signature": f"{other} {signature}"}
    assert svix_server.post(body.encode(), source="svix", headers=both).json()["status"] == "duplicate"


def test_svix_takes_what_send_signs(svix, svix_server, sink):
    url = f"http://127.0.0.1:{sink.port}/webhook/svix"
    done = svix_server.run("send", "svix", "--url", url)
    assert done.returncode == 0, done.stderr.decode()
    (arrival,) = sink.snapshot()
    assert svix.Webhook(SVIX_SECRET).verify(arrival.body, arrival.headers) == json.loads(arrival.body)


def test_slack_by_its_package():
    verifier = package("slack_sdk.signature").SignatureVerifier("slack-secret")
    headers, _, _ = vendors.sign("slack", "slack-secret", FORM, SLACK_FORM, "", time.time())
    stamp, signature = headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
    assert verifier.is_valid(SLACK_FORM, stamp, signature)
    assert not verifier.is_valid(SLACK_FORM + b"&", stamp, signature)


def test_twilio_by_its_package():
    validator = package("twilio.request_validator").RequestValidator("12345")
    url = "https://example.com/webhook/twilio?a=1"
    fields = {"CallSid": "CA1", "To": "+62", "Body": "é 🌾 & =", "Empty": "", "a": "lower", "B": "upper"}
    body = "CallSid=CA1&To=%2B62&Body=%C3%A9+%F0%9F%8C%BE+%26+%3D&Empty=&a=lower&B=upper".encode()
    headers, _, _ = vendors.sign("twilio", "12345", FORM, body, url, 0)
    assert validator.validate(url, fields, headers["X-Twilio-Signature"])
    headers, body, signed_url = vendors.sign(
        "twilio", "12345", {"Content-Type": "application/json"}, b'{"a":1}', url, 0)
    assert validator.validate(signed_url, body.decode(), headers["X-Twilio-Signature"])
    assert not validator.validate(signed_url, "{}", headers["X-Twilio-Signature"])


def test_stripe_by_its_package():
    stripe = package("stripe")
    body = '{"id":"evt_1","object":"event","memo":"é 🌾"}'.encode()
    headers, _, _ = vendors.sign("stripe", "whsec_example_secret", {}, body, "", time.time())
    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_example_secret")
    assert event["id"] == "evt_1"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_other")
