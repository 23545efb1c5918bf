"""No destination leads back to the inbox itself, whatever it may reach: no loop, and no operator's act by an event."""

import re

import pytest

from harness import eventually
from test_reload import reload
from wire import event, request

ONCE = "    allow_private: true\n    retry: {attempts: 1}\n"


def destinations(urls):
    return "destinations:\n" + "".join(f"  {name}:\n    url: {url}\n{ONCE}" for name, url in urls.items())


def blocked(server, names):
    """Checks that every attempt was refused as one that leads back."""
    rows = server.query(
        "SELECT d.name, a.outcome, a.detail FROM attempt AS a JOIN destination AS d ON d.id = a.destination_id")
    assert sorted(name for name, _, _ in rows) == sorted(names)
    for name, outcome, detail in rows:
        assert outcome == "blocked", (name, outcome, detail)
        assert "is where Lumbung itself listens" in detail, (name, detail)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "localhost"])
def test_neither_the_ingest_nor_the_admin_listener_is_reached(make, host):
    server = make(HOST=host, LOG_FORMAT="json")
    reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    urls = {
        "loop": f"http://{reached}:{server.port}/webhook/accurate",
        "pause": f"http://127.0.0.1:{server.admin_port}/api/v1/destinations/loop/pause",
        "nowhere": f"http://0.0.0.0:{server.admin_port}/api/v1/destinations/loop/pause",
        "mapped": f"http://[::ffff:127.0.0.1]:{server.admin_port}/api/v1/destinations/loop/pause",
        "name": f"http://localhost:{server.admin_port}/api/v1/destinations/loop/pause",
        "secure": f"https://127.0.0.1:{server.admin_port}/api/v1/destinations/loop/pause",
    }
    server.write_config(destinations(urls))
    server.start()
    server.post(event("round"))
    server.drained()
    blocked(server, urls)
    assert server.count() == 1, "it came back as an event"
    assert "paused" not in server.output(), "an event paused a destination"
    answer = request(server.admin_port, "POST", "/api/v1/destinations/loop/test")
    assert answer.json()["outcome"] == "blocked"


def test_another_inbox_on_the_same_machine_may_be_reached(make):
    last = make().start()
    first = make(config=destinations({"next": f"http://127.0.0.1:{last.port}/webhook/accurate"})).start()
    first.post(event("handed-on"))
    first.completed("handed-on")
    last.completed("handed-on")


def test_ports_that_are_chosen_at_the_start_are_known_after_a_reload_too(make):
    server = make(config=destinations({"log": "http://127.0.0.1:1/"}), PORT=0, ADMIN_PORT=0)
    server.launch()

    def ports():
        found = re.findall(r"listening for (webhooks|the operator).*?port=(\d+)", server.output())
        return dict(found) if len(found) == 2 else None

    chosen = eventually(ports, "both listeners are bound")
    server.port, server.admin_port = int(chosen["webhooks"]), int(chosen["the operator"])
    server.wait_ready()
    urls = {
        "loop": f"http://127.0.0.1:{server.port}/webhook/accurate",
        "admin": f"http://127.0.0.1:{server.admin_port}/api/v1/destinations/loop/pause",
    }
    reload(server, destinations(urls))
    server.post(event("round"))
    server.drained()
    blocked(server, urls)
    assert server.count() == 1
