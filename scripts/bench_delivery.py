"""What deliveries reach: against the HTTP client alone, beside a destination that hangs, and beside a great backlog."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from statistics import median

from bench_servers import Server, free_port

EVENTS = 100_000
BODY_BYTES = 200
WAITING = 1_000_000


class Sink:
    """The local destination of every run."""

    def __init__(self):
        self.process = subprocess.Popen(
            [os.path.join(os.environ["BENCH_TOOLS"], "sink")], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        self.process.kill()
        self.process.wait()


class Deliverer(Server):
    """Our server with destinations of a run's own; a reload pauses and resumes them."""

    ready_path = "/readyz"

    def __init__(self, folder, destinations, workers):
        self.config, self.destinations = folder / "delivery.yaml", destinations
        self.write(paused=set(destinations))
        port = free_port()
        environment = {
            "HOST": "127.0.0.1", "PORT": str(port), "ADMIN_PORT": str(free_port()), "WORKER_COUNT": str(workers),
            "DATABASE_URL": f"sqlite:{folder / 'lumbung.db'}", "LOG_LEVEL": "critical", "CONFIG_FILE": str(self.config),
        }
        super().__init__(folder, "lumbung", [os.environ["LUMBUNG_BINARY"], "serve"], environment, folder / "lumbung.db", port)

    def write(self, paused):
        lines = ["destinations:"]
        for name, (url, more) in self.destinations.items():
            lines += [f"  {name}:", f"    url: {url}", "    allow_private: true", *(f"    {line}" for line in more)]
            lines += ["    paused: true"] if name in paused else []
        lines += ["routes:"] + [f"  - {{from: accurate, type: {name.upper()}, to: [{name}]}}" for name in self.destinations]
        self.config.write_text("\n".join(lines) + "\n")

    def resume(self, *names):
        self.write(paused=set(self.destinations) - set(names))
        self.process.send_signal(signal.SIGHUP)

    def fill(self, name, count, start=0):
        """Stores events for a destination, a thousand a request, each of about BODY_BYTES."""
        for first in range(start, start + count, 1000):
            body = []
            for index in range(first, min(first + 1000, start + count)):
                text = {"uuid": f"{name}-{index}", "type": name.upper(), "pad": ""}
                text["pad"] = "x" * (BODY_BYTES - len(json.dumps(text)))
                body.append(text)
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/webhook/accurate", json.dumps(body).encode(), method="POST")
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert answer.status == 200

    def drained(self, name, limit=300):
        """Seconds until nothing waits for a destination any more."""
        begun = time.monotonic()
        with closing(self.reader()) as database:
            number = database.execute("SELECT id FROM destination WHERE name = ?", (name,)).fetchone()[0]
            while database.execute(
                    "SELECT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_due WHERE destination_id = ? "
                    "AND lane IN (0, 1, 2, 3, 9) AND due_at IS NOT NULL)", (number,)).fetchone()[0]:
                if time.monotonic() - begun > limit:
                    raise RuntimeError(f"{name} was not drained in {limit} s")
                time.sleep(0.01)
        return time.monotonic() - begun


def drain_rate(base, destinations, name, workers, count, before=None):
    """Deliveries a second to one destination from a stored backlog."""
    server = Deliverer(Path(tempfile.mkdtemp(prefix="run-", dir=base)), destinations, workers)
    try:
        server.fill(name, count)
        others = before(server) if before else []
        server.resume(name, *others)
        return count / server.drained(name)
    finally:
        server.stop(kill=True)


def client_alone(sink, workers, path="/", count=EVENTS):
    command = [os.environ["BENCH_CLIENT"], sink.url(path), str(count), str(workers), str(BODY_BYTES)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout)


def against_the_client(options, base, sink, note):
    ours, alone = [], []
    for run in range(options.runs):
        ours.append(drain_rate(base, {"app": (sink.url(), [])}, "app", 64, EVENTS))
        alone.append(client_alone(sink, 64))
        note(f"drain, run {run + 1}: ours {ours[-1]:,.0f}/s, the client alone {alone[-1]:,.0f}/s")
    print(f"\n## Draining {EVENTS:,} stored events to a local sink, WORKER_COUNT=64\n")
    print("| | deliveries/s | ratio |\n|---|---|---|")
    print(f"| AsyncHTTPClient alone | {median(alone):,.0f} | 1 |")
    print(f"| Lumbung, attempts counted and recorded | {median(ours):,.0f} | {median(ours) / median(alone):.2f} |")


def busy_workers(options, base, sink, note):
    count = 2000
    rates, alone = [], []
    for _ in range(options.runs):
        rates.append(drain_rate(base, {"app": (sink.url("/slow"), [])}, "app", 5, count))
        alone.append(client_alone(sink, 5, "/slow", count))
    share = median(rates) * 0.020 / 5
    print(f"\n## Five workers, a sink that takes 20 ms\n\n{median(rates):,.0f} deliveries/s, "
          f"{median(rates) / median(alone):.0%} of five connections of the client alone: "
          f"the five were inside the sink's 20 ms for {share:.0%} of the time.")


def beside_a_hanging_one(options, base, sink, note):
    print("\n## A healthy destination beside one that hangs\n")
    print("| workers | sink | alone /s | beside one that hangs /s | ratio |\n|---|---|---|---|---|")
    hanging = ("hang", (sink.url("/hang"), ["timeout: 1s", "retry: {attempts: 100, first: 1s, longest: 2s}"]))
    for workers, path, count in ((64, "/", 50_000), (5, "/", 50_000), (5, "/slow", 3000)):
        two = {"app": (sink.url(path), []), hanging[0]: hanging[1]}

        def hang(server):
            server.fill("hang", 5000)
            server.resume("hang")
            # Ten timeouts, and the circuit is open.
            time.sleep(8)
            return ["hang"]

        alone, beside = [], []
        for run in range(options.runs):
            alone.append(drain_rate(base, two, "app", workers, count))
            beside.append(drain_rate(base, two, "app", workers, count, before=hang))
            note(f"hang, {workers} workers, {path}, run {run + 1}: {alone[-1]:,.0f}/s, {beside[-1]:,.0f}/s")
        name = "answers at once" if path == "/" else "takes 20 ms"
        print(f"| {workers} | {name} | {median(alone):,.0f} | {median(beside):,.0f} | {median(beside) / median(alone):.2f} |")


def beside_a_backlog(options, base, sink, note):
    two = {"app": (sink.url(), []), "paused": (sink.url("/hang"), [])}
    count, rates = 20_000, {False: [], True: []}

    def wait_many(server):
        server.fill("paused", WAITING)
        return []

    for run in range(options.runs):
        for many in (False, True):
            rates[many].append(drain_rate(base, two, "app", 64, count, before=wait_many if many else None))
            note(f"backlog {many}, run {run + 1}: {rates[many][-1]:,.0f}/s")
    empty, full = median(rates[False]), median(rates[True])
    print(f"\n## {WAITING:,} events waiting for a paused destination\n\nAnother destination is drained at {full:,.0f}/s "
          f"beside them and {empty:,.0f}/s without: {full / empty:.2f}.")


def delivery(options, base, note):
    sink = Sink()
    try:
        for part in (against_the_client, busy_workers, beside_a_hanging_one, beside_a_backlog):
            part(options, base, sink, note)
    finally:
        sink.stop()
