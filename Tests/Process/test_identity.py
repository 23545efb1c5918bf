"""One identity, one event: duplicates, conflicts, and the identities that are refused."""

import hashlib
import json

import pytest

from harness import at_once
from wire import event, request


def test_64_senders_of_one_identity_at_once_make_one_event(server):
    body = event("only-one")
    answers = at_once(64, lambda _: server.post(body))
    told = [answer.json() for answer in answers]
    assert [answer.status for answer in answers] == [200] * 64
    assert sorted(one["status"] for one in told) == ["duplicate"] * 63 + ["queued"]
    assert len({one["queue_ids"][0] for one in told}) == 1
    assert {one["events"][0]["uuid"] for one in told} == {"only-one"}
    rows = server.rows()
    assert len(rows) == 1 and rows[0][0] == told[0]["queue_ids"][0]
    server.completed("only-one")


def test_a_duplicate_names_the_first_ones_id(server):
    first = server.post(event("again")).json()["queue_ids"][0]
    server.completed("again")
    answer = server.post(event("again"))
    assert answer.status == 200
    assert answer.json() == {
        "status": "duplicate", "received": 1, "queued": 0, "duplicates": 1, "conflicts": 0, "revived": 0,
        "queue_ids": [first], "events": [{"uuid": "again", "queue_id": first, "status": "duplicate"}],
    }
    assert len(server.rows("again")) == 1


def test_a_duplicate_survives_a_restart(make):
    server = make().start()
    first = server.post(event("before")).json()["queue_ids"][0]
    assert server.stop() == 0
    server.start()
    told = server.post(event("before")).json()
    assert (told["status"], told["queue_ids"]) == ("duplicate", [first])


def test_another_payload_under_a_known_identity_is_kept_and_not_run(server):
    first = server.post(event("same", total=1)).json()["queue_ids"][0]
    other = event("same", total=2, mark="the-differing-payload")
    answer = server.post(other)
    assert answer.status == 200
    assert answer.json() == {
        "status": "conflict", "received": 1, "queued": 0, "duplicates": 0, "conflicts": 1, "revived": 0,
        "queue_ids": [first], "events": [{"uuid": "same", "queue_id": first, "status": "conflict"}],
    }
    ((_, _, _, payload, *_),) = server.rows("same")
    assert payload == event("same", total=1)
    assert server.tables_holding("the-differing-payload") - {"webhook_queue"}
    server.completed("same")


def test_conflicting_senders_at_once_keep_the_first_and_every_other(server):
    bodies = [event("race", total=index % 4, mark=f"variant-{index % 4}") for index in range(32)]
    told = [answer.json() for answer in at_once(32, lambda index: server.post(bodies[index]))]
    assert sum(one["queued"] for one in told) == 1
    assert len({one["queue_ids"][0] for one in told}) == 1
    winner = next(index for index, one in enumerate(told) if one["queued"])
    for index, one in enumerate(told):
        if index != winner:
            assert one["status"] == ("duplicate" if index % 4 == winner % 4 else "conflict")
    for variant in range(4):
        assert server.tables_holding(f"variant-{variant}")


def test_a_duplicate_inside_one_body(server):
    one, two = event("twin"), event("single")
    told = server.post(b"[" + one + b"," + two + b"," + one + b"]").json()
    assert [entry["status"] for entry in told["events"]] == ["queued", "queued", "duplicate"]
    assert told["queue_ids"][0] == told["queue_ids"][2] != told["queue_ids"][1]
    assert (told["status"], told["received"], told["queued"], told["duplicates"]) == ("queued", 3, 2, 1)
    assert len(server.rows()) == 2


def test_a_conflict_inside_one_body(server):
    told = server.post(b"[" + event("twin", a=1) + b"," + event("twin", a=2) + b"]").json()
    assert [entry["status"] for entry in told["events"]] == ["queued", "conflict"]
    assert (told["status"], told["queued"], told["conflicts"]) == ("queued", 1, 1)


def test_the_same_uuid_from_two_sources_is_two_events(make):
    server = make(config="sources:\n  accurate: {}\n  shop:\n    id: json:/uuid\n    type: json:/type\n").start()
    one = server.post(event("shared")).json()
    two = server.post(event("shared"), source="shop").json()
    assert one["status"] == two["status"] == "queued"
    assert one["queue_ids"] != two["queue_ids"]
    assert {row[6] for row in server.rows("shared")} == {"accurate", "shop"}


def test_without_a_uuid_the_digest_of_the_payload_is_the_identity(server):
    element = b'{"type" : "SALES_RECEIPT",\t"total": 1.50}'
    identity = "sha256:" + hashlib.sha256(element).hexdigest()
    told = server.post(b'[ ' + element + b' , {"other":1}]').json()
    assert told["events"][0]["uuid"] == identity
    again = server.post(b"[" + element + b"]").json()
    assert again["events"] == [{"uuid": identity, "queue_id": told["queue_ids"][0], "status": "duplicate"}]
    assert server.rows(identity)[0][3] == element


def test_ids_differing_only_in_spelling_are_different(server):
    spellings = ["abc", "ABC", "caf\u00e9", "cafe\u0301", " abc", "a/b", "a%2Fb", "💡", "=1+1"]
    for spelling in spellings:
        assert server.post(json.dumps({"uuid": spelling}, ensure_ascii=False)).json()["status"] == "queued", spelling
    assert {row[1] for row in server.rows()} == set(spellings)


def test_an_escaped_spelling_of_the_same_id_is_the_same(server):
    first = server.post(b'{"uuid":"a/b-1","x":1}').json()
    second = server.post(b'{"uuid":"\\u0061\\/b-1","x":1}').json()
    assert second["queue_ids"] == first["queue_ids"]
    assert second["status"] == "conflict"


@pytest.mark.parametrize("identity, status", [
    ("x" * 256, 200), ("x" * 257, 400), ("\u00e9" * 128, 200), ("\u00e9" * 128 + "x", 400),
    ("a\u0000b", 400), ("a\u0001b", 400), ("a\nb", 400), ("a\u007fb", 400),
], ids=["256", "257", "256 bytes in two-byte letters", "257 bytes", "NUL", "SOH", "newline", "DEL"])
def test_identities_at_their_bounds(server, identity, status):
    answer = server.post(json.dumps({"uuid": identity}, ensure_ascii=True))
    assert answer.status == status
    assert len(server.rows()) == (1 if status == 200 else 0)


@pytest.mark.parametrize("body", [
    b'{"uuid":"a","uuid":"b"}', b'{"uuid":"a","uuid":"a"}', b'{"uuid":"a","x":{},"\\u0075uid":"b"}', b'[{"uuid":"a","uuid":"b"}]',
], ids=["two", "equal", "escaped", "in an array"])
def test_an_identity_named_twice_is_refused(server, body):
    answer = server.post(body)
    assert answer.status == 400
    assert server.rows() == []


def test_other_keys_may_repeat_and_deeper_uuids_are_not_the_identity(server):
    answer = server.post(b'{"uuid":"top","x":1,"x":2,"data":[{"uuid":"deep","uuid":"deeper"}]}')
    assert answer.status == 200
    assert answer.json()["events"][0]["uuid"] == "top"


def test_answers_on_one_connection_keep_their_order(server):
    for index in range(20):
        answer = request(server.port, "POST", "/webhook/accurate", event(f"row-{index}"))
        assert answer.json()["events"][0]["uuid"] == f"row-{index}"
    ids = [row[0] for row in server.rows()]
    assert ids == sorted(ids) and len(set(ids)) == 20
