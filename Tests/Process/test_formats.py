"""Where events stand in a body, what names them, and bodies that are no JSON: all of it byte for byte to the destination."""

import base64
import hashlib
import json
import sys
from datetime import datetime, timezone

import pytest

from harness import ROOT
from wire import Wire, request

sys.path.append(str(ROOT / ".build-python"))

FORM = "application/x-www-form-urlencoded"
ANY_BYTES = bytes(range(256)) + b"\x00\xc3\x28\xed\xa0\x80\xff" + "é".encode()


@pytest.fixture
def shop(make, sink):
    """Makes a server with the source `shop` as the given lines say."""

    def build(*lines, routes=""):
        text = "sources:\n  shop:\n" + "".join(f"    {line}\n" for line in lines)
        return make(config=text + sink.config() + routes).start()

    return build


def post(server, body, type="application/json", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.post(body, source="shop", headers={"Content-Type": type, **names} if type else names)


def taken(server, body, type="application/json", **headers):
    """Posts and gives the rows of the events."""
    answer = post(server, body, type, **headers)
    assert answer.status == 200, answer
    return server.rows(*[event["uuid"] for event in answer.json()["events"]])


def delivered(server, sink, count):
    server.drained()
    arrivals = sink.snapshot()
    assert len(arrivals) == count
    return arrivals


def refused(server, status, *request_parts, **headers):
    before = server.count()
    answer = post(server, *request_parts, **headers)
    assert answer.status == status, answer
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert server.count() == before
    return answer.json()["detail"]


def shown(document):
    """The payload in a document of the admin API."""
    payload = document["payload"]
    return base64.b64decode(payload) if document["payload_encoding"] == "base64" else payload.encode()


def test_a_template_names_an_event_by_several_of_its_values(shop):
    server = shop('id: ["{json:/id}:{json:/state}{json:/fraud?}", json:/id]', 'type: "{header:X-Kind}.{json:/state}"')
    assert [row[1:3] for row in taken(server, b'{"id":"a","state":"paid"}', X_Kind="order")] == [("a:paid", "order.paid")]
    assert [row[1] for row in taken(server, b'{"id":"a","state":"paid","fraud":1}')] == ["a:paid1"]
    assert [row[1:3] for row in taken(server, b'{"id":"b"}')] == [("b", "")]
    again = post(server, b'{"id":"a","state":"paid"}').json()
    assert again["status"] == "duplicate"
    assert "twice" in refused(server, 400, b'{"id":"a","id":"a","state":"paid"}')
    assert "control" in refused(server, 400, b'{"id":"c","state":"\\n"}')


def test_the_events_stand_deeper_in_the_body(shop, sink):
    server = shop("split: /data/events")
    first, second = b'{ "uuid":"one", "type":"T" }', b'{"uuid":"two"}'
    rows = taken(server, b'{"uuid":"outer","data":{"events":[' + first + b" ,\n" + second + b"]}}")
    assert [(row[1], row[3]) for row in rows] == [("one", first), ("two", second)]
    assert {arrival.body for arrival in delivered(server, sink, 2)} == {first, second}
    assert post(server, b'{"data":{"events":[]}}').json()["status"] == "empty"
    assert "/data/events" in refused(server, 400, b'{"data":{}}')
    assert "/data/events" in refused(server, 400, b"[]")


def test_a_form_is_delivered_as_it_came(shop, sink):
    server = shop("format: form", "id: form:MessageSid", "type: form:Status")
    body = b"Body=caf%C3%A9+%26+more&MessageSid=SM%2D1&Status=sent&odd=%zz&\x80"
    (row,) = taken(server, body, FORM + "; charset=utf-8")
    assert row[1:4] == ("SM-1", "sent", body)
    (arrival,) = delivered(server, sink, 1)
    assert arrival.body == body
    assert arrival.headers["content-type"] == FORM + "; charset=utf-8"
    assert arrival.headers["webhook-id"] == "SM-1" and arrival.headers["lumbung-type"] == "sent"
    assert "twice" in refused(server, 400, b"MessageSid=a&MessageSid=a", FORM)
    assert taken(server, b"MessageSid=b&Status=x&Status=y", FORM)[0][2] == ""


def test_what_came_without_a_content_type_is_given_none_unless_it_looks_like_json(shop, sink):
    server = shop("format: raw", "id: header:X-Id")
    types = {}
    for name, body in [("text", b"a,b"), ("none", b""), ("object", b" {"), ("list", b"[1]")]:
        head = f"POST /webhook/shop HTTP/1.1\r\nHost: h\r\nX-Id: {name}\r\nContent-Length: {len(body)}\r\n\r\n"
        with Wire(server.port) as wire:
            assert wire.send(head.encode() + body).answer().status == 200
        (row,) = server.rows(name)
        types[name] = server.get(f"/api/v1/events/{row[0]}/payload", admin=True).headers["content-type"]
    assert types == {"text": "application/octet-stream", "none": "application/octet-stream",
                     "object": "application/json", "list": "application/json"}
    found = {arrival.id: arrival.headers.get("content-type") for arrival in delivered(server, sink, 4)}
    assert found == {"text": None, "none": None, "object": "application/json", "list": "application/json"}


def test_json_in_a_form_names_the_event_and_the_form_is_delivered(shop, sink):
    server = shop("format: [json, form-payload]", "id: json:/id",
                  routes='routes:\n  - {from: shop, when: {/n: 1}, to: sink}\n')
    form = b"payload=%7B%22id%22%3A%22a+b%22%2C%22n%22%3A1%7D&x=1"
    assert taken(server, form, FORM)[0][1:4] == ("a b", "", form)
    assert taken(server, b'{"id":"plain","n":1}')[0][1] == "plain"
    assert {arrival.body for arrival in delivered(server, sink, 2)} == {form, b'{"id":"plain","n":1}'}
    refused(server, 400, b"payload=%5B%7B%7D%5D", FORM)
    refused(server, 400, b"other=1", FORM)
    assert "json, form-payload" in refused(server, 415, b"{}", "text/plain")


@pytest.mark.parametrize("body", [ANY_BYTES, b"\x00", b"", b"\xff\xfe", b"a\x00b"], ids=["all", "NUL", "none", "BOM", "inside"])
def test_any_bytes_are_delivered_and_shown_as_they_came(shop, sink, body):
    server = shop("format: raw", "id: header:X-Id", "type: blob")
    (row,) = taken(server, body, "image/png", X_Id="r1")
    assert row[1:4] == ("r1", "blob", body)
    (arrival,) = delivered(server, sink, 1)
    assert arrival.body == body and arrival.headers["content-type"] == "image/png"
    path = f"/api/v1/events/{row[0]}"
    payload = server.get(path + "/payload", admin=True)
    assert payload.body == body and payload.headers["content-type"] == "image/png"
    assert shown(server.get(path, admin=True).json()) == body
    text = server.run("events", "show", str(row[0]))
    assert text.returncode == 0 and b"\x00" not in text.stdout
    assert post(server, body, "image/png", X_Id="r1").json()["status"] == "duplicate"
    assert post(server, body + b"\x00", "image/png", X_Id="r1").json()["status"] == "conflict"
    (conflict,) = server.get(path, admin=True).json()["conflicts"]
    assert shown(conflict) == body + b"\x00"


def test_any_bytes_survive_a_kill_and_are_routed_again(shop, sink):
    server = shop("format: raw", "type: header:X-Kind", routes="routes:\n  - {from: shop, type: later, to: sink}\n")
    (row,) = taken(server, ANY_BYTES, "application/octet-stream", X_Kind="later")
    identity = "sha256:" + hashlib.sha256(ANY_BYTES).hexdigest()
    assert row[1] == identity
    delivered(server, sink, 1)
    server.kill()
    server.start()
    again = request(server.admin_port, "POST", f"/api/v1/events/{row[0]}/replay", b'{"reroute":true}')
    assert again.status == 200, again
    assert [arrival.body for arrival in delivered(server, sink, 2)] == [ANY_BYTES] * 2


ONE = {"specversion": "1.0", "id": "i", "source": "/shop", "type": "made", "data": {"n": 1}}


def test_cloud_events_in_each_mode(shop, sink):
    server = shop("format: cloudevents")
    attributes = {"ce-specversion": "1.0", "ce-source": "/shop", "ce-type": "made"}
    (row,) = taken(server, b"\x89PNG\x00", "image/png", **attributes, **{"ce-id": "%E2%82%AC%20%31"})
    assert row[1:4] == ("/shop € 1", "made", b"\x89PNG\x00")
    structured = json.dumps(ONE).encode()
    (row,) = taken(server, structured, "application/cloudevents+json; charset=UTF-8")
    assert row[1:4] == ("/shop i", "made", structured)
    batch = json.dumps([{**ONE, "id": "j"}, {**ONE, "source": "/other"}]).encode()
    rows = taken(server, batch, "application/cloudevents-batch+json")
    assert {row[1] for row in rows} == {"/shop j", "/other i"}
    types = sorted(arrival.headers["content-type"] for arrival in delivered(server, sink, 4))
    assert types == ["application/cloudevents+json"] * 2 + ["application/cloudevents+json; charset=UTF-8", "image/png"]
    assert post(server, structured, "application/cloudevents+json").json()["status"] == "duplicate"
    assert "ce-id" in refused(server, 400, b"{}", **attributes)
    refused(server, 400, b"{}", **attributes, **{"ce-id": "%FF"})
    refused(server, 400, b'{"id":"i"}', "application/cloudevents+json")
    refused(server, 415, b"<e/>", "application/cloudevents+xml")


def test_json_stays_the_format_whatever_the_content_type_says(shop):
    server = shop("id: json:/id")
    for number, type in enumerate(["text/plain", FORM, "application/cloudevents+json", None]):
        assert taken(server, json.dumps({"id": f"e{number}"}).encode(), type)[0][1] == f"e{number}"
    refused(server, 400, b"id=1", FORM)


# The package of the CloudEvents project


@pytest.fixture(scope="module")
def package():
    reason = "the package cloudevents is not there: run scripts/setup"
    events = pytest.importorskip("cloudevents.core.v1.event", reason=reason)
    binding = pytest.importorskip("cloudevents.core.bindings.http", reason=reason)

    class Package:
        Event, Message = events.CloudEvent, binding.HTTPMessage
        binary, structured, read = binding.to_binary_event, binding.to_structured_event, binding.from_http_event

        @staticmethod
        def made(data, type="application/json", **more):
            attributes = {"type": "id.toko.sale", "source": "/toko/kasir?no=1", "id": "e 1 é 🌾", "specversion": "1.0",
                          "time": datetime(2026, 11, 25, 7, 0, 0, 250000, timezone.utc), "subject": 'a "b" 100%',
                          "datacontenttype": type, "traceparent": "00-ab-01"}
            return events.CloudEvent({**attributes, **more}, data)

    return Package


def sent(server, message):
    """Posts a message of the package and gives the rows of its events."""
    names = {name.lower(): value for name, value in message.headers.items()}
    return taken(server, message.body, names.pop("content-type"), **names)


def read(package, arrival):
    """What the package reads from a delivery."""
    return package.read(package.Message(headers=arrival.headers, body=arrival.body))


@pytest.mark.parametrize("data,type", [({"n": [1, "é"]}, "application/json"), (b"\x89PNG\x00", "image/png")], ids=["json", "bytes"])
def test_a_binary_cloud_event_of_the_package_reaches_the_package_whole(shop, sink, package, data, type):
    server = shop("format: cloudevents")
    made = package.made(data, type)
    message = package.binary(made)
    (row,) = sent(server, message)
    assert row[1:4] == ("/toko/kasir?no=1 e 1 é 🌾", "id.toko.sale", message.body)
    (arrival,) = delivered(server, sink, 1)
    came = read(package, arrival)
    assert came.get_attributes() == made.get_attributes() and came.get_data() == data
    assert {name for name in arrival.headers if name.startswith("ce-")} == {
        name for name in message.headers if name.startswith("ce-")}


def test_structured_and_batched_cloud_events_of_the_package_reach_it_whole(shop, sink, package):
    server = shop("format: cloudevents")
    made = package.made({"n": 1})
    message = package.structured(made)
    (row,) = sent(server, message)
    assert row[1:4] == ("/toko/kasir?no=1 e 1 é 🌾", "id.toko.sale", message.body)
    batched = [package.made({"n": number}, id=f"b{number}") for number in range(3)]
    parts = [package.structured(one).body for one in batched]
    rows = taken(server, b"[" + b", ".join(parts) + b"]", "application/cloudevents-batch+json")
    assert [(row[1], row[3]) for row in rows] == [
        (f"/toko/kasir?no=1 b{number}", part) for number, part in enumerate(parts)]
    came = sorted((read(package, arrival) for arrival in delivered(server, sink, 4)), key=lambda one: one.get_id())
    assert [one.get_attributes() for one in came] == [one.get_attributes() for one in [*batched, made]]
    assert not any(name.startswith("ce-") for arrival in sink.snapshot() for name in arrival.headers)


def test_the_headers_of_a_cloud_event_travel_from_cloud_events_alone(shop, sink):
    server = shop("id: json:/id")
    headers = {"ce-specversion": "1.0", "ce-source": "/shop", "ce-type": "made", "ce-id": "x"}
    taken(server, b'{"id":"a"}', **headers)
    (arrival,) = delivered(server, sink, 1)
    assert not any(name.startswith("ce-") for name in arrival.headers)
