"""Every refusal is an RFC 9457 problem document with the right status, and stores nothing."""

import time

import pytest

from harness import eventually
from wire import Closed, Wire, event, head, request


def is_problem(answer, status):
    assert answer.status == status, answer
    assert answer.headers["content-type"].split(";")[0].strip() == "application/problem+json", answer
    problem = answer.json()
    assert problem["status"] == status
    for key in ("type", "title", "detail"):
        assert isinstance(problem[key], str) and problem[key], problem
    return problem


def test_not_json(server):
    problem = is_problem(server.post(b'{"uuid": "a", bad}'), 400)
    assert "14" in problem["detail"]


@pytest.mark.parametrize("path", ["/webhook/nosuch", "/webhook/", "/webhook", "/", "/nothing", "/webhook/accurate/more", "/webhook/../etc"])
def test_no_such_source_or_path(server, path):
    is_problem(request(server.port, "POST", path, event("lost")), 404)
    assert server.rows() == []


def test_get_of_an_unknown_path(server):
    is_problem(server.get("/nothing"), 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_names_what_is_allowed(server, method):
    answer = request(server.port, method, "/webhook/accurate")
    is_problem(answer, 405)
    assert [word.strip() for word in answer.headers["allow"].split(",")] == ["POST"]


def test_another_method_on_health(server):
    answer = request(server.port, "POST", "/healthz", b"{}")
    is_problem(answer, 405)
    assert "GET" in answer.headers["allow"]


def test_a_query_does_not_change_the_path(server):
    assert request(server.port, "POST", "/webhook/accurate?a=1&token=x", event("with-query")).status == 200


def test_rejections_are_kept_for_the_operator(server):
    server.post(b'{"mark":"kept-for-the-operator", bad}', headers={"Authorization": "Bearer do-not-keep-me"})
    eventually(lambda: server.tables_holding("kept-for-the-operator"), "the rejection is stored", 10)
    assert not server.tables_holding("do-not-keep-me")


class TestTooLarge:
    LIMIT = 2048

    @pytest.fixture
    def server(self, make):
        return make(MAX_BODY_BYTES=self.LIMIT).start()

    def body(self, size):
        empty = len(event("sized", memo=""))
        return event("sized", memo="m" * (size - empty))

    @pytest.mark.parametrize("extra, status", [(-1, 200), (0, 200), (1, 413)])
    def test_at_the_bound(self, server, extra, status):
        answer = server.post(self.body(self.LIMIT + extra))
        assert answer.status == status
        if status == 413:
            is_problem(answer, 413)

    @pytest.mark.parametrize("extra, status", [(0, 200), (1, 413)])
    def test_at_the_bound_in_chunks(self, server, extra, status):
        body = self.body(self.LIMIT + extra)
        assert server.post(iter([body[:1000], body[1000:]])).status == status

    def test_told_before_the_body_is_sent(self, server):
        with Wire(server.port, timeout=10) as wire:
            wire.send(head(extra=["Content-Length: 99999999999"]))
            is_problem(wire.answer(), 413)
            assert wire.is_closed()
        assert server.rows() == []

    def test_told_before_an_endless_chunked_body_ends(self, server):
        with Wire(server.port, timeout=10) as wire:
            wire.send(head(extra=["Transfer-Encoding: chunked"]) + b"1000\r\n" + b" " * 4096 + b"\r\n")
            is_problem(wire.answer(), 413)
            assert wire.is_closed()
        assert server.rows() == []

    def test_a_length_beyond_any_integer(self, server):
        with Wire(server.port, timeout=10) as wire:
            wire.send(head(extra=["Content-Length: 99999999999999999999999999"]))
            assert wire.answer().status in (400, 413)
            assert wire.is_closed()

    def test_expecting_continue_with_too_large_a_body(self, server):
        with Wire(server.port, timeout=10) as wire:
            wire.send(head(extra=["Content-Length: 9999999", "Expect: 100-continue"]))
            is_problem(wire.answer(), 413)


@pytest.mark.slow
def test_a_request_that_does_not_arrive_in_time(server):
    """Three slow senders at once: one stops inside the head, one inside the body, one sends a byte now and then."""
    begun = time.monotonic()
    with Wire(server.port) as slow_head, Wire(server.port) as slow_body, Wire(server.port) as drip:
        slow_head.send(b"POST /webhook/accurate HTTP/1.1\r\nHost: loc")
        slow_body.send(head(extra=["Content-Length: 100"]) + b'{"uuid":"slow"')
        drip.send(head(extra=["Content-Length: 1000"]))
        drip.socket.settimeout(1)
        while time.monotonic() - begun < 45:
            drip.send(b" ")
            try:
                drip._more()
            except TimeoutError:
                continue
            except Closed:
                break
            break
        assert time.monotonic() - begun < 40, "a dripping sender is never cut off"
        for wire in (slow_head, slow_body, drip):
            wire.socket.settimeout(20)
            try:
                is_problem(wire.answer(), 408)
            except Closed as closed:
                raise AssertionError("closed without a word") from closed
            assert wire.is_closed()
    assert time.monotonic() - begun < 45
    assert server.rows() == []
    assert server.post(event("afterwards")).status == 200
