"""Every preset against requests signed by other code, genuine and forged in each way that has a name."""

import base64
import json
import re
import time
from urllib.parse import urlsplit

import pytest
import yaml

import vendor_signatures as vendors
from harness import ROOT, Lumbung
from wire import Wire

FILES = ROOT / "Sources/LumbungServer/Presets/Files"
PRESETS = {file.stem: yaml.safe_load(file.read_text()) for file in sorted(FILES.glob("*.yaml"))}
NAMES = [name for name in PRESETS if name != "custom"]
SIGNED = [name for name in NAMES if name != "accurate"]

# Where the signature or the token stands: a header, or a pattern of the body.
PLACES = {
    "asana": "X-Hook-Signature",
    "cloudevents": "Authorization",
    "discord": "X-Signature-Ed25519",
    "doku": "Signature",
    "dropbox": "X-Dropbox-Signature",
    "duitku": rb"(?<=signature=)\w*",
    "github": "X-Hub-Signature-256",
    "gitlab": "X-Gitlab-Token",
    "hubspot": "X-HubSpot-Signature-v3",
    "mailgun": rb'(?<="signature": ")\w*',
    "meta": "X-Hub-Signature-256",
    "microsoft-graph": rb'(?<="clientState":")[^"]*',
    "midtrans": rb'(?<="signature_key":")\w*',
    "midtrans-payout": "Iris-Signature",
    "paddle": "Paddle-Signature",
    "sendgrid": "X-Twilio-Email-Event-Webhook-Signature",
    "shopee": "Authorization",
    "shopify": "X-Shopify-Hmac-SHA256",
    "slack": "X-Slack-Signature",
    "square": "x-square-hmacsha256-signature",
    "standard-webhooks": "webhook-signature",
    "stripe": "Stripe-Signature",
    "tripay": "X-Callback-Signature",
    "twilio": "X-Twilio-Signature",
    "whatsapp": "X-Hub-Signature-256",
    "x": "x-twitter-webhooks-signature",
    "xendit": "X-Callback-Token",
    "zoom": "x-zm-signature",
}
TOKENS = ["cloudevents", "gitlab", "microsoft-graph", "xendit"]
BASE64 = ["doku", "hubspot", "sendgrid", "shopify", "square", "standard-webhooks", "twilio", "x"]
TIMED = [
    "discord", "doku", "hubspot", "mailgun", "paddle", "sendgrid", "slack", "standard-webhooks", "stripe", "zoom",
]
TIME_HEADERS = {
    "discord": "X-Signature-Timestamp", "doku": "Request-Timestamp", "hubspot": "X-HubSpot-Request-Timestamp",
    "sendgrid": "X-Twilio-Email-Event-Webhook-Timestamp", "slack": "X-Slack-Request-Timestamp",
    "standard-webhooks": "webhook-timestamp", "zoom": "x-zm-request-timestamp",
}
URL_SIGNED = ["doku", "hubspot", "shopee", "square", "twilio"]
PREFIXED = ["doku", "github", "meta", "slack", "whatsapp", "x", "zoom"]
# Where only a part of the body is signed: something of that part.
SIGNED_PARTS = {"duitku": b"150000", "mailgun": b"a8ce0edb", "midtrans": b"order-1"}

# Sources with another kind of secret than their preset's example: name, preset, secret.
OTHER_SECRETS = {
    "gitlab-signed": ("gitlab", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    "standard-public-key": ("standard-webhooks", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="),
}

# Where the senders believe to call.
PUBLIC = "https://hooks.example.com"
YEARS = 10 * 365 * 86_400


class Request:
    """A request whose headers may stand twice."""

    def __init__(self, preset, headers, body, url):
        self.preset, self.headers, self.body, self.url = preset, list(headers.items()), body, url

    @classmethod
    def genuine(cls, preset, port, now=None, secret=None, body=None, headers=None, source=None):
        example = PRESETS[preset]["example"]
        url = f"{PUBLIC}/webhook/{source or preset}"
        body = example["body"].encode() if body is None else body
        headers = example["headers"] if headers is None else headers
        secret = secret or example.get("secret")
        now = time.time() if now is None else now
        return cls(preset, *vendors.sign(preset, secret, headers, body, url, now))

    @property
    def signature(self):
        place = PLACES[self.preset]
        if isinstance(place, bytes):
            return re.search(place, self.body)[0].decode()
        return signature_in(self.preset, self[place])

    def __getitem__(self, name):
        return next(value for key, value in self.headers if key == name)

    def set(self, name, value):
        self.headers = [(key, value if key == name else old) for key, old in self.headers]

    def drop(self, name):
        self.headers = [(key, value) for key, value in self.headers if key != name]

    def sign_as(self, signature):
        """Puts another signature where the signature stands."""
        place = PLACES[self.preset]
        if isinstance(place, bytes):
            self.body = re.sub(place, signature.encode(), self.body, count=1)
        else:
            whole = self[place]
            self.set(place, whole[:len(whole) - len(self.signature)] + signature)

    def send(self, port):
        parts = urlsplit(self.url)
        lines = [f"POST {parts.path}{'?' + parts.query if parts.query else ''} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers] + [f"Content-Length: {len(self.body)}"]
        with Wire(port) as wire:
            return wire.send(("\r\n".join(lines) + "\r\n\r\n").encode() + self.body).answer()


def signature_in(preset, value):
    """The signature at the end of a header's value, or the token."""
    if preset in TOKENS:
        return value.removeprefix("Bearer ")
    return re.search(r"[A-Za-z0-9+/]+={0,2}$", value)[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One process with a source for each preset."""
    lines = ["destinations:", "  log: {log: true}", "sources:"]
    for name, preset in PRESETS.items():
        lines.append(f"  {name}:")
        lines.append(f"    preset: {name}")
        if name == "custom":
            lines.append("    verify: {scheme: none}")
        if secret := preset.get("example", {}).get("secret"):
            lines.append(f"    secret: {json.dumps(secret)}")
        if name in URL_SIGNED:
            lines.append(f"    public_url: {PUBLIC}/webhook/{name}")
        if "meta" in preset.get("handshake", []):
            lines.append("    verify_token: hub-example")
    for name, (preset, secret) in OTHER_SECRETS.items():
        lines += [f"  {name}:", f"    preset: {preset}", f"    secret: {json.dumps(secret)}"]
    server = Lumbung(tmp_path_factory.mktemp("presets"), "\n".join(lines) + "\n")
    yield server.start()
    server.end()


def queued(answer):
    assert 200 <= answer.status < 300, (answer.status, answer.body)
    return answer.json()["queued"]


# Genuine


@pytest.mark.parametrize("preset", NAMES)
def test_a_genuine_request_is_taken_once(server, preset):
    now = time.time()
    assert queued(Request.genuine(preset, server.port, now).send(server.port)) == 1
    again = Request.genuine(preset, server.port, now).send(server.port).json()
    is_new = PRESETS[preset]["id"] == "arrival"
    assert (again["queued"], again["duplicates"]) == ((1, 0) if is_new else (0, 1))


def test_a_source_of_its_own_takes_what_its_own_check_takes(server):
    assert queued(server.post(b'{"type":"own","n":1}', source="custom")) == 1


FORMS = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
OTHER_SHAPES = [
    pytest.param("github", {**PRESETS["github"]["example"]["headers"], **FORMS, "X-GitHub-Delivery": "form"},
                 b"payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D", 1, id="github: a form"),
    pytest.param("slack", FORMS, b"payload=%7B%22type%22%3A%22block_actions%22%2C%22trigger_id%22%3A%2213345224609.73\
%22%7D", 1, id="slack: an interaction"),
    pytest.param("twilio", JSON, b'{"event":"json"}', 1, id="twilio: JSON"),
    pytest.param("twilio", FORMS, b"CallSid=CA1&CallStatus=ringing&SequenceNumber=0&To=%2B62&Empty=", 1,
                 id="twilio: a call"),
    pytest.param("hubspot", JSON, b'[{"subscriptionId":1,"eventId":1,"objectId":1,"occurredAt":1},'
                 b'{"subscriptionId":1,"eventId":2,"objectId":1,"occurredAt":1}]', 2, id="hubspot: two"),
    pytest.param("sendgrid", JSON, b'[{"sg_event_id":"a","event":"open"},\r\n{"sg_event_id":"b","event":"click"}]\r\n',
                 2, id="sendgrid: two"),
    pytest.param("discord", JSON, b'{"id":"786008729715212338","type":2,"data":{"name":"halo"}}', 1,
                 id="discord: an interaction"),
]


@pytest.mark.parametrize("preset,headers,body,count", OTHER_SHAPES)
def test_other_shapes_are_taken(server, preset, headers, body, count):
    request = Request.genuine(preset, server.port, headers=headers, body=body)
    assert queued(request.send(server.port)) == count


@pytest.mark.parametrize("source", OTHER_SECRETS)
def test_other_kinds_of_secrets_are_taken_for_what_they_are(server, source):
    preset, secret = OTHER_SECRETS[source]
    request = Request.genuine(preset, server.port, secret=secret, source=source)
    assert queued(request.send(server.port)) == 1
    forged = Request.genuine(preset, server.port, secret=secret, source=source)
    forged.body = forged.body.replace(b"{", b"{ ", 1)
    assert forged.send(server.port).status == 401


def test_names_of_svix_are_taken(server):
    example = PRESETS["standard-webhooks"]["example"]
    body, url = b'{"type":"svix"}', f"http://127.0.0.1:{server.port}/webhook/standard-webhooks"
    headers = {**example["headers"], "svix-id": "msg_of_svix"}
    signed = vendors.standard_webhooks(example["secret"], headers, body, url, time.time(), prefix="svix-")
    assert queued(Request("standard-webhooks", *signed).send(server.port)) == 1


def test_cloudevents_takes_its_token_in_the_query_and_binary_events(server):
    example = PRESETS["cloudevents"]["example"]
    url = f"http://127.0.0.1:{server.port}/webhook/cloudevents"
    body = example["body"].replace("A234", "B234").encode()
    query = f"?access_token={example['secret']}"
    assert queued(Request("cloudevents", example["headers"], body, url + query).send(server.port)) == 1
    binary = {"Content-Type": "application/json", "Authorization": f"Bearer {example['secret']}", "ce-id": "C234",
              "ce-source": "/toko/kasir", "ce-type": "id.example.sale", "ce-specversion": "1.0"}
    assert queued(Request("cloudevents", binary, b'{"amount":1}', url).send(server.port)) == 1
    for wrong in "", "?access_token=", query[:-1], query + "x", "?access_token=x&" + query[1:]:
        assert Request("cloudevents", example["headers"], body, url + wrong).send(server.port).status == 401


def test_an_extra_signature_before_the_right_one_does_no_harm(server):
    for preset, mark, other in ("stripe", "v1=", "v1=" + "0" * 64 + ","), ("paddle", "h1=", "h1=" + "0" * 64 + ";"):
        body = PRESETS[preset]["example"]["body"].replace("evt_", "evt_rotated_").encode()
        request = Request.genuine(preset, server.port, body=body)
        place = PLACES[preset]
        request.set(place, request[place].replace(mark, other + mark, 1))
        assert queued(request.send(server.port)) == 1


def test_graph_wants_the_state_in_every_notification(server):
    request = Request.genuine("microsoft-graph", server.port)
    one = re.search(rb"\[(\{.*\})\]", request.body)[1]
    other = one.replace(b"graph-example-client-state", b"graph-example-client-statf")
    request.body = b'{"value":[' + one + b"," + other + b"]}"
    assert request.send(server.port).status == 401


# Forged


def flipped(preset, request, port):
    part = SIGNED_PARTS.get(preset)
    at = request.body.index(part) + len(part) - 1 if part else max(
        index for index, byte in enumerate(request.body) if chr(byte).isalnum())
    request.body = request.body[:at] + bytes([request.body[at] ^ 1]) + request.body[at + 1:]


def edited(change):
    def forge(preset, request, port):
        request.sign_as(change(request.signature))
    return forge


def absent(preset, request, port):
    place = PLACES[preset]
    if isinstance(place, bytes):
        name = rb'[,&]? ?"?' + {"mailgun": b"signature", "microsoft-graph": b"clientState",
                              "midtrans": b"signature_key", "duitku": b"signature"}[preset]
        request.body = re.sub(name + rb'(": ?"?|=)' + re.escape(request.signature.encode()) + rb'"?', b"", request.body)
    else:
        request.drop(place)


def twice(preset, request, port):
    place = PLACES[preset]
    wrong = Request.genuine(preset, port, secret=other_secret(preset))[place]
    request.headers.insert(0, (place, wrong))


def no_prefix(preset, request, port):
    request.set(PLACES[preset], request.signature)


def whole_header_empty(preset, request, port):
    request.set(PLACES[preset], "")


def time_moved(preset, request, port):
    place = TIME_HEADERS.get(preset)
    later = str(int(time.time()) + 7)
    if place:
        moved = {"hubspot": later + "000", "doku": "2099-01-01T00:00:00Z"}.get(preset, later)
        request.set(place, moved)
    elif preset == "mailgun":
        request.body = re.sub(rb'(?<="timestamp": ")\d+', later.encode(), request.body)
    else:
        request.set(PLACES[preset], re.sub(r"=\d+", "=" + later, request[PLACES[preset]], count=1))


def time_absent(preset, request, port):
    place = TIME_HEADERS.get(preset)
    if place:
        request.drop(place)
    elif preset == "mailgun":
        request.body = re.sub(rb'"timestamp": "\d+", ', b"", request.body, count=1)
    else:
        request.set(PLACES[preset], re.sub(r"^\w+=\d+[,;]", "", request[PLACES[preset]]))


def other_url(preset, request, port):
    request.url += "&x=1" if "?" in request.url else "?x=1"


def other_secret(preset):
    secret = PRESETS[preset]["example"]["secret"]
    if preset == "standard-webhooks":
        return "whsec_" + base64.b64encode(b"x" * 24).decode()
    return secret[:-1] + ("0" if secret[-1] != "0" else "1")


def wrong_letter(text):
    """A letter that is in neither hex nor base64."""
    return text[:4] + "*" + text[5:]


def other_first(text):
    return ("0" if text[0] != "0" else "1") + text[1:]


IN_HEADERS = [name for name in SIGNED if isinstance(PLACES[name], str)]
FORGERIES = [
    ("the body changed by one bit", flipped, [name for name in SIGNED if name not in TOKENS]),
    ("an empty signature", edited(lambda text: ""), SIGNED),
    ("an empty header", whole_header_empty, IN_HEADERS),
    ("one byte short", edited(lambda text: text[:-1]), SIGNED),
    ("one byte longer", edited(lambda text: text + "A"), SIGNED),
    ("one pair longer", edited(lambda text: text + "00"), SIGNED),
    ("half of it", edited(lambda text: text[:len(text) // 2]), SIGNED),
    ("a letter of neither alphabet", edited(wrong_letter), SIGNED),
    ("another first letter", edited(other_first), SIGNED),
    ("the other case", edited(str.swapcase), BASE64 + [name for name in TOKENS]),
    ("no signature", absent, SIGNED),
    ("the header twice, the wrong one first", twice, IN_HEADERS),
    ("no prefix", no_prefix, PREFIXED),
    ("another time than was signed", time_moved, TIMED),
    ("no time", time_absent, TIMED),
    ("another URL than was signed", other_url, URL_SIGNED),
]


@pytest.mark.parametrize("preset,forge", [
    pytest.param(preset, forge, id=f"{preset}: {title}") for title, forge, presets in FORGERIES for preset in presets])
def test_a_forged_request_is_refused(server, preset, forge):
    request = Request.genuine(preset, server.port)
    before = request.body, list(request.headers), request.url
    forge(preset, request, server.port)
    assert (request.body, request.headers, request.url) != before, "nothing was forged"
    assert request.send(server.port).status == 401


@pytest.mark.parametrize("preset", SIGNED)
def test_another_secret_is_refused(server, preset):
    request = Request.genuine(preset, server.port, secret=other_secret(preset))
    assert request.send(server.port).status == 401


def times(preset):
    """Times that are signed well and are no time of a request that comes now."""
    now, unit = int(time.time()), 1000 if preset == "hubspot" else 1
    if preset == "doku":
        return ["2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "2026-13-45T00:00:00Z",
                "1.5", "0", str(2**63), str(now)]
    return [str(number) for number in (
        (now - YEARS) * unit, (now + YEARS) * unit, 0, -1, -now * unit, 2**31, 2**62, 2**63 - 1, 2**63, 2**64, 10**30,
        f"{now * unit}.5", f"{now * unit}x", f"0x{now * unit:x}", "soon")]


@pytest.mark.parametrize("preset", TIMED)
def test_a_time_out_of_the_tolerance_is_refused_though_it_is_signed(server, preset):
    taken = [moment for moment in times(preset)
             if Request.genuine(preset, server.port, now=moment).send(server.port).status != 401]
    assert taken == []


def test_nothing_forged_was_stored(server):
    """What is in the queue is what the genuine requests brought."""
    stored = {source for (source,) in server.query("SELECT DISTINCT source FROM webhook_queue")}
    assert stored <= {*PRESETS, *OTHER_SECRETS}
    more = {"dropbox": 1, "stripe": 1, "paddle": 1, "standard-webhooks": 1, "cloudevents": 2}
    for preset in SIGNED:
        shapes = sum(count for shape in OTHER_SHAPES for name, _, _, count in [shape.values] if name == preset)
        stored = server.query("SELECT count(*) FROM webhook_queue WHERE source = ?", preset)[0][0]
        assert stored <= 1 + shapes + more.get(preset, 0), preset
