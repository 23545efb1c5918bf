"""Names that lie: the address that was checked is the one that is called, at every attempt anew."""

import pytest

from harness import eventually
from network import Canary, NameServer, name_service, own_network
from sink import Sink
from wire import event

# It belongs to this machine inside the test's own network, where nothing else is; to the guard it is a public one.
PUBLIC = "93.184.216.34"
# The same, by a local route alone: no interface has it.
ROUTED = "93.184.217.9"
PORT = 8080
ONCE = "    retry: {attempts: 1}\n"


@pytest.fixture
def names():
    """A network of the test's own with a name server in it."""
    inner = ["169.254.169.254", "10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"]
    with own_network(PUBLIC, *inner, local=["93.184.217.0/24"]):
        server = NameServer()
        try:
            yield server
        finally:
            server.close()


@pytest.fixture
def outside(names):
    """A destination with a public address."""
    sink = Sink(host=PUBLIC, port=PORT)
    yield sink
    sink.close()


@pytest.fixture
def canary(names):
    """The same port on every address that no destination may reach."""
    places = ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "64:ff9b::7f00:1", "2002:7f00:1::1"]
    canary = Canary(*[(place, PORT) for place in places])
    yield canary
    canary.close()


def destination(name, host, more=ONCE):
    return f"  {name}:\n    url: http://{host}:{PORT}/hook\n{more}"


def outcomes(server, name):
    """How the attempts at a destination ended, in order: the outcome and its detail."""
    return server.query(
        "SELECT outcome, detail FROM attempt WHERE destination_id = (SELECT id FROM destination WHERE name = ?) "
        "ORDER BY lease_token", name)


def test_a_name_that_turns_private_is_called_at_its_public_address_only(make, names, outside, canary):
    names.records["turning.test"] = lambda lookup: [PUBLIC] if lookup == 0 else ["127.0.0.1"]
    retry = "    retry: {attempts: 3, first: 20ms, longest: 50ms}\n"
    server = make(config="destinations:\n" + destination("app", "turning.test", retry))
    server.start(prefix=name_service(server.folder))
    server.post(event("first"))
    server.completed("first")
    assert [arrival.id for arrival in outside.snapshot()] == ["first"], "the checked address is the one that is called"
    assert outside.snapshot()[0].headers["host"] == f"turning.test:{PORT}"
    assert names.asked("turning.test") == 1, "a second lookup may have another answer than the one that was checked"
    server.post(event("second"))
    eventually(lambda: server.rows("second")[0][4] == "dead", "it gives up")
    blocked = outcomes(server, "app")[1:]
    assert [outcome for outcome, _ in blocked] == ["blocked"] * 3
    assert all(detail.startswith("127.0.0.1 is not public (loopback)") for _, detail in blocked), blocked
    assert names.asked("turning.test") == 4, "every attempt asks anew"
    assert len(outside.snapshot()) == 1
    assert canary.count() == 0


def test_every_way_to_mean_a_private_address_is_blocked(make, names, outside, canary):
    names.records.update({
        "inner.test": ["127.0.0.1"],
        "one.test": [PUBLIC, "127.0.0.1"], "two.test": ["127.0.0.1", PUBLIC], "six.test": [PUBLIC, "::1"],
        "three.test": ["::ffff:127.0.0.1"], "four.test": ["64:ff9b::7f00:1"], "five.test": ["2002:7f00:1::1"],
        "seven.test": ["169.254.169.254"], "eight.test": ["10.0.0.1"], "nine.test": ["0.0.0.0"], "ten.test": ["::"],
        "eleven.test": [("CNAME", "inner.test")], "twelve.test": [("CNAME", "eleven.test"), PUBLIC],
        "thirteen.test": ["fe80::1"], "fourteen.test": [PUBLIC] * 8 + ["fd00::1"],
    })
    hosts = [name for name in names.records if name != "inner.test"]
    # The system's own names count as well.
    hosts += ["localhost"]
    text = "destinations:\n" + "".join(destination(f"d{index}", host) for index, host in enumerate(hosts))
    server = make(config=text, WORKER_COUNT=4)
    server.start(prefix=name_service(server.folder))
    server.post(event("inward"))
    server.drained()
    seen = {host: outcomes(server, f"d{index}") for index, host in enumerate(hosts)}
    wrong = {host: ended for host, ended in seen.items() if [outcome for outcome, _ in ended] != ["blocked"]}
    assert wrong == {}
    assert outside.snapshot() == [] and canary.count() == 0


def test_a_name_that_cannot_be_resolved_waits_for_its_name_server(make, names, outside):
    answer = {"now": NameServer.NXDOMAIN}
    names.records["app.test"] = lambda lookup: answer["now"]
    names.records["well.test"] = [PUBLIC]
    retry = "    timeout: 300ms\n    retry: {attempts: 100, first: 20ms, longest: 50ms}\n"
    server = make(
        config="destinations:\n" + destination("app", "app.test", retry) + destination("well", "well.test"), WORKER_COUNT=2)
    server.start(prefix=name_service(server.folder))
    server.post(event("lost"))

    def ended(outcome):
        return [detail for kind, detail in outcomes(server, "app") if kind == outcome]

    eventually(lambda: ended("dns"), "the name is not known")
    assert all(detail.startswith("app.test: ") for detail in ended("dns"))
    answer["now"] = NameServer.SERVFAIL
    before = len(ended("dns"))
    eventually(lambda: len(ended("dns")) > before + 1, "the name server fails")
    # Silence: the lookup hangs, the attempt ends with its timeout, and the other destination is served meanwhile.
    answer["now"] = None
    eventually(lambda: ended("timeout"), "the attempt is given up while the lookup hangs")
    server.post(event("meanwhile"))
    eventually(lambda: any(arrival.id == "meanwhile" for arrival in outside.snapshot()), "the other one is served")
    answer["now"] = [PUBLIC]
    server.completed("lost", "meanwhile", limit=60)


def test_no_public_address_of_its_own_leads_back(make, names):
    """The machine's own public address is no way in, nor one that only a local route makes its own."""
    names.records["myself.test"] = [PUBLIC]
    server = make(HOST="0.0.0.0")
    hosts = {"literal": PUBLIC, "name": "myself.test", "routed": ROUTED}
    server.write_config("destinations:\n" + "".join(
        f"  {name}:\n    url: http://{host}:{server.port}/webhook/accurate\n{ONCE}" for name, host in hosts.items()))
    server.start(prefix=name_service(server.folder))
    server.post(event("loop"))
    server.drained()
    for name, host in hosts.items():
        ((outcome, detail),) = outcomes(server, name)
        assert outcome == "blocked", detail
        address = PUBLIC if name == "name" else host
        assert detail.startswith(f"{address} port {server.port} is where Lumbung itself listens"), detail
    assert server.count() == 1
