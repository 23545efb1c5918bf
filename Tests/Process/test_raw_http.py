"""Requests as bytes: what two readers could read in two ways is refused, and nothing of it is stored."""

import pytest

from harness import eventually
from wire import Closed, Wire, event, head


def refused(server, data, statuses=(400,)):
    """Sends the bytes; the answer is one of the statuses and the connection ends. Nothing is stored."""
    with Wire(server.port, timeout=15) as wire:
        wire.send(data)
        try:
            answer = wire.answer()
            assert answer.status in statuses, answer
        except Closed:
            # Closing without a word is as safe as a 400: nothing was accepted, nothing can follow.
            pass
        assert wire.is_closed()
    assert server.rows() == []
    assert server.get("/healthz").status == 200


BODY = event("smuggled")
SMUGGLED = head(event("second"), path="/webhook/accurate") + event("second")
AMBIGUOUS = {
    "length and chunked": head(extra=["Content-Length: 5", "Transfer-Encoding: chunked"]) + b"0\r\n\r\n" + SMUGGLED,
    "chunked and length": head(extra=["Transfer-Encoding: chunked", "Content-Length: 5"]) + b"0\r\n\r\n" + SMUGGLED,
    "two lengths": head(extra=[f"Content-Length: {len(BODY)}", "Content-Length: 3"]) + BODY,
    "two equal lengths": head(extra=[f"Content-Length: {len(BODY)}"] * 2) + BODY,
    "length list": head(extra=["Content-Length: 5, 5"]) + b"{}   ",
    "signed length": head(extra=["Content-Length: +5"]) + b"{}   ",
    "hex length": head(extra=["Content-Length: 0x5"]) + b"{}   ",
    "negative length": head(extra=["Content-Length: -1"]) + b"{}   ",
    "bad chunk size": head(extra=["Transfer-Encoding: chunked"]) + b"zz\r\n{}\r\n0\r\n\r\n",
    "chunk size overflow": head(extra=["Transfer-Encoding: chunked"]) + b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "chunk too long": head(extra=["Transfer-Encoding: chunked"]) + b"1\r\n{}\r\n0\r\n\r\n",
    "unknown coding": head(extra=["Transfer-Encoding: gzip"]) + BODY,
    "chunked twice": head(extra=["Transfer-Encoding: chunked, chunked"]) + b"0\r\n\r\n",
    "chunked not last": head(extra=["Transfer-Encoding: chunked, identity"]) + b"0\r\n\r\n",
    "space before colon": head(extra=[f"Content-Length : {len(BODY)}", "Content-Length: 0"]) + BODY,
    "folded header": head(extra=["X-Folded: a\r\n b", f"Content-Length: {len(BODY)}"]) + BODY,
    "NUL in a value": head(extra=["X-Nul: a\0b", f"Content-Length: {len(BODY)}"]) + BODY,
    "no version": b"POST /webhook/accurate\r\n\r\n",
    "no host": f"POST /webhook/accurate HTTP/1.1\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY,
    "two hosts": head(BODY, extra=["Host: other"]) + BODY,
    "TLS hello": bytes.fromhex("16030100a5010000a10303") + bytes(160),
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_could_be_read_in_two_ways(server, name):
    refused(server, AMBIGUOUS[name], statuses=(400, 405, 501, 505))


def test_bare_line_feeds(server):
    """A head whose lines end in LF alone: read as it stands or refused, but never as something else."""
    text = f"POST /webhook/accurate HTTP/1.1\nHost: x\nContent-Length: {len(BODY)}\n\n".encode() + BODY
    refused(server, text, statuses=(400, 505))


def test_a_head_over_16_kib(server):
    refused(server, head(extra=["X-Big: " + "a" * 17_000, "Content-Length: 0"]), statuses=(431,))


def test_a_head_over_16_kib_is_told_so(server):
    with Wire(server.port, timeout=15) as wire:
        wire.send(head(extra=["X-Big: " + "a" * 17_000, "Content-Length: 0"]))
        assert wire.answer().status == 431


def test_a_head_just_under_16_kib(server):
    with Wire(server.port, timeout=15) as wire:
        wire.send(head(BODY, extra=["X-Big: " + "a" * 15_500]) + BODY)
        assert wire.answer().status == 200


@pytest.mark.parametrize("fields, status", [(100, 200), (101, 431)])
def test_header_fields_at_their_bound(server, fields, status):
    body = event("fields")
    extra = [f"X-F{index}: 1" for index in range(fields - 3)]
    with Wire(server.port, timeout=15) as wire:
        wire.send(head(body, extra=extra) + body)
        assert wire.answer().status == status


def test_a_long_path(server):
    refused(server, head(path="/webhook/" + "a" * 65_536), statuses=(404, 414, 431))


def test_50_requests_in_one_packet_are_answered_in_order(server):
    bodies = [event(f"pipe-{index}") for index in range(50)]
    with Wire(server.port) as wire:
        wire.send(b"".join(head(body) + body for body in bodies))
        told = [wire.answer().json() for _ in bodies]
    assert [one["events"][0]["uuid"] for one in told] == [f"pipe-{index}" for index in range(50)]
    assert [one["status"] for one in told] == ["queued"] * 50
    assert server.count() == 50


def test_good_bad_and_good_in_one_packet(server):
    """Answers keep the order of the requests also when a refusal needs no commit and an acceptance does."""
    one, two = event("first"), event("third")
    with Wire(server.port) as wire:
        wire.send(head(one) + one + head(b"bad") + b"bad" + head(two) + two)
        statuses = [wire.answer().status]
        statuses.append(wire.answer().status)
        try:
            statuses.append(wire.answer().status)
        except Closed:
            statuses.append(None)
    assert statuses[:2] == [200, 400]
    assert statuses[2] in (200, None)
    assert server.count() == (2 if statuses[2] else 1)


def test_expect_continue(server):
    body = event("expected")
    with Wire(server.port, timeout=15) as wire:
        wire.send(head(body, extra=["Expect: 100-continue"]))
        assert wire.answer().status == 100
        wire.send(body)
        assert wire.answer().status == 200
        # The connection is in step: the next request works too.
        wire.send(head(body) + body)
        assert wire.answer().json()["status"] == "duplicate"


def test_a_request_before_a_half_close_is_answered(server):
    body = event("half-closed")
    with Wire(server.port, timeout=15) as wire:
        wire.send(head(body) + body)
        wire.half_close()
        assert wire.answer().status == 200
    assert server.count() == 1


def test_a_body_cut_short_stores_nothing(server):
    body = event("cut", memo="m" * 500)
    with Wire(server.port) as wire:
        wire.send(head(body) + body[:-200])
        wire.half_close()
        try:
            assert wire.answer().status in (400, 408)
        except Closed:
            pass
    assert server.rows() == []


def test_a_reset_in_the_body_stores_nothing(server):
    for cut in (1, 100, 400):
        body = event("reset", memo="m" * 500)
        wire = Wire(server.port)
        wire.send(head(body) + body[:cut])
        wire.reset()
    # Another request that was answered afterwards shows that the server has gone past the cut ones.
    assert server.post(event("marker")).status == 200
    assert [row[1] for row in server.rows()] == ["marker"]


def test_a_reset_after_the_whole_request_does_no_harm(server):
    body = event("gone")
    for _ in range(20):
        wire = Wire(server.port)
        wire.send(head(body) + body)
        wire.reset()
    answer = server.post(body)
    assert answer.status == 200
    assert len(server.rows("gone")) == 1
    server.completed("gone")


def test_connection_close_is_honoured(server):
    body = event("last")
    with Wire(server.port, timeout=15) as wire:
        wire.send(head(body, extra=["Connection: close"]) + body)
        assert wire.answer().status == 200
        assert wire.is_closed()


def test_an_http_1_0_request(server):
    body = event("old")
    with Wire(server.port, timeout=15) as wire:
        wire.send(f"POST /webhook/accurate HTTP/1.0\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        assert wire.answer().status == 200
        assert wire.is_closed()


def test_idle_connections_do_not_hinder_others(server):
    wires = [Wire(server.port) for _ in range(200)]
    try:
        assert server.post(event("among-idle")).status == 200
    finally:
        for wire in wires:
            wire.socket.close()
    eventually(lambda: server.get("/readyz").status == 200, "still ready")
