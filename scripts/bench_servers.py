"""The two servers under test and what can be measured of a process from outside."""

import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
STARTED = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop_all():
    """Ends every server this run started and has not stopped, by its process id."""
    while STARTED:
        STARTED[-1].stop(kill=True)


class Server:
    """One started server with a database of its own."""

    ready_path = None
    # A row for each event that still waits or runs, by way of an index.
    open_work = "SELECT 1 FROM webhook_queue WHERE status IN ('pending', 'processing', 'retrying')"

    def __init__(self, folder, name, command, environment, database, port):
        self.name, self.database, self.port = name, database, port
        self.log = open(folder / f"{name}.log", "wb")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        STARTED.append(self)
        self.pid = self.process.pid
        self.wait_ready()
        self.ready_seconds = time.monotonic() - begun
        self.cpu_at_start = self.cpu_seconds()

    def wait_ready(self, limit=120):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode} at start:\n{self.tail()}")
            if self.answers():
                return
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} was not ready in {limit} s:\n{self.tail()}")

    def answers(self):
        try:
            if self.ready_path is None:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.ready_path}", timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def tail(self):
        return Path(self.log.name).read_bytes()[-2000:].decode(errors="replace")

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def status_kib(self, key):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        return 0

    def wakeups(self):
        """The context switches of each thread so far; threads come and go, so sums do not compare."""
        counts = {}
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            lines = (task / "status").read_text().splitlines()
            counts[task.name] = sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)
        return counts

    def reader(self):
        return sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)

    def stop(self, kill=False):
        if self in STARTED:
            STARTED.remove(self)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        return self.process.returncode


class Lumbung(Server):
    """Our server: `log` as its only destination, so that running an event costs next to nothing."""

    ready_path = "/readyz"
    open_work = "SELECT 1 FROM delivery WHERE due_at IS NOT NULL"

    def __init__(self, folder, level="warning", paused=False, database=None):
        self.binary = os.environ["LUMBUNG_BINARY"]
        port, database = free_port(), database or folder / "lumbung.db"
        config = folder / "bench.yaml"
        config.write_text("destinations:\n  log:\n    log: true\n" + ("    paused: true\n" if paused else ""))
        environment = {
            "HOST": "127.0.0.1", "PORT": str(port), "ADMIN_PORT": str(free_port()), "WORKER_COUNT": "5",
            "DATABASE_URL": f"sqlite:{database}", "LOG_LEVEL": level, "CONFIG_FILE": str(config),
        }
        super().__init__(folder, "lumbung", [self.binary, "serve"], environment, database, port)


class Original(Server):
    """The Go service that Lumbung replaces. It logs nothing per request, whatever the level."""

    def __init__(self, folder, sync="FULL", workers=5):
        port, database = free_port(), folder / "original.db"
        command = [
            os.path.join(os.environ["BENCH_TOOLS"], "original"), "-addr", f"127.0.0.1:{port}", "-db", str(database),
            "-sync", sync, "-workers", str(workers),
        ]
        super().__init__(folder, "original", command, {}, database, port)
