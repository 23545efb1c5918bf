"""Questions by which senders find out whether an URL is meant: answered from memory, never stored."""

import json
import sqlite3

import pytest

from harness import eventually
from wire import Wire, event, head, request

TOKEN = "a&b c%é"
CONFIG = f"""
sources:
  accurate: {{}}
  wa: {{handshake: meta, verify_token: "{TOKEN}"}}
  box: {{handshake: [dropbox, x, cloudevents]}}
  chat: {{handshake: [slack, discord, graph, shopee]}}
destinations:
  app: {{log: true, paused: true}}
"""
META = "/webhook/wa?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
RIGHT = META + "a%26b+c%25%C3%A9"
VERIFICATION = b'{"token":"t","challenge":"3eZbrw1a","type":"url_verification"}'


@pytest.fixture
def server(make):
    return make(config=CONFIG).start()


def ask(server):
    """Every question once, with its right answer: name, status, body."""
    port = server.port
    for name, answer, body in [
        ("meta", request(port, "GET", RIGHT), b"1158201444"),
        ("dropbox", request(port, "GET", "/webhook/box?challenge=%3Cscript%3E"), b"<script>"),
        ("cloudevents", request(port, "OPTIONS", "/webhook/box", headers={"WebHook-Request-Origin": "a.example"}), b""),
        ("slack", server.post(VERIFICATION, source="chat"), b"3eZbrw1a"),
        ("discord", server.post(b'{"type":1}', source="chat"), b'{"type":1}'),
        ("graph", request(port, "POST", "/webhook/chat?validationToken=Validation%3A+1", b""), b"Validation: 1"),
        ("shopee", server.post(b"{}", source="chat"), b""),
    ]:
        assert (answer.status, answer.body) == (200, body), name
        yield name, answer


def test_every_question_is_answered_and_none_is_stored(server):
    answers = dict(ask(server))
    for name in ("meta", "dropbox", "slack", "graph"):
        assert answers[name].headers["content-type"] == "text/plain"
        assert answers[name].headers["x-content-type-options"] == "nosniff"
    consent = answers["cloudevents"].headers
    assert (consent["webhook-allowed-origin"], consent["webhook-allowed-rate"]) == ("a.example", "*")
    assert consent["allow"] == "POST, GET, OPTIONS"
    assert server.post(b'{"type":0}', source="chat").status == 204
    assert server.rows() == []


def test_an_event_of_such_a_source_is_stored(server):
    for source in ("wa", "box", "chat"):
        assert server.post(event("one"), source=source).json()["status"] == "queued"
    assert len(server.rows()) == 3


def test_the_log_has_one_line_each_and_no_token(server):
    names = [name for name, _ in ask(server)]
    assert request(server.port, "GET", META + "guessed-token").status == 403
    eventually(lambda: ": 403 " in server.output(), "the refusal is logged")
    lines = [line for line in server.output().splitlines() if "Answered the handshake" in line]
    assert [line.split("handshake ")[1].split(" ")[0] for line in lines] == names
    assert lines[0].endswith("INFO  🤝 [Webhook] Answered the handshake meta of GET /webhook/wa")
    for secret in (TOKEN, "a%26b", "guessed-token", "1158201444"):
        assert secret not in server.output()


def test_a_wrong_token_is_refused_and_kept_for_the_operator(server):
    answer = request(server.port, "GET", META + "guessed-token")
    assert answer.status == 403 and answer.json()["title"] == "Forbidden"
    assert b"1158201444" not in answer.body
    assert eventually(lambda: server.tables_holding("verify token"), "the refusal is kept")
    assert not server.tables_holding("guessed-token")


@pytest.mark.parametrize("source, allow", [
    ("accurate", "POST"), ("wa", "POST, GET"), ("box", "POST, GET, OPTIONS"), ("chat", "POST"),
])
def test_other_methods(server, source, allow):
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        answer = request(server.port, method, f"/webhook/{source}")
        if method in allow.split(", "):
            assert answer.status == 400, method
        else:
            assert (answer.status, answer.headers["allow"]) == (405, allow), method
    assert server.rows() == []


def test_nothing_sent_back_can_end_a_line(server):
    with Wire(server.port) as wire:
        wire.send(head(path="/webhook/box?challenge=a%0d%0aX-Forged:%201", method="GET"))
        assert wire.answer().status == 400
        wire.send(head(path="/webhook/box", method="OPTIONS", extra=["WebHook-Request-Origin: a b"]))
        assert wire.answer().status == 400
        wire.send(head(path="/webhook/box", method="OPTIONS", extra=[
            "WebHook-Request-Origin: a.example", "WebHook-Request-Rate: 120"]))
        assert wire.answer().headers["webhook-allowed-rate"] == "120"


def test_questions_are_answered_while_the_database_is_locked(make):
    server = make(config=CONFIG, BUSY_TIMEOUT_MS=200).start()
    server.post(event("before"))
    with sqlite3.connect(server.database, isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        try:
            assert server.post(event("during")).status == 503
            assert len(dict(ask(server))) == 7
        finally:
            holder.execute("ROLLBACK")
    holder.close()
    assert eventually(lambda: server.post(event("during")).status == 200, "an event is taken again")
    assert {row[1] for row in server.rows()} == {"before", "during"}


def test_a_reload_changes_what_is_answered(server):
    server.write_config(CONFIG.replace("[dropbox, x, cloudevents]", "[]"))
    server.signal(1)
    eventually(
        lambda: request(server.port, "GET", "/webhook/box?challenge=c").status == 405, "dropbox is answered no more")
    assert request(server.port, "GET", RIGHT).body == b"1158201444"


def test_the_print_masks_the_token(make):
    server = make(config=CONFIG)
    for arguments in (["config", "print"], ["config", "print", "--json"]):
        printed = server.run(*arguments)
        assert printed.returncode == 0 and b"verify_token" in printed.stdout
        assert TOKEN.encode() not in printed.stdout and b"********" in printed.stdout
    sources = {source["name"]: source for source in json.loads(printed.stdout)["sources"]}
    assert sources["box"]["handshake"] == ["dropbox", "x", "cloudevents"]
    assert sources["wa"]["verify_token"] == "********" and sources["box"]["verify_token"] is None
