"""Who may send to a source: addresses, proxies, tokens, rates; and what the answer is."""

import json
import signal

import pytest

from harness import eventually
from wire import event, request

TOKEN = "canary+token/1"


def config(source):
    return f"sources:\n  accurate: {source}\ndestinations:\n  log: {{log: true}}\n"


def post(server, uuid, query="", headers=None):
    return request(server.port, "POST", f"/webhook/accurate{query}", event(uuid), headers)


def test_an_address_that_is_not_listed_gets_403(make):
    server = make(config=config("{allow: [192.0.2.1, 10.0.0.0/8]}")).start()
    answer = post(server, "no", headers={"X-Forwarded-For": "192.0.2.1"})
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["title"]) == ("urn:lumbung:problem:forbidden", "Forbidden")
    assert "192.0.2.1" not in answer.body.decode() and "127.0.0.1" not in answer.body.decode()
    assert server.rows() == []
    eventually(lambda: server.tables_holding("the address 127.0.0.1 is not in `allow`"), "kept for the operator")
    assert server.get("/healthz").status == 200


def test_a_listed_address_may_send(make):
    server = make(config=config("{allow: ['::1', '127.0.0.0/8']}")).start()
    assert post(server, "yes").status == 200


def test_a_trusted_proxy_says_who_sends(make):
    server = make(config=config("{allow: [192.0.2.0/24]}"), TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8").start()
    wanted = {
        "192.0.2.7": 200, "192.0.2.7:4711": 200, "198.51.100.1, 192.0.2.7, 10.1.1.1": 200, "[::ffff:192.0.2.7]:1": 200,
        "192.0.2.7, 198.51.100.1": 403, "192.0.2.7, unknown": 403, "": 403,
    }
    for number, (forwarded, status) in enumerate(wanted.items()):
        assert post(server, f"u{number}", headers={"X-Forwarded-For": forwarded}).status == status, forwarded
    assert post(server, "none").status == 403


def test_the_token_is_wanted_in_the_query_and_shown_nowhere(make):
    server = make(config=config("{token: '${TOKEN}'}"), TOKEN=TOKEN, LOG_LEVEL="trace").start()
    assert post(server, "plain", f"?token={TOKEN}").status == 200
    assert post(server, "encoded", "?x=1&token=canary%2Btoken%2F1").status == 200
    for query in ("", "?token=", "?token=canary+token/2", f"?token={TOKEN}&token={TOKEN}", f"?Token={TOKEN}"):
        answer = post(server, "no", query, {"Referer": f"http://a/?token={TOKEN}", "X-Original-URI": f"/?token={TOKEN}"})
        assert answer.status == 401, query
        assert answer.json()["detail"] == "the request does not prove who sent it"
    assert sorted(row[1] for row in server.rows()) == ["encoded", "plain"]
    eventually(lambda: server.query("SELECT count(*) FROM rejection") == [(5,)], "five rejections")
    assert server.tables_holding("canary") == set()
    printed = server.run("config", "print", "--json")
    assert json.loads(printed.stdout)["sources"][0]["token"] == "********"
    assert server.stop() == 0
    assert "canary" not in server.output()


def test_a_token_from_a_file(make):
    server = make(config=config("{token_file: token}"))
    (server.folder / "token").write_text("from-a-file\n")
    server.start()
    assert post(server, "no").status == 401
    assert post(server, "yes", "?token=from-a-file").status == 200


@pytest.mark.parametrize("status", [200, 202, 204])
def test_the_answer_has_the_status_of_the_source(make, status):
    server = make(config=config(f"{{answer: {{status: {status}}}}}")).start()
    for uuid in ("a", "a", "b"):
        answer = post(server, uuid)
        assert answer.status == status
        assert (answer.body == b"") == (status == 204)
    assert request(server.port, "POST", "/webhook/accurate", b"{").status == 400
    assert len(server.rows()) == 2


def test_over_the_rate_it_is_429_and_a_reload_does_not_forget(make):
    server = make(config=config("{rate: 3/h}")).start()
    assert [post(server, f"u{number}").status for number in range(3)] == [200] * 3
    answer = post(server, "u3")
    assert answer.status == 429
    assert 1190 <= int(answer.headers["retry-after"]) <= 1200
    server.signal(signal.SIGHUP)
    eventually(lambda: "the configuration was reloaded" in server.output(), "reloaded")
    assert post(server, "u4").status == 429
    assert server.query("SELECT count(*) FROM rejection") == [(0,)]
    eventually(lambda: server.output().count("429") >= 2, "both are in the log")
    server.write_config(config("{rate: 4/h}"))
    server.signal(signal.SIGHUP)
    eventually(lambda: server.output().count("the configuration was reloaded") == 2, "reloaded again")
    assert post(server, "u5").status == 200


def test_a_source_that_anyone_may_write_to_is_warned_of(make):
    server = make(config="sources:\n  a: {}\n  b: {token: t}\n  c: {allow: [127.0.0.1]}\n  d: {rate: 1/s}\n").start()

    def warnings():
        return [line for line in server.output().splitlines() if "anyone who reaches" in line]

    eventually(lambda: len(warnings()) == 1, "warned")
    (line,) = warnings()
    assert "WARN" in line.upper() and "a, d" in line and "token" in line, line
    server.write_config("sources:\n  b: {token: t}\n  e: {}\n")
    server.signal(signal.SIGHUP)
    eventually(lambda: len(warnings()) == 2, "warned again")
    assert "a, d" not in warnings()[1]
    server.write_config("sources:\n  b: {token: t}\n")
    server.signal(signal.SIGHUP)
    eventually(lambda: server.output().count("the configuration was reloaded") == 2, "reloaded")
    assert len(warnings()) == 2


def test_send_brings_the_token_and_does_not_show_it(make):
    server = make(config=config("{token: 's3cret+/%'}")).start()
    done = server.run("send", "accurate")
    assert done.returncode == 0, done.stderr.decode()
    assert b"s3cret" not in done.stdout + done.stderr
    server.end()
    done = server.run("send", "accurate")
    assert done.returncode == 69 and b"s3cret" not in done.stderr, done.stderr.decode()


def test_the_log_tells_the_operator_why_and_the_answer_does_not(make):
    server = make(config=config("{verify: {scheme: hmac, header: X-Sig}, secret: abcdef}")).start()
    answer = post(server, "u", headers={"X-Sig": "0" * 64})
    assert answer.status == 401 and b"signature" not in answer.body
    eventually(lambda: "401 signature: no signature matches" in server.output(), "the step is in the log")
    assert "abcdef" not in server.output()
    shown = server.run("config", "print").stdout.decode()
    assert "hmac sha256 (1)" in shown and "abcdef" not in shown
