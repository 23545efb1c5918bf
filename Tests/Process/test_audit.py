"""Who may operate, and the book of what was changed, on the real program."""

import json

from harness import eventually
from test_operations import ONCE, admin, told
from wire import event

KEYS = {"ADMIN_TOKEN": "the-admin-token", "ADMIN_READ_TOKEN": "the-reading-token"}


def bearer(name):
    return {"Authorization": f"Bearer {KEYS[name]}"}


def audit(server):
    answer = admin(server, "GET", "/audit", **bearer("ADMIN_READ_TOKEN"))
    assert answer.status == 200, answer
    return answer.json()["entries"]


def test_every_change_is_in_the_book_and_outlives_a_crash(make, sink):
    sink.reply = lambda arrival: 410
    server = make(config=sink.config(more=ONCE), **KEYS).start()
    server.post(event("one"))
    eventually(lambda: server.count("dead") == 1, "one is dead")
    (number,) = server.rows("one")[0][:1]
    told(server, "destinations", "pause", "sink")
    told(server, "events", "replay", str(number))
    told(server, "events", "replay", "--status", "dead", "--source", "nobody", "--rate", "5/s")
    told(server, "events", "cancel", "999", code=1)
    server.kill()
    server.start()
    newest, *_ = entries = audit(server)
    assert [entry["action"] for entry in entries] == ["cancel", "replay", "replay", "pause"]
    assert newest["detail"] == {"queue_id": 999} and newest["outcome"] == "refused: there is no event 999"
    assert entries[1]["detail"] == {"filter": {"source": "nobody", "status": "dead"}, "rate": "5/s"}
    assert entries[2]["detail"] == {"queue_id": number} and json.loads(entries[2]["outcome"][len("done: "):]) == {
        "destination": ["sink"]}
    assert {entry["actor"] for entry in entries} == {"admin"} and {entry["address"] for entry in entries} == {"127.0.0.1"}
    assert [entry["id"] for entry in entries] == [4, 3, 2, 1]
    assert "the-admin-token" not in server.output()


def test_who_may_only_read_changes_nothing(make, sink):
    server = make(config=sink.config(), **KEYS).start()
    reader = bearer("ADMIN_READ_TOKEN")
    assert admin(server, "GET", "/destinations", **reader).status == 200
    answer = admin(server, "POST", "/destinations/sink/pause", **reader)
    assert (answer.status, answer.json()["type"]) == (403, "urn:lumbung:problem:read-only-token")
    assert admin(server, "GET", "/destinations").status == 401
    assert "may only read" in told(server, "destinations", "pause", "sink", code=1, ADMIN_TOKEN=KEYS["ADMIN_READ_TOKEN"],
                                   ADMIN_READ_TOKEN="")
    assert audit(server) == []
    told(server, "destinations", "pause", "sink")
    assert len(audit(server)) == 1


def test_refused_requests_are_listed(make):
    server = make().start()
    server.post(b"no json", headers={"X-Topic": "shown", "Authorization": "Bearer hidden"})
    eventually(lambda: server.query("SELECT count(*) FROM rejection") == [(1,)], "it is kept")
    (rejection,) = admin(server, "GET", "/rejections").json()["rejections"]
    assert (rejection["source"], rejection["status"], rejection["body"]) == ("accurate", 400, "no json")
    assert rejection["headers"]["x-topic"] == "shown" and "hidden" not in json.dumps(rejection)
