"""Files and folders that cannot serve: refused with one clear line, and left exactly as they were."""

import hashlib
import os
import sqlite3
from contextlib import closing

import pytest

from faults import read_only
from wire import event


def fingerprint(path):
    """The bytes and names of a file or of everything in a folder."""
    if path.is_dir():
        return {entry.name: fingerprint(entry) for entry in sorted(path.iterdir())}
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(server, names=None):
    server.launch()
    code = server.wait_exit(20)
    assert code not in (0, None) and code > 0, f"exit {code}: {server.output()}"
    lines = [line for line in server.output().splitlines() if line.strip()]
    assert len(lines) == 1, lines
    assert str(names or server.database) in lines[0], lines
    assert "Fatal error" not in lines[0] and "Swift/" not in lines[0]
    return lines[0]


def refused_and_untouched(server):
    before = fingerprint(server.database)
    line = refused(server)
    assert fingerprint(server.database) == before
    assert not (server.database.parent / (server.database.name + "-wal")).exists()
    return line


def at(make, **more):
    server = make(**more)
    server.database.parent.mkdir(parents=True)
    return server


def test_a_folder_in_the_files_place(make):
    server = at(make)
    server.database.mkdir()
    (server.database / "keep").write_text("me")
    line = refused_and_untouched(server)
    assert "folder" in line or "directory" in line


@pytest.mark.parametrize("content", [os.urandom(8192), b"hello, I am a text file\n" * 100, b"x"], ids=["random", "text", "one byte"])
def test_a_file_that_is_no_database(make, content):
    server = at(make)
    server.database.write_bytes(content)
    refused_and_untouched(server)


@pytest.mark.parametrize("marked", [False, True], ids=["without application_id", "with application_id"])
def test_another_programs_database(make, marked):
    server = at(make)
    with closing(sqlite3.connect(server.database)) as other:
        other.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
        other.execute("INSERT INTO notes (text) VALUES ('do not touch')")
        if marked:
            other.execute("PRAGMA application_id = 12345")
        other.commit()
    refused_and_untouched(server)


def used(make):
    """A server whose database holds an event and which has stopped."""
    server = make().start()
    server.post(event("there"))
    server.completed("there")
    assert server.stop() == 0
    return server


def test_a_database_from_the_future(make):
    server = used(make)
    with closing(sqlite3.connect(server.database)) as future:
        (version,) = future.execute("PRAGMA user_version").fetchone()
        future.execute(f"PRAGMA user_version = {version + 1}")
        future.commit()
        future.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    line = refused_and_untouched(server)
    assert "newer" in line
    with closing(sqlite3.connect(server.database)) as back:
        back.execute(f"PRAGMA user_version = {version}")
        back.commit()
    server.start()
    assert server.rows("there")[0][4] == "completed"


@pytest.mark.parametrize("keep", [50, 1000, 4096, -4096], ids=["in the header", "in the first page", "one page", "last page gone"])
def test_a_file_cut_short(make, keep):
    server = used(make)
    whole = server.database.read_bytes()
    server.database.write_bytes(whole[:keep])
    refused_and_untouched(server)


def test_a_read_only_folder(make):
    server = used(make)
    with read_only(server.database.parent):
        refused_and_untouched(server)
    server.start()


def test_a_folder_that_cannot_be_made(make):
    server = make()
    (server.folder / "data").write_text("a file where the folder should be")
    refused(server)
    assert (server.folder / "data").read_text() == "a file where the folder should be"


def test_an_empty_path(make):
    server = make(DATABASE_URL="sqlite:")
    server.launch()
    assert server.wait_exit(20) == 78
    assert "DATABASE_URL" in server.output()


def test_the_folder_is_made_and_private(make):
    server = make().start()
    assert server.database.stat().st_mode & 0o077 == 0, oct(server.database.stat().st_mode)
