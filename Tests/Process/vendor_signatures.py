"""Signs requests as the senders of the presets do: written from the senders' rules, not from the presets.

`sign(preset, secret, headers, body, url, now)` returns the headers, the body and the URL of a genuine request. `now` is
the time in seconds, or a text that is put where the time belongs. Where the secret is a public key, the private one is
known for the keys of the presets' examples; for any other it is made of the secret, and is the wrong one.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from urllib.parse import parse_qsl, urlsplit

import curves

ED25519_SEEDS = {
    # RFC 8032, 7.1, test 1.
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a":
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
    # The example of Standard Webhooks.
    "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=":
        base64.b64decode("6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="),
}
# RFC 6979, A.2.5.
P256_KEY = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721


def hexadecimal(secret, text, algorithm="sha256"):
    return hmac.new(secret.encode(), text, algorithm).hexdigest()


def base64_of(secret, text, algorithm="sha256"):
    return base64.b64encode(hmac.digest(secret.encode(), text, algorithm)).decode()


def seconds(now):
    return now if isinstance(now, str) else str(int(now))


def header(name, value):
    """A sender that adds one header, whose value is made of the secret and the body."""
    def made(secret, headers, body, url, now):
        return {**headers, name: value(secret, body)}, body, url
    return made


def standard_webhooks(secret, headers, body, url, now, prefix="webhook-"):
    identity, stamp = headers.get(f"{prefix}id", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"), seconds(now)
    text = f"{identity}.{stamp}.".encode() + body
    if secret.startswith(("whpk_", "whsk_")):
        known = base64.b64decode(secret[5:])[:32] if secret.startswith("whsk_") else ED25519_SEEDS.get(secret)
        seed = known or hashlib.sha256(secret.encode()).digest()
        signature = "v1a," + base64.b64encode(curves.ed25519_sign(seed, text)).decode()
    else:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signature = "v1," + base64.b64encode(hmac.digest(key, text, "sha256")).decode()
    named = {f"{prefix}id": identity, f"{prefix}timestamp": stamp, f"{prefix}signature": signature}
    return {**headers, **named}, body, url


def gitlab(secret, headers, body, url, now):
    if secret.startswith("whsec_"):
        return standard_webhooks(secret, headers, body, url, now)
    return {**headers, "X-Gitlab-Token": secret}, body, url


def stripe(secret, headers, body, url, now):
    stamp = seconds(now)
    signature = hexadecimal(secret, stamp.encode() + b"." + body)
    return {**headers, "Stripe-Signature": f"t={stamp},v1={signature}"}, body, url


def paddle(secret, headers, body, url, now):
    stamp = seconds(now)
    signature = hexadecimal(secret, stamp.encode() + b":" + body)
    return {**headers, "Paddle-Signature": f"ts={stamp};h1={signature}"}, body, url


def version_zero(signature_name, time_name):
    """Slack and Zoom: a version, the time and the body, joined by colons."""
    def made(secret, headers, body, url, now):
        stamp = seconds(now)
        signature = "v0=" + hexadecimal(secret, b"v0:" + stamp.encode() + b":" + body)
        return {**headers, time_name: stamp, signature_name: signature}, body, url
    return made


def twilio(secret, headers, body, url, now):
    text = url
    if "form" in headers.get("Content-Type", ""):
        text += "".join(name + value for name, value in sorted(set(parse_qsl(body.decode(), keep_blank_values=True))))
    else:
        url += ("&" if "?" in url else "?") + "bodySHA256=" + hashlib.sha256(body).hexdigest()
        text = url
    return {**headers, "X-Twilio-Signature": base64_of(secret, text.encode(), "sha1")}, body, url


def square(secret, headers, body, url, now):
    return {**headers, "x-square-hmacsha256-signature": base64_of(secret, url.encode() + body)}, body, url


def shopee(secret, headers, body, url, now):
    return {**headers, "Authorization": hexadecimal(secret, url.encode() + b"|" + body)}, body, url


def discord(secret, headers, body, url, now):
    seed = ED25519_SEEDS.get(secret) or hashlib.sha256(secret.encode()).digest()
    signature = curves.ed25519_sign(seed, seconds(now).encode() + body).hex()
    return {**headers, "X-Signature-Timestamp": seconds(now), "X-Signature-Ed25519": signature}, body, url


def hubspot(secret, headers, body, url, now):
    stamp = now if isinstance(now, str) else str(int(now * 1000))
    signature = base64_of(secret, b"POST" + url.encode() + body + stamp.encode())
    return {**headers, "X-HubSpot-Request-Timestamp": stamp, "X-HubSpot-Signature-v3": signature}, body, url


def sendgrid(secret, headers, body, url, now):
    known = base64.b64encode(curves.p256_public(P256_KEY)).decode()
    key = P256_KEY if secret == known else int.from_bytes(hashlib.sha256(secret.encode()).digest(), "big")
    signature = base64.b64encode(curves.p256_sign(key, seconds(now).encode() + body)).decode()
    name = "X-Twilio-Email-Event-Webhook"
    return {**headers, f"{name}-Timestamp": seconds(now), f"{name}-Signature": signature}, body, url


def mailgun(secret, headers, body, url, now):
    token, stamp = json.loads(body)["signature"]["token"], seconds(now)
    part = json.dumps({"timestamp": stamp, "token": token, "signature": hexadecimal(secret, (stamp + token).encode())})
    return headers, re.sub(rb'(?<="signature":)\{[^}]*\}', part.encode(), body), url


def microsoft_graph(secret, headers, body, url, now):
    return headers, re.sub(rb'(?<="clientState":)"[^"]*"', json.dumps(secret).encode(), body), url


def midtrans(secret, headers, body, url, now):
    sent = json.loads(body)
    text = sent["order_id"] + sent["status_code"] + sent["gross_amount"] + secret
    signature = hashlib.sha512(text.encode()).hexdigest().encode()
    return headers, re.sub(rb'(?<="signature_key":)"[^"]*"', b'"' + signature + b'"', body), url


def duitku(secret, headers, body, url, now):
    sent = dict(parse_qsl(body.decode()))
    signature = hashlib.md5((sent["merchantCode"] + sent["amount"] + sent["merchantOrderId"] + secret).encode())
    return headers, re.sub(rb"(?<=signature=)\w*", signature.hexdigest().encode(), body), url


def doku(secret, headers, body, url, now):
    stamp = now if isinstance(now, str) else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    parts = urlsplit(url)
    lines = [
        ("Client-Id", headers["Client-Id"]), ("Request-Id", headers["Request-Id"]), ("Request-Timestamp", stamp),
        ("Request-Target", parts.path + (f"?{parts.query}" if parts.query else "")),
        ("Digest", base64.b64encode(hashlib.sha256(body).digest()).decode()),
    ]
    text = "\n".join(f"{name}:{value}" for name, value in lines).encode()
    return {**headers, "Request-Timestamp": stamp, "Signature": "HMACSHA256=" + base64_of(secret, text)}, body, url


def nothing(secret, headers, body, url, now):
    return headers, body, url


META = header("X-Hub-Signature-256", lambda secret, body: "sha256=" + hexadecimal(secret, body))
SENDERS = {
    "accurate": nothing,
    "asana": header("X-Hook-Signature", hexadecimal),
    "cloudevents": header("Authorization", lambda secret, body: "Bearer " + secret),
    "custom": nothing,
    "discord": discord,
    "doku": doku,
    "dropbox": header("X-Dropbox-Signature", hexadecimal),
    "duitku": duitku,
    "github": META,
    "gitlab": gitlab,
    "hubspot": hubspot,
    "mailgun": mailgun,
    "meta": META,
    "microsoft-graph": microsoft_graph,
    "midtrans": midtrans,
    "midtrans-payout": header(
        "Iris-Signature", lambda secret, body: hashlib.sha512(body + secret.encode()).hexdigest()),
    "paddle": paddle,
    "sendgrid": sendgrid,
    "shopee": shopee,
    "shopify": header("X-Shopify-Hmac-SHA256", base64_of),
    "slack": version_zero("X-Slack-Signature", "X-Slack-Request-Timestamp"),
    "square": square,
    "standard-webhooks": standard_webhooks,
    "stripe": stripe,
    "tripay": header("X-Callback-Signature", hexadecimal),
    "twilio": twilio,
    "whatsapp": META,
    "x": header("x-twitter-webhooks-signature", lambda secret, body: "sha256=" + base64_of(secret, body)),
    "xendit": header("X-Callback-Token", lambda secret, body: secret),
    "zoom": version_zero("x-zm-signature", "x-zm-request-timestamp"),
}


def sign(preset, secret, headers, body, url, now):
    """The headers, the body and the URL of a genuine request."""
    return SENDERS[preset](secret, dict(headers), body, url, now)


def zoom_answer(secret, plain_token):
    """What Zoom wants as `encryptedToken`."""
    return hexadecimal(secret, plain_token.encode())


def x_answer(secret, crc_token):
    """What X wants as `response_token`."""
    return "sha256=" + base64_of(secret, crc_token.encode())
