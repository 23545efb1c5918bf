"""Objects, arrays, bytes: what is accepted, what is kept, what is refused, and that a refusal stores nothing."""

import json
import re

import pytest

from wire import event


def test_an_array_is_one_event_an_element(server):
    told = server.post(b"[" + b",".join(event(f"e-{index}") for index in range(5)) + b"]").json()
    ids = told["queue_ids"]
    assert told == {
        "status": "queued", "received": 5, "queued": 5, "duplicates": 0, "conflicts": 0, "revived": 0, "queue_ids": ids,
        "events": [{"uuid": f"e-{index}", "queue_id": ids[index], "status": "queued"} for index in range(5)],
    }
    assert ids == sorted(set(ids))
    server.completed(*[f"e-{index}" for index in range(5)])


def test_new_and_known_in_one_array(server):
    first = server.post(event("known")).json()["queue_ids"][0]
    told = server.post(b"[" + event("fresh") + b"," + event("known") + b"]").json()
    fresh = told["queue_ids"][0]
    assert told == {
        "status": "queued", "received": 2, "queued": 1, "duplicates": 1, "conflicts": 0, "revived": 0,
        "queue_ids": [fresh, first],
        "events": [{"uuid": "fresh", "queue_id": fresh, "status": "queued"},
                   {"uuid": "known", "queue_id": first, "status": "duplicate"}],
    }


def test_an_array_of_a_thousand(server):
    body = b"[" + b",".join(event(f"many-{index}") for index in range(1000)) + b"]"
    told = server.post(body).json()
    assert told["queued"] == 1000 and len(set(told["queue_ids"])) == 1000
    server.drained()


def test_an_empty_array(server):
    for body in (b"[]", b" [ \n] "):
        answer = server.post(body)
        assert answer.status == 200
        assert answer.json() == {
            "status": "empty", "received": 0, "queued": 0, "duplicates": 0, "conflicts": 0, "revived": 0, "queue_ids": [],
            "events": [],
        }
    assert server.rows() == []


ODD = [
    b'{"uuid":"odd-1" ,  "n" : 1E400,"m":-0.0,"k":123456789012345678901234567890, "z":1.10 }',
    '{"uuid":"odd-2","text":"\\u00e9 \u00e9 \\/ \\ud83d\\ude00 😀 \\u0000","b":[ ],"c":{ }}'.encode(),
    b'{\r\n\t"uuid"\t:\n"odd-3",\r\n"x":[1 ,2,\t3]\n}',
    b'{"z":1,"a":2,"uuid":"odd-4","m":{"z":1,"a":[{"z":1,"a":2}]},"type":null}',
]


@pytest.mark.parametrize("body", ODD, ids=["numbers", "escapes", "space", "order"])
def test_a_payload_is_kept_byte_for_byte(server, body):
    uuid = json.loads(body)["uuid"]
    assert server.post(body).status == 200
    assert server.rows(uuid)[0][3] == body


def test_the_elements_of_an_array_are_kept_byte_for_byte(server):
    body = b" [\n" + b" ,\t".join(ODD) + b"\r\n] \n"
    assert server.post(body).json()["queued"] == len(ODD)
    assert [row[3] for row in server.rows()] == ODD


def test_type_is_found_and_may_be_missing(server):
    server.post(b'[{"uuid":"with","type":"PURCHASE_ORDER"},{"uuid":"without"}]')
    kinds = {row[1]: row[2] for row in server.rows()}
    assert kinds["with"] == "PURCHASE_ORDER"
    assert kinds["without"] in ("", None, "unknown", "-")


BROKEN = {
    "empty body": (b"", 0), "only space": (b"  ", 2), "cut": (b'{"uuid":"a"', 11), "bad word": (b'{"uuid": "a", bad}', 14),
    "comma at the end": (b'{"uuid":"a",}', 12), "single quotes": (b"{'uuid':'a'}", 1), "two values": (b'{"uuid":"a"} {}', 13),
    "leading zero": (b'{"uuid":"a","n":01}', 16), "raw control": (b'{"uuid":"a\x01"}', 10),
    "bad escape": (b'{"uuid":"a\\x"}', None), "bad utf-8": (b'{"uuid":"\xff"}', 9), "overlong utf-8": (b'{"uuid":"\xc0\xaf"}', 9),
    "not a number": (b'{"uuid":"a","n":NaN}', 16), "plus": (b'{"uuid":"a","n":+1}', 16), "open array": (b"[", 1),
    "text": (b"hello", 0), "comment": (b'{/*x*/"uuid":"a"}', 1),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_json_is_refused_with_the_place(server, name):
    body, offset = BROKEN[name]
    answer = server.post(body)
    assert answer.status == 400, answer
    problem = answer.json()
    place = re.search(r"byte (?:offset )?(\d+)", problem["detail"])
    assert place, f"no place in: {problem['detail']}"
    if offset is not None:
        assert int(place[1]) == offset, problem["detail"]
    assert server.rows() == []


@pytest.mark.parametrize("body", [
    b'"text"', b"3", b"null", b"true", b"[1]", b'[{"uuid":"a"},3]', b'[[{"uuid":"a"}]]', b'[{"uuid":"a"},null]',
])
def test_json_that_is_no_object_or_array_of_objects_is_refused(server, body):
    answer = server.post(body)
    assert answer.status == 400
    assert answer.json()["detail"]
    assert server.rows() == []


@pytest.mark.parametrize("bad", [b'{"uuid":"b"', b'{"uuid":"b","uuid":"c"}', b'{"uuid":"' + b"x" * 257 + b'"}', b"7"])
def test_one_bad_element_stores_nothing_of_the_body(server, bad):
    assert server.post(b"[" + event("good") + b"," + bad + b"]").status == 400
    assert server.rows() == []


def nested(depth):
    """An object whose deepest value lies in `depth` brackets, its own included."""
    return b'{"uuid":"deep","a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize("depth, status", [(127, 200), (128, 200), (129, 400), (100_000, 400)])
def test_nesting_at_its_bound(server, depth, status):
    assert server.post(nested(depth)).status == status
    assert server.get("/healthz").status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", None])
def test_any_content_type_is_parsed_as_json(server, kind):
    headers = {"Content-Type": kind} if kind else {"Content-Type": ""}
    assert server.post(event("typed"), headers=headers).status == 200


def test_a_body_without_a_length_in_chunks(server):
    body = event("chunked", memo="y" * 5000)
    parts = iter([body[:1], body[1:700], body[700:]])
    assert server.post(parts).status == 200
    assert server.rows("chunked")[0][3] == body
