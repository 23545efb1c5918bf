"""One process per SQLite file."""

import os
import shutil
import time

import pytest

from wire import event


def test_a_second_process_on_the_same_file_is_refused(make):
    first = make().start()
    assert first.post(event("mine")).status == 200
    second = make()
    second.database = first.database
    begun = time.monotonic()
    second.launch()
    assert second.wait_exit(15) == 1
    assert time.monotonic() - begun < 10
    lines = [line for line in second.output().splitlines() if line.strip()]
    assert len(lines) == 1, lines
    assert str(first.database) in lines[0], lines
    assert "another" in lines[0].lower() or "already" in lines[0].lower(), lines

    assert first.process.poll() is None
    assert first.post(event("still-mine")).status == 200
    first.completed("mine", "still-mine")


def test_a_second_process_by_another_name_of_the_file_is_refused(make):
    first = make().start()
    link = first.folder / "other-name"
    link.symlink_to(first.database.parent)
    second = make()
    second.database = link / first.database.name
    second.launch()
    assert second.wait_exit(15) == 1
    assert first.get("/readyz").status == 200


def test_after_a_kill_the_next_start_works_at_once(make):
    first = make().start()
    first.post(event("survivor"))
    first.kill()
    second = make()
    second.database = first.database
    second.start(limit=5)
    second.completed("survivor")


def test_a_taken_port_is_told(make):
    first = make().start()
    second = make()
    second.port = first.port
    second.launch()
    assert second.wait_exit(15) not in (0, None)
    assert str(first.port) in second.output()
    assert first.get("/readyz").status == 200


def test_a_path_that_sqlite_would_read_as_a_uri_is_refused(make):
    """`file:` carries switches such as nolock, past the lock of the first process."""
    server = make()
    for path in ("file:data/webhook.db", "FILE:x.db?nolock=1", "//u:canary@host/x", "~/x.db"):
        result = server.run("config", "check", DATABASE_URL=f"sqlite:{path}")
        assert result.returncode == 78, path
        assert b"DATABASE_URL" in result.stdout + result.stderr


@pytest.mark.parametrize("take_away", [
    lambda server: server.database.unlink(),
    lambda server: server.database.rename(server.database.with_name("elsewhere.db")),
    lambda server: shutil.copy(server.database, server.folder / "copy.db") and os.replace(
        server.folder / "copy.db", server.database),
    lambda server: server.database.parent.rename(server.folder / "elsewhere"),
    lambda server: shutil.rmtree(server.database.parent),
], ids=["deleted", "moved", "replaced", "folder moved", "folder deleted"])
def test_a_database_that_is_gone_under_the_server_stops_it_at_once(make, take_away):
    server = make().start()
    assert server.post(event("kept")).status == 200
    server.completed("kept")
    take_away(server)
    # Not one more is told that it is stored.
    assert server.post(event("late")).status == 503
    assert server.wait_exit(20) == 1
    assert "deleted, moved or replaced" in server.output()
