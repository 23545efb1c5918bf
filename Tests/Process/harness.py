"""Starts, watches and ends a real Lumbung process, and reads its database from outside."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

from wire import Answer, request

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("LUMBUNG_BINARY", str(ROOT / ".build/release/lumbung"))
UNFINISHED = ("pending", "processing", "retrying")


def eventually(check, what, limit=20.0):
    """Waits until check() is true and returns its value; fails, saying what was awaited, after `limit` seconds."""
    deadline = time.monotonic() + limit
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {limit:g} s: {what}; last seen: {value!r}"
        time.sleep(0.01)


def number(name, default):
    """A size of a test that scripts/prove raises."""
    return int(os.environ.get(name, default))


def at_once(count, work):
    """Runs work(index) in `count` threads that start together; their results in order."""
    results, barrier = [None] * count, threading.Barrier(count)

    def run(index):
        barrier.wait(30)
        try:
            results[index] = work(index)
        except Exception as fault:  # noqa: BLE001 - shown by the caller's assertion
            results[index] = fault

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    faults = [result for result in results if isinstance(result, Exception)]
    assert not faults, faults[0]
    return results


def free_port():
    """A port below the range from which the kernel takes ports for outgoing connections, so that none squats on it."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def as_bytes(value):
    return value if isinstance(value, bytes) else str(value).encode()


class Lumbung:
    """One store folder and, one after the other, the processes that serve it."""

    def __init__(self, folder, config=None, **settings):
        self.folder = Path(folder)
        self.port, self.admin_port = free_port(), free_port()
        self.database = self.folder / "data" / "webhook.db"
        self.config = None
        self.settings = {key: str(value) for key, value in settings.items()}
        self.process, self.starts = None, 0
        if config is not None:
            self.write_config(config)

    def write_config(self, text):
        self.config = self.folder / "test.yaml"
        self.config.write_text(text)

    @property
    def environment(self):
        settings = {
            "HOST": "127.0.0.1", "PORT": str(self.port), "ADMIN_HOST": "127.0.0.1", "ADMIN_PORT": str(self.admin_port),
            "DATABASE_URL": f"sqlite:{self.database}", **self.settings,
        }
        if self.config:
            settings["CONFIG_FILE"] = str(self.config)
        # Nothing of the tester's own environment may steer the process under test.
        return {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), **settings}

    # Life

    def launch(self, *arguments, prefix=()):
        """Starts the process, `lumbung` alone unless arguments are given, without waiting for anything."""
        assert self.process is None or self.process.poll() is not None, "it is running already"
        self.starts += 1
        self.out = self.folder / f"stdout-{self.starts}.log"
        self.err = self.folder / f"stderr-{self.starts}.log"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [*prefix, BINARY, *arguments], cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        return self

    def start(self, *arguments, prefix=(), limit=20.0):
        self.launch(*arguments, prefix=prefix)
        return self.wait_ready(limit)

    def wait_ready(self, limit=20.0):
        def ready():
            assert self.process.poll() is None, f"ended with {self.process.returncode} at start: {self.output()}"
            return self.get("/readyz").status == 200

        eventually(ready, "readyz is 200", limit)
        return self

    def wait_exit(self, limit=40.0):
        """The exit code; -9 for a process that was killed."""
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {limit:g} s: {self.output()}") from None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9, as a crash: nothing is told, nothing is flushed."""
        self.process.kill()
        return self.wait_exit()

    def stop(self, limit=40.0):
        self.signal(signal.SIGTERM)
        return self.wait_exit(limit)

    def end(self):
        """For a fixture's end: whatever still runs is gone afterwards."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def run(self, *arguments, input=None, timeout=60, **settings):
        """Runs another command of the same program with the same settings, to its end."""
        return subprocess.run(
            [BINARY, *arguments], cwd=self.folder, env={**self.environment, **settings}, input=input,
            stdin=subprocess.DEVNULL if input is None else None, capture_output=True, timeout=timeout)

    def output(self):
        return (self.out.read_bytes() + self.err.read_bytes()).decode(errors="replace")

    # Talk

    def post(self, body, source="accurate", **options):
        return request(self.port, "POST", f"/webhook/{source}", body, **options)

    def get(self, path, admin=False):
        try:
            return request(self.admin_port if admin else self.port, "GET", path)
        except OSError as problem:
            return Answer(0, {}, str(problem).encode())

    # Look

    def query(self, sql, *values):
        """Reads as a person would, beside the running service."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20) as reader:
            rows = reader.execute(sql, values).fetchall()
        reader.close()
        return rows

    def rows(self, *uuids):
        marks = ",".join("?" * len(uuids))
        return self.query(
            "SELECT id, uuid, type, CAST(payload AS BLOB), status, attempts, source FROM webhook_queue "
            + (f"WHERE uuid IN ({marks}) " if uuids else "") + "ORDER BY id", *uuids)

    def count(self, *statuses):
        if not statuses:
            return self.query("SELECT count(*) FROM webhook_queue")[0][0]
        marks = ",".join("?" * len(statuses))
        return self.query(f"SELECT count(*) FROM webhook_queue WHERE status IN ({marks})", *statuses)[0][0]

    def drained(self, limit=60.0):
        """Waits until no event is pending, processing or retrying."""
        eventually(lambda: self.count(*UNFINISHED) == 0, "nothing waits or runs any more", limit)

    def completed(self, *uuids, limit=30.0):
        def check():
            states = dict(self.query(
                f"SELECT uuid, status FROM webhook_queue WHERE uuid IN ({','.join('?' * len(uuids))})", *uuids))
            return all(states.get(uuid) == "completed" for uuid in uuids)

        eventually(check, f"completed: {uuids[:5]}", limit)

    def tables_holding(self, text):
        """The names of the tables in which some column holds the text."""
        found = set()
        for (table,) in self.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
            for row in self.query(f'SELECT * FROM "{table}"'):
                if any(as_bytes(text) in as_bytes(value) for value in row if value is not None):
                    found.add(table)
        return found

    def whole(self):
        """The database is sound by SQLite's own check. Only while no process serves it, or beside one that does."""
        return self.query("PRAGMA integrity_check") == [("ok",)]
