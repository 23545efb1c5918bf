"""Whose event it is, and when it happened: what Accurate Online says of both, on the real program."""

import json
import sqlite3

from harness import eventually
from test_operations import admin, as_json, number, told
from test_replays import ended
from wire import event

# As Accurate Online sends it (docs/sources.md): envelopes of several databases in one array.
BATCH = json.dumps([
    {"databaseId": database, "type": "SALES_RECEIPT", "timestamp": "17/09/2026 21:10:59", "uuid": uuid,
     "data": [{"salesReceiptId": 9001, "salesReceiptNo": "SR.1", "action": "WRITE"}]}
    for uuid, database in [("a1", 1293289), ("b1", 1293290), ("a2", 1293289)]
] + [{"type": "ROLL_OVER", "uuid": "none", "data": []}]).encode()


def uuids(page):
    return sorted(found["uuid"] for found in page["events"])


def test_the_tenant_is_seen_everywhere(make, sink):
    server = make(config=sink.config()).start()
    assert server.post(BATCH).status == 200
    server.drained()
    assert uuids(as_json(server, "events", "list", "--tenant", "1293289")) == ["a1", "a2"]
    assert uuids(admin(server, "GET", "/events?tenant=1293290").json()) == ["b1"]
    assert uuids(admin(server, "GET", "/events?tenant=").json()) == ["none"]
    assert {arrival.id: arrival.headers.get("lumbung-tenant") for arrival in sink.snapshot()} == {
        "a1": "1293289", "a2": "1293289", "b1": "1293290", "none": None}
    shown = as_json(server, "events", "show", str(number(server, "b1")))
    assert shown["tenant"] == "1293290"
    assert any(line.split() == ["tenant", "1293290"] for line in told(
        server, "events", "show", str(number(server, "b1"))).splitlines())
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as reader:
        found = dict(reader.execute("SELECT uuid, tenant FROM webhook_queue"))
    reader.close()
    assert found == {"a1": "1293289", "a2": "1293289", "b1": "1293290", "none": ""}


def test_a_replay_of_one_tenant(make, sink):
    server = make(config=sink.config()).start()
    server.post(BATCH)
    server.drained()
    assert told(server, "events", "replay", "--tenant", "1293289", "--dry-run").startswith("2 event(s)")
    assert "replay 1 has begun" in told(server, "events", "replay", "--tenant", "1293289")
    record = ended(server, 1)
    assert record["filter"] == {"tenant": "1293289"} and record["events"] == 2, record
    assert {uuid: len(sink.of(uuid)) for uuid in ["a1", "a2", "b1", "none"]} == {"a1": 2, "a2": 2, "b1": 1, "none": 1}
    reply = admin(server, "POST", "/replays", {"filter": {"tenant": "nobody"}, "dry_run": True})
    assert reply.json() == {"dry_run": True, "events": 0}


def test_an_order_by_tenant_holds_across_sources(make, sink):
    sink.reply = lambda arrival: 500 if arrival.id == "a1" else 200
    config = ("sources: {accurate: {}, shop: {preset: custom, verify: {scheme: none}, id: json:/uuid, tenant: header:X-Shop}}\n"
              + sink.config(more="    order_by: tenant\n    retry: {attempts: 9, first: 6h, longest: 6h}\n"))
    server = make(config=config).start()
    server.post(event("a1", databaseId=7))
    eventually(lambda: server.rows("a1")[0][4] == "retrying", "the head waits for its retry")
    server.post(event("a2", databaseId="7"))
    server.post(event("a3"), source="shop", headers={"X-Shop": "7"})
    server.post(event("b1", databaseId=8))
    server.post(event("none"))
    server.completed("b1", "none")
    assert [server.rows(uuid)[0][4] for uuid in ["a2", "a3"]] == ["pending", "pending"]
    sink.reply = lambda arrival: 200
    told(server, "events", "cancel", str(number(server, "a1")))
    server.completed("a2", "a3")
    assert [arrival.id for arrival in sink.snapshot() if arrival.id.startswith("a")] == ["a1", "a2", "a3"]


def test_a_route_may_name_tenants(make, sink):
    server = make(config=sink.config() + "routes: [{from: accurate, tenant: [1293289, shop-*], to: [sink]}]\n").start()
    server.post(BATCH)
    server.post(event("c1", databaseId="shop-3"))
    server.drained()
    assert sorted(arrival.id for arrival in sink.snapshot()) == ["a1", "a2", "c1"]
    assert server.query("SELECT uuid FROM webhook_queue WHERE unrouted = 1 ORDER BY uuid") == [("b1",), ("none",)]


def test_a_program_gets_the_tenant(make, tmp_path):
    seen, script = tmp_path / "seen", tmp_path / "script"
    script.write_text(f'echo "$LUMBUNG_UUID=${{LUMBUNG_TENANT-unset}}" >> {seen}\n')
    config = f"destinations:\n  run:\n    command: [/bin/sh, {script}]\n    concurrency: 1\n"
    server = make(config=config).start()
    server.post(BATCH)
    server.drained()
    assert sorted(seen.read_text().split()) == ["a1=1293289", "a2=1293289", "b1=1293290", "none=unset"]


def test_the_time_of_an_event_is_read_and_never_refuses_one(make):
    times = {"a": "17/09/2026 21:10:59", "b": "31/02/2026 21:10:59", "c": 1789654259123, "d": "25:61:00", "e": None}
    server = make().start()
    body = [{"uuid": uuid, "databaseId": 7, "type": "T", "timestamp": time} for uuid, time in times.items()]
    answer = server.post(json.dumps(body).encode())
    assert answer.status == 200 and answer.json()["queued"] == 5
    found = {event["uuid"]: event["occurred_at"] for event in as_json(server, "events", "list")["events"]}
    assert found == {"a": "2026-09-17T14:10:59.000Z", "b": None, "c": "2026-09-17T14:10:59.123Z", "d": None, "e": None}
    assert as_json(server, "events", "show", str(number(server, "a")))["occurred_at"] == found["a"]
    shown = told(server, "events", "show", str(number(server, "a"))).splitlines()
    assert any(line.split() == ["occurred", found["a"]] for line in shown), shown
    assert server.query("SELECT uuid, datetime(occurred_at / 1000, 'unixepoch') FROM webhook_queue WHERE uuid < 'c'") == [
        ("a", "2026-09-17 14:10:59"), ("b", None)]
