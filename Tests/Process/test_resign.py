"""A sender's proof made anew for a destination, checked by the senders' own packages where there are any."""

import base64
import hashlib
import hmac
import json
import sys
import time
from urllib.parse import parse_qsl

import pytest

import vendor_signatures as vendors
from harness import ROOT, eventually
from test_operations import as_json, told
from test_reload import reload
from test_signatures import is_genuine, key

sys.path.append(str(ROOT / ".build-python"))

JSON, FORM = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}
SECRET, OTHER = "whsec_canary_of_stripe", "whsec_canary_of_the_app"
STRIPE = b'{"id":"evt_1", "object":"event","type":"charge.succeeded","memo":"\xc3\xa9 \\u2028 1.0e0"}'
# What Stripe's preset checks, with a day in place of five minutes.
PATIENT = ('verify: {scheme: hmac, header: Stripe-Signature, field: v1, timestamp: "field:t", '
           'signed: "{timestamp}.{body}", tolerance: 1d}')


def package(name):
    return pytest.importorskip(name, reason=f"the package {name} is not there: run scripts/setup")


def config(sink, sources, resign, more=""):
    return f"sources:\n{sources}" + sink.config(more=f"    resign: {resign}\n{more}")


def received(server, sink, preset, secret, headers, body, age=0, source=None):
    """What arrives of a request that its sender signed so many seconds ago."""
    source, known = source or preset, len(sink.snapshot())
    url = f"https://hooks.example.com/webhook/{source}"
    headers, body, called = vendors.sign(preset, secret, headers, body, url, time.time() - age)
    query = called[len(url):]
    answer = server.post(body, source=source + query, headers=headers)
    assert answer.status == 200, answer.body
    eventually(lambda: len(sink.snapshot()) > known, "the event has arrived")
    return sink.snapshot()[-1], headers


def of_stripe(arrival, secret=SECRET):
    """The event as Stripe's package reads it, signed within the last seconds; raises otherwise."""
    stripe = package("stripe")
    return stripe.Webhook.construct_event(arrival.body, arrival.headers["stripe-signature"], secret, tolerance=5)


def time_of(arrival):
    return int(arrival.headers["stripe-signature"].split(",")[0].removeprefix("t="))


def is_stripe(arrival, secret=SECRET):
    stripe = package("stripe")
    try:
        return of_stripe(arrival, secret)["id"] == "evt_1"
    except stripe.SignatureVerificationError:
        return False


def test_an_event_of_hours_ago_is_signed_at_its_delivery_and_anew_at_its_replay(make, sink):
    server = make(config=config(sink, f"  stripe: {{secret: {SECRET}, {PATIENT}}}\n", "stripe")).start()
    first, sent = received(server, sink, "stripe", SECRET, JSON, STRIPE, age=6 * 3600)
    with pytest.raises(package("stripe").SignatureVerificationError):
        package("stripe").Webhook.construct_event(STRIPE, sent["Stripe-Signature"], SECRET)
    assert first.body == STRIPE and is_stripe(first) and not is_stripe(first, OTHER)
    eventually(lambda: time.time() >= time_of(first) + 2, "two seconds later")
    told(server, "events", "replay", "1")
    eventually(lambda: len(sink.snapshot()) == 2, "the replay has arrived")
    second = sink.snapshot()[1]
    assert second.body == STRIPE and is_stripe(second) and time_of(second) > time_of(first)


def test_every_attempt_is_signed_with_its_own_time(make, sink):
    sink.reply = lambda arrival: 200 if arrival.headers["lumbung-attempt"] == "2" else 500
    retry = "    retry: {attempts: 3, first: 3s, longest: 3s}\n"
    server = make(config=config(sink, f"  stripe: {{secret: {SECRET}}}\n", "stripe", retry)).start()
    received(server, sink, "stripe", SECRET, JSON, STRIPE)
    eventually(lambda: len(sink.snapshot()) == 2, "two attempts")
    for arrival in sink.snapshot():
        assert is_stripe(arrival) and time_of(arrival) == int(arrival.headers["webhook-timestamp"])


def test_two_accounts_and_the_app_each_have_a_secret(make, sink):
    sources = f"  one: {{preset: stripe, secret: {SECRET}1}}\n  two: {{preset: stripe, secret: {SECRET}2}}\n"
    resign = f"{{preset: stripe, secret: {OTHER}}}\n    secret: {key('d')}"
    server = make(config=config(sink, sources, resign)).start()
    for number, source in enumerate(["one", "two"], 1):
        arrival, _ = received(server, sink, "stripe", f"{SECRET}{number}", JSON, STRIPE, source=source)
        assert is_stripe(arrival, OTHER) and not is_stripe(arrival, f"{SECRET}{number}")
        # The destination's own signature stands beside it.
        assert is_genuine(arrival, key("d"))


def test_a_reload_takes_a_new_secret(make, sink, tmp_path):
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    text = config(sink, f"  stripe: {{secret: {SECRET}}}\n", f"{{preset: stripe, secret_file: {file}}}")
    server = make(config=text).start()
    assert is_stripe(received(server, sink, "stripe", SECRET, JSON, STRIPE)[0])
    file.write_text(OTHER + "\n")
    reload(server)
    told(server, "events", "replay", "1")
    eventually(lambda: len(sink.snapshot()) == 2, "the replay has arrived")
    assert is_stripe(sink.snapshot()[1], OTHER) and not is_stripe(sink.snapshot()[1])


def test_slack_by_its_package(make, sink):
    verifier = package("slack_sdk.signature").SignatureVerifier("slack-canary")
    server = make(config=config(sink, "  slack: {secret: slack-canary}\n", "slack")).start()
    for headers, body in [
        (JSON, b'{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}'),
        (FORM, b"payload=%7B%22trigger_id%22%3A%221%22%7D"),
    ]:
        arrival, sent = received(server, sink, "slack", "slack-canary", headers, body, age=250)
        assert verifier.is_valid_request(arrival.body, arrival.headers)
        assert arrival.headers["x-slack-request-timestamp"] > sent["X-Slack-Request-Timestamp"]
        assert not verifier.is_valid_request(arrival.body + b" ", arrival.headers)


def test_twilio_by_its_package_with_the_url_of_the_destination(make, sink):
    validator = package("twilio.request_validator").RequestValidator("twilio-canary")
    source = "  twilio: {secret: twilio-canary, public_url: https://hooks.example.com/webhook/twilio}\n"
    server = make(config=config(sink, source, "twilio")).start()
    body = "MessageSid=SM1&MessageStatus=sent&Body=%C3%A9+%F0%9F%8C%BE+%26+%3D&From=%2B62".encode()
    arrival, sent = received(server, sink, "twilio", "twilio-canary", FORM, body)
    fields = dict(parse_qsl(arrival.body.decode()))
    signature = arrival.headers["x-twilio-signature"]
    assert arrival.body == body and validator.validate(sink.url, fields, signature)
    assert signature != sent["X-Twilio-Signature"]
    assert not validator.validate("https://hooks.example.com/webhook/twilio", fields, signature)
    arrival, _ = received(server, sink, "twilio", "twilio-canary", JSON, b'{"a": 1}')
    assert arrival.path.endswith("/hook?bodySHA256=" + hashlib.sha256(b'{"a": 1}').hexdigest())
    called = sink.url + arrival.path.removeprefix("/hook")
    assert validator.validate(called, arrival.body.decode(), arrival.headers["x-twilio-signature"])


def test_standard_webhooks_by_its_package(make, sink):
    server = make(config=config(sink, f"  standard-webhooks: {{secret: {key('s')}}}\n", "standard-webhooks")).start()
    arrival, _ = received(server, sink, "standard-webhooks", key("s"), JSON, b'{"type":"invoice.paid"}', age=250)
    assert is_genuine(arrival, key("s")) and not is_genuine(arrival, key("t"))
    assert abs(time.time() - int(arrival.headers["webhook-timestamp"])) < 10


def test_github_and_shopify_keep_what_their_libraries_read(make, sink):
    sources = "  github: {secret: github-canary}\n  shopify: {secret: shopify-canary}\n"
    github = {**JSON, "X-GitHub-Event": "push", "X-GitHub-Delivery": "d-1", "X-GitHub-Hook-ID": "7", "Cookie": "c=1",
              "X-Other": "1", "X-Hub-Signature": "sha1=old", "X-Forwarded-For": "192.0.2.1"}
    server = make(config=config(sink, sources, "{preset: github, secret: canary-of-the-app}")).start()
    arrival, _ = received(server, sink, "github", "github-canary", github, b'{"ref":"refs/heads/main"}')
    code = hmac.new(b"canary-of-the-app", arrival.body, hashlib.sha256).hexdigest()
    assert arrival.headers["x-hub-signature-256"] == "sha256=" + code
    names = ["x-github-event", "x-github-delivery", "x-github-hook-id"]
    assert [arrival.headers[name] for name in names] == ["push", "d-1", "7"]
    assert not {"cookie", "x-other", "x-hub-signature", "x-forwarded-for"} & set(arrival.headers)

    more = "    headers: {X-Shopify-Shop-Domain: mine.example}\n"
    reload(server, config(sink, sources, "shopify", more))
    shopify = {**JSON, "X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": "toko.myshopify.com",
               "X-Shopify-Event-Id": "e-1", "X-Shopify-API-Version": "2026-10"}
    arrival, _ = received(server, sink, "shopify", "shopify-canary", shopify, b'{"id":1}')
    code = base64.b64encode(hmac.new(b"shopify-canary", arrival.body, hashlib.sha256).digest()).decode()
    assert arrival.headers["x-shopify-hmac-sha256"] == code
    assert (arrival.headers["x-shopify-topic"], arrival.headers["x-shopify-api-version"]) == ("orders/create", "2026-10")
    assert arrival.headers["x-shopify-shop-domain"] == "mine.example"


def test_a_split_event_is_signed_as_it_is_delivered(make, sink):
    source = "  hubspot: {secret: canary, public_url: https://hooks.example.com/webhook/hubspot}\n"
    server = make(config=config(sink, source, "hubspot")).start()
    events = [{"eventId": number, "subscriptionType": "contact.creation"} for number in (1, 2)]
    received(server, sink, "hubspot", "canary", JSON, json.dumps(events).encode())
    eventually(lambda: len(sink.snapshot()) == 2, "both events")
    for arrival in sink.snapshot():
        stamp = arrival.headers["x-hubspot-request-timestamp"]
        text = b"POST" + sink.url.encode() + arrival.body + stamp.encode()
        code = base64.b64encode(hmac.new(b"canary", text, hashlib.sha256).digest()).decode()
        assert arrival.headers["x-hubspot-signature-v3"] == code
    assert sorted(json.loads(arrival.body)["eventId"] for arrival in sink.snapshot()) == [1, 2]


def test_binary_cloudevents_keep_their_attributes(make, sink):
    server = make(config=config(sink, "  cloudevents: {secret: ce-canary}\n", "cloudevents")).start()
    headers = {**JSON, "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/toko", "ce-type": "sale", "ce-partitionkey": "k",
               "Authorization": "Bearer ce-canary"}
    assert server.post(b'{"a":1}', source="cloudevents", headers=headers).status == 202
    eventually(lambda: len(sink.snapshot()) == 1, "the event has arrived")
    arrival = sink.snapshot()[0]
    assert {name: arrival.headers[name] for name in arrival.headers if name.startswith("ce-")} == {
        "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/toko", "ce-type": "sale", "ce-partitionkey": "k"}
    assert arrival.headers["authorization"] == "Bearer ce-canary"


def test_what_another_source_received_is_not_signed(make, sink):
    sources = f"  stripe: {{secret: {SECRET}}}\n  open: {{preset: custom, verify: {{scheme: none}}}}\n"
    server = make(config=config(sink, sources, "stripe")).start()
    assert server.post(STRIPE, source="open", headers={"Stripe-Signature": "t=1,v1=00"}).status == 200
    eventually(lambda: len(sink.snapshot()) == 1, "the event has arrived")
    assert "stripe-signature" not in sink.snapshot()[0].headers


@pytest.mark.parametrize("before", ["verify: {scheme: none}", "verify: {scheme: token, bearer: true}, secret: canary"])
def test_what_came_while_its_source_checked_in_another_way_is_never_signed(make, sink, before):
    server = make(config=f"sources:\n  stripe: {{{before}}}\n" + sink.config(more="    paused: true\n")).start()
    forged = {**JSON, "Authorization": "Bearer canary", "Stripe-Signature": "t=1,v1=00"}
    assert server.post(STRIPE, source="stripe", headers=forged).status == 200
    reload(server, config(sink, f"  stripe: {{secret: {SECRET}}}\n", "stripe"))
    eventually(lambda: len(sink.snapshot()) == 1, "the pending one has arrived")
    told(server, "events", "replay", "1")
    eventually(lambda: len(sink.snapshot()) == 2, "the replay has arrived")
    for arrival in sink.snapshot():
        assert arrival.body == STRIPE and "stripe-signature" not in arrival.headers
    arrival, _ = received(server, sink, "stripe", SECRET, JSON, STRIPE.replace(b"evt_1", b"evt_2"))
    assert of_stripe(arrival)["id"] == "evt_2"
    listed = as_json(server, "events", "list")["events"]
    assert [event["proven_as"] for event in listed] == ["stripe", None]
    shown = server.run("events", "show", "2").stdout.decode().splitlines()
    assert any(line.split() == ["proven", "as", "stripe"] for line in shown), shown


def test_what_was_proven_when_it_came_stays_so(make, sink):
    server = make(config=config(sink, f"  stripe: {{secret: {SECRET}}}\n", "stripe")).start()
    received(server, sink, "stripe", SECRET, JSON, STRIPE)
    reload(server, config(sink, f"  stripe: {{secret: {OTHER}}}\n", f"{{preset: stripe, secret: {SECRET}}}"))
    told(server, "events", "replay", "1")
    eventually(lambda: len(sink.snapshot()) == 2, "the replay has arrived")
    assert is_stripe(sink.snapshot()[1])


def test_what_is_released_from_quarantine_is_proven_by_what_is_checked_then(make, sink):
    quarantine = "on_failed_check: quarantine"
    server = make(config=config(sink, f"  stripe: {{secret: {OTHER}, {quarantine}}}\n", "stripe")).start()
    for number in (b"evt_1", b"evt_2"):
        body = STRIPE.replace(b"evt_1", number)
        headers, _, _ = vendors.sign("stripe", SECRET, JSON, body, "http://h/webhook/stripe", time.time())
        assert server.post(body, source="stripe", headers=headers).status == 401
    reload(server, config(sink, f"  stripe: {{secret: {SECRET}, {quarantine}}}\n", "stripe"))
    told(server, "quarantine", "reverify", "1")
    eventually(lambda: len(sink.snapshot()) == 1, "the first has arrived")
    assert is_stripe(sink.snapshot()[0])
    reload(server, "sources:\n  stripe: {verify: {scheme: none}}\n" + sink.config())
    assert "checks nothing" in told(server, "quarantine", "reverify", "2", code=1)
    assert server.query("SELECT proven_as FROM webhook_queue ORDER BY id") == [("stripe",)]


@pytest.mark.parametrize("preset", ["doku", "twilio", "github"])
def test_an_operators_test_has_what_the_sender_would_send(make, sink, preset):
    source = f"  {preset}: {{secret: canary-of-the-sender, public_url: https://hooks.example.com/webhook/{preset}}}\n"
    server = make(config=config(sink, source, preset)).start()
    told(server, "destinations", "test", "sink")
    assert sink.snapshot()[0].headers["lumbung-queue-id"] == "0"


def test_an_operators_test_is_signed(make, sink):
    server = make(config=config(sink, f"  stripe: {{secret: {SECRET}}}\n", "stripe")).start()
    told(server, "destinations", "test", "sink")
    assert of_stripe(sink.snapshot()[0])["type"] == "LUMBUNG_TEST"


def test_what_cannot_be_signed_anew_is_refused_with_its_place(make, sink):
    for name, why in [("discord", b"private key"), ("midtrans", b"body"), ("accurate", b"prove nothing")]:
        server = make(config=config(sink, f"  {name}: {{verify: {{scheme: none}}}}\n", name))
        done = server.run("config", "check")
        assert done.returncode == 78 and b"test.yaml:7:13: `resign`: " in done.stdout and why in done.stdout, done.stdout


def test_the_secret_is_shown_nowhere(make, sink):
    sources = f"  stripe: {{secret: {SECRET}}}\n"
    server = make(config=config(sink, sources, f"{{preset: stripe, secret: {OTHER}}}"), LOG_LEVEL="trace").start()
    sink.reply = lambda arrival: 200 if arrival.headers["lumbung-attempt"] == "2" else 500
    received(server, sink, "stripe", SECRET, JSON, STRIPE)
    for arguments in (["config", "print"], ["config", "print", "--json"]):
        done = server.run(*arguments)
        assert done.returncode == 0 and b"stripe" in done.stdout and b"canary" not in done.stdout + done.stderr
    server.stop()
    assert "canary" not in server.output()
    assert not server.tables_holding("canary")
