"""Fixtures of the process tests: each test has its own folder, ports, store and processes, and leaves none behind."""

import os
from pathlib import Path

import pytest

from harness import BINARY, Lumbung
from sink import Sink


def pytest_configure(config):
    config.addinivalue_line("markers", "proof: kills, cuts or fills something; scripts/prove runs these with bigger numbers")
    config.addinivalue_line("markers", "slow: waits for a timeout of the server to pass")


def pytest_sessionstart(session):
    if not os.access(BINARY, os.X_OK):
        pytest.exit(f"no program at {BINARY}: build it, or name it in LUMBUNG_BINARY", returncode=4)


@pytest.fixture
def make(tmp_path):
    """Makes servers: make(config=…, SETTING=…); not started. All are gone after the test."""
    servers = []

    def build(config=None, folder=None, **settings):
        place = Path(folder) if folder else tmp_path / f"server-{len(servers)}"
        place.mkdir(parents=True, exist_ok=True)
        servers.append(Lumbung(place, config, **settings))
        return servers[-1]

    yield build
    for server in servers:
        server.end()


@pytest.fixture
def server(make):
    """A started server with no config file: one source `accurate`, one destination `log`."""
    return make().start()


@pytest.fixture
def sink():
    """A destination under the test's control."""
    sink = Sink()
    yield sink
    sink.close()


@pytest.fixture(autouse=True)
def shown_on_failure(request, tmp_path):
    """Puts the ends of the server's output into the report of a failed test."""
    yield
    failed = getattr(request.node, "outcome_of_call", None)
    if failed:
        for log in sorted(tmp_path.rglob("std*.log")):
            text = log.read_bytes()[-3000:].decode(errors="replace")
            if text:
                print(f"--- {log.relative_to(tmp_path)}\n{text}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.outcome_of_call = outcome.get_result().failed
