"""Requests whose check failed: kept apart, checked again, released, on the real program."""

import json
import sqlite3
import time

import pytest

import vendor_signatures as vendors
from harness import eventually
from test_operations import admin, as_json, told
from test_reload import reload
from wire import request

RIGHT, WRONG = "the-right-secret-of-now", "the-secret-of-last-year"


def config(sink, secret, more=""):
    return (
        f"sources:\n  github: {{secret: {secret}, on_failed_check: quarantine{more}}}\n" + sink.config())


def signed(server, uuid, secret=RIGHT, **more):
    """Posts an event as GitHub does."""
    body = json.dumps({"action": "opened", "number": uuid, **more}).encode()
    headers, body, _ = vendors.sign(
        "github", secret, {"X-GitHub-Delivery": uuid, "X-GitHub-Event": "issues"}, body, "", time.time())
    return request(server.port, "POST", "/webhook/github", body, headers)


def kept(server):
    return as_json(server, "quarantine", "list")["requests"]


class TestRelease:
    def test_after_the_secret_is_mended_the_good_ones_are_delivered(self, make, sink):
        server = make(config=config(sink, WRONG)).start()
        for index in range(3):
            assert signed(server, f"good-{index}").status == 401
        assert signed(server, "forged", "somebody-else").status == 401
        assert server.count() == 0
        first, *_, last = kept(server)[::-1]
        assert (first["source"], first["step"], first["address"]) == ("github", "signature", "127.0.0.1")
        received = [item["received_at"] for item in kept(server)[::-1]]

        # What is kept outlives a crash.
        server.kill()
        server.start()
        assert "wait in quarantine; `lumbung quarantine list` tells why count=4 sources=github" in server.output()
        told(server, "quarantine", "reverify", str(first["id"]), code=1)
        reload(server, config(sink, RIGHT))
        dry = as_json(server, "quarantine", "reverify", "--source", "github", "--dry-run")
        assert (dry["checked"], dry["passed"], dry["failed"], dry["queued"]) == (4, 3, 1, 0)
        assert server.count() == 0 and len(kept(server)) == 4

        said = told(server, "quarantine", "reverify", "--source", "github")
        assert "4 request(s) checked: 3 passed, 1 failed" in said and "3 queued" in said
        assert f"{last['id']}" in said and "STILL FAILS" in said
        server.completed("good-0", "good-1", "good-2")
        rows = server.query("SELECT uuid, created_at FROM webhook_queue ORDER BY id")
        assert rows == [(f"good-{index}", received[index]) for index in range(3)]
        eventually(lambda: len(sink.arrivals) == 3, "three deliveries")
        assert [item["id"] for item in kept(server)] == [last["id"]]
        assert as_json(server, "quarantine", "reverify", "--all")["passed"] == 0
        assert server.count() == 3

    def test_a_sender_that_was_told_200_loses_nothing(self, make, sink):
        server = make(config=config(sink, WRONG, ", quarantine: {answer: 200, requests: 2}")).start()
        for uuid in ("one", "two"):
            answer = signed(server, uuid)
            assert (answer.status, answer.json()) == (200, {"status": "quarantined"})
        # Nobody is told 200 for what is not kept.
        answer = signed(server, "three")
        assert (answer.status, answer.headers["retry-after"]) == (503, "300")
        server.kill()
        server.start()
        reload(server, config(sink, RIGHT))
        assert as_json(server, "quarantine", "reverify", "--all")["queued"] == 2
        server.completed("one", "two")
        assert server.count() == 2


class TestSteering:
    def test_show_and_the_body_have_no_secret_and_every_byte(self, make):
        server = make(
            config="sources:\n  t: {verify: {scheme: token, header: X-Key, secret: right-secret}, "
            "on_failed_check: quarantine}\n").start()
        body = b'{"uuid": "\xf0\x9f\x8c\xbe"}\n'
        answer = request(
            server.port, "POST", "/webhook/t?x=hidden-query", body, {"X-Key": "hidden-key", "Cookie": "hidden", "X-A": "b"})
        assert answer.status == 401
        (item,) = kept(server)
        shown = as_json(server, "quarantine", "show", str(item["id"]))
        assert shown["headers"]["x-a"] == "b" and shown["path"] == "/webhook/t"
        assert shown["body"] == body.decode() and shown["body_bytes"] == len(body)
        assert "hidden" not in json.dumps(shown)
        raw = admin(server, "GET", f"/quarantine/{item['id']}/body")
        assert raw.body == body and raw.headers["content-security-policy"] == "sandbox"
        page = told(server, "quarantine", "show", str(item["id"]))
        assert "hidden" not in page and "🌾" in page and "X-A" not in page and "x-a" in page
        assert "hidden" not in server.output()
        assert f"Quarantined POST /webhook/t as quarantine_id={item['id']}: 401 signature: " in server.output()

    def test_discard_and_what_is_not_there(self, make, sink):
        server = make(config=config(sink, WRONG)).start()
        for uuid in ("one", "two", "three"):
            signed(server, uuid)
        newest, *_ = kept(server)
        assert told(server, "quarantine", "discard", str(newest["id"])) == "1 request(s) discarded\n"
        assert "there is no request" in told(server, "quarantine", "show", str(newest["id"]), code=1)
        assert "there is no request" in told(server, "quarantine", "discard", str(newest["id"]), code=1)
        for verb in ("discard", "reverify"):
            assert "no source nobody is configured" in told(server, "quarantine", verb, "--source", "nobody", code=1)
        assert told(server, "quarantine", "discard", "--all") == "2 request(s) discarded\n"
        assert told(server, "quarantine", "list") == "The quarantine is empty.\n"
        assert server.query("SELECT count(*) FROM lumbung_quarantine") == [(0,)]

    def test_pages(self, make, sink):
        server = make(config=config(sink, WRONG)).start()
        for index in range(5):
            signed(server, str(index))
        first = as_json(server, "quarantine", "list", "--limit", "3")
        second = as_json(server, "quarantine", "list", "--limit", "3", "--cursor", first["next_cursor"])
        ids = [item["id"] for item in first["requests"] + second["requests"]]
        assert ids == sorted(ids, reverse=True) and len(ids) == 5 and second["next_cursor"] is None
        assert as_json(server, "quarantine", "list", "--source", "nobody")["requests"] == []

    @pytest.mark.parametrize("body, detail", [
        ({}, "say which requests by one of: `id`, `source`, `all`"),
        ({"id": 1, "all": True}, "say which requests by one of: `id`, `source`, `all`"),
        ({"all": False}, "say which requests by one of: `id`, `source`, `all`"),
        ({"id": "1"}, "`id` must be a whole number from 1 on"),
        ({"id": 0}, "`id` must be a whole number from 1 on"),
        ({"source": ""}, "`source` must be the name of a source"),
        ({"all": "yes"}, "`all` must be true or false"),
    ])
    def test_a_wish_that_does_not_say_which_is_refused(self, make, body, detail):
        server = make().start()
        for verb in ("reverify", "discard"):
            answer = admin(server, "POST", f"/quarantine/{verb}", body)
            assert (answer.status, answer.json()["detail"]) == (400, detail), verb
        assert admin(server, "POST", "/quarantine/discard", {"all": True, "dry_run": True}).status == 400

    def test_usage(self, make):
        server = make()
        for arguments in (["reverify"], ["reverify", "1", "--all"], ["discard", "--source", ""], ["show", "0"], ["list", "--limit", "0"]):
            assert server.run("quarantine", *arguments).returncode == 64, arguments
        assert server.run("quarantine", "list").returncode == 69


class TestBounds:
    def test_expired_requests_go(self, make, sink):
        server = make(config=config(sink, WRONG)).start()
        signed(server, "old")
        server.stop()
        with sqlite3.connect(server.database) as database:
            database.execute("UPDATE lumbung_quarantine SET expires_at = 1")
        server.start()
        eventually(lambda: server.query("SELECT count(*) FROM lumbung_quarantine") == [(0,)], "it is pruned")
        eventually(lambda: "their days are over" in server.output(), "it is told")

    def test_handshakes_and_other_methods_are_not_kept(self, make, sink):
        server = make(
            config="sources:\n  slack: {secret: 0123456789abcdef, on_failed_check: quarantine, "
            "quarantine: {answer: 200}}\n").start()
        question = b'{"type": "url_verification", "challenge": "c"}'
        assert request(server.port, "POST", "/webhook/slack", question).status == 401
        assert request(server.port, "PUT", "/webhook/slack", b"{}").status == 405
        assert request(server.port, "POST", "/webhook/slack", b"{}").status == 200
        assert len(kept(server)) == 1
