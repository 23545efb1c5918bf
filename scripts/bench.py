"""Runs Lumbung and the original in turn under the same load; see ./bench --help."""

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from bench_big import big
from bench_delivery import delivery
from bench_servers import Lumbung, Original, stop_all

COLUMNS = [
    ("requests/s", "rate", "{:,.0f}"), ("p50 ms", "p50_ms", "{:.2f}"), ("p99 ms", "p99_ms", "{:.2f}"),
    ("p99.9 ms", "p999_ms", "{:.2f}"), ("CPU µs/request", "cpu_us", "{:.1f}"), ("peak MiB", "peak_mib", "{:.0f}"),
    ("drain s", "drain_s", "{:.2f}"), ("errors", "errors", "{:.0f}"), ("acked, not completed", "unfinished", "{:.0f}"),
]


def load(server, connections, options, ledger):
    """One load run; the figures that the load generator prints."""
    command = [
        os.path.join(os.environ["BENCH_TOOLS"], "loadgen"), "-c", str(connections), "-T", "1", "-t", str(options.seconds),
        "-w", "1", "-P", str(server.pid), "-l", str(ledger), f"127.0.0.1:{server.port}/webhook/accurate",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=options.seconds + 120)
    if done.returncode != 0:
        raise RuntimeError(f"load generator: {done.stderr.strip()}")
    return json.loads(done.stdout)


def acked_ids(ledger):
    return [line[2:].rstrip("\n") for line in open(ledger) if line.startswith(("A ", "D "))]


def drain(server, limit):
    """Seconds until no event waits or runs any more; `limit` when some still do."""
    begun = time.monotonic()
    with closing(server.reader()) as database:
        while time.monotonic() - begun < limit and database.execute(f"SELECT EXISTS ({server.open_work})").fetchone()[0]:
            time.sleep(0.02)
    return time.monotonic() - begun


def not_in_state(server, acked, state):
    """How many acked ids are missing or not in the state; None takes any state."""
    wrong = 0
    with closing(server.reader()) as database:
        for start in range(0, len(acked), 500):
            part = acked[start:start + 500]
            marks = ",".join("?" * len(part))
            rows = database.execute(f"SELECT status FROM webhook_queue WHERE uuid IN ({marks})", part).fetchall()
            wrong += len(part) - sum(1 for (status,) in rows if state is None or status == state)
    return wrong


def one_run(start, connections, options, base, drains=True):
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=base))
    server = start(folder)
    try:
        ledger = folder / "ledger"
        figures = load(server, connections, options, ledger)
        drained = drain(server, options.drain_limit) if drains else 0
        acked = acked_ids(ledger)
        cpu = server.cpu_seconds() - server.cpu_at_start
        result = {
            "rate": figures["rate"], "p50_ms": figures["lat_us"]["p50"] / 1000, "p99_ms": figures["lat_us"]["p99"] / 1000,
            "p999_ms": figures["lat_us"]["p99_9"] / 1000, "cpu_us": cpu * 1e6 / max(1, len(acked)),
            "peak_mib": server.status_kib("VmHWM") / 1024, "drain_s": drained, "acked": len(acked),
            "errors": figures["non2xx"] + figures["conn_errors"], "steal_pct": figures["steal_pct"],
            "unfinished": not_in_state(server, acked, "completed" if drains else None),
        }
        server.stop()
        return result
    finally:
        server.stop(kill=True)
        shutil.rmtree(folder, ignore_errors=True)


def compare(title, connections, servers, options, base, drains=True):
    """Runs the servers in turn and returns, by server, the medians of every figure."""
    runs = {name: [] for name in servers}
    for turn in range(options.runs):
        for name, start in servers.items():
            result = one_run(start, connections, options, base, drains)
            runs[name].append(result)
            record(options, {"table": title, "connections": connections, "server": name, "run": turn + 1, **result})
            note(f"{title}, {connections} connections, run {turn + 1}, {name}: {result['rate']:,.0f}/s")
    return {name: {key: median(run[key] for run in results) for key in results[0]} for name, results in runs.items()}


def record(options, line):
    if options.json:
        with open(options.json, "a") as file:
            file.write(json.dumps({"time": datetime.now(timezone.utc).isoformat(timespec="seconds"), **line}) + "\n")


def note(text):
    if sys.stderr.isatty():
        print(text, file=sys.stderr)


def table(title, rows, base_name):
    """A markdown table; the ratio is of requests per second, to the row of the same connections named base_name."""
    print(f"\n### {title}\n")
    heads = ["connections", "server"] + [head for head, _, _ in COLUMNS] + ["rate ratio", "CPU ratio"]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for connections, medians in rows:
        for name, figures in medians.items():
            base = medians[base_name]
            cells = [str(connections), name] + [shape.format(figures[key]) for _, key, shape in COLUMNS]
            cells += [f"{figures['rate'] / max(base['rate'], 1e-9):.2f}", f"{figures['cpu_us'] / max(base['cpu_us'], 1e-9):.2f}"]
            print("| " + " | ".join(cells) + " |")
    sys.stdout.flush()


FULL, SHIPPED = "original, FULL", "original, NORMAL as shipped"


def pipeline(options, base):
    servers = {
        "Lumbung": lambda folder: Lumbung(folder),
        FULL: lambda folder: Original(folder),
        SHIPPED: lambda folder: Original(folder, sync="NORMAL"),
    }
    rows = [(count, compare("pipeline", count, servers, options, base)) for count in options.connections]
    table("Whole pipeline: acked after the commit, every event run and completed; both log at warning", rows, FULL)


def ingest(options, base):
    servers = {
        "Lumbung, destination paused": lambda folder: Lumbung(folder, paused=True),
        FULL + ", no workers": lambda folder: Original(folder, workers=0),
        SHIPPED + ", no workers": lambda folder: Original(folder, sync="NORMAL", workers=0),
    }
    rows = [(64, compare("ingest", 64, servers, options, base, drains=False))]
    table("Ingest alone (the last column counts acked events that are not stored)", rows, FULL + ", no workers")


def info(options, base):
    servers = {
        "Lumbung, warning": lambda folder: Lumbung(folder),
        "Lumbung, info": lambda folder: Lumbung(folder, level="info"),
        FULL: lambda folder: Original(folder),
    }
    rows = [(64, compare("info", 64, servers, options, base))]
    table("Whole pipeline with LOG_LEVEL=info to a file (the original has no log line per request: run as it is)", rows, FULL)
    medians = rows[0][1]
    cost = 1 - medians["Lumbung, info"]["rate"] / max(medians["Lumbung, warning"]["rate"], 1e-9)
    print(f"\nLogging at info costs Lumbung {cost:.0%} of its rate.")


def idle(options, base):
    folder = Path(tempfile.mkdtemp(prefix="idle-", dir=base))
    server = Lumbung(folder)
    try:
        drain_after_one(server, options, folder)
        seconds = options.idle_seconds
        cpu, wakeups = server.cpu_seconds(), server.wakeups()
        time.sleep(seconds)
        cpu = server.cpu_seconds() - cpu
        wakeups = sum(count - wakeups.get(thread, 0) for thread, count in server.wakeups().items())
        figures = {"cpu_ms": cpu * 1000, "wakeups": wakeups, "rss_mib": server.status_kib("VmRSS") / 1024}
        record(options, {"table": "idle", "seconds": seconds, **figures})
        print(f"\n### Idle for {seconds} s after a few events\n\n| CPU ms | context switches | resident MiB |\n|---|---|---|")
        print(f"| {figures['cpu_ms']:.0f} | {wakeups} | {figures['rss_mib']:.1f} |")
    finally:
        server.stop(kill=True)


def drain_after_one(server, options, folder):
    command = [os.path.join(os.environ["BENCH_TOOLS"], "loadgen"), "-c", "1", "-n", "100", "-w", "0", "-t", "5",
               "-l", str(folder / "ledger"), f"127.0.0.1:{server.port}/webhook/accurate"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
    drain(server, options.drain_limit)


def load_on(server, options, folder):
    """A load run on a server that is up already: figures, and the acked ids that did not complete."""
    ledger = Path(folder) / f"ledger-{time.monotonic_ns()}"
    figures = load(server, 64, options, ledger)
    acked = acked_ids(ledger)
    deadline = time.monotonic() + options.drain_limit
    while (left := not_in_state(server, acked, "completed")) and time.monotonic() < deadline:
        time.sleep(0.2)
    return figures, left


def with_many_rows(options, base):
    big(options, base, load_on=load_on, record=record)


def deliveries(options, base):
    delivery(options, base, note)


def machine(base):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = int(open("/proc/meminfo").readline().split()[1]) / 1024 / 1024
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    print(f"{day}, {os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()} {platform.release()}; "
          "load generator on the same machine")


MODES = {
    "all": [pipeline, ingest, info], "pipeline": [pipeline], "ingest": [ingest], "info": [info], "idle": [idle],
    "big": [with_many_rows], "delivery": [deliveries],
}


def read_options():
    parser = argparse.ArgumentParser(prog="./bench", description=__doc__)
    parser.add_argument("mode", nargs="?", default="all", choices=list(MODES))
    parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
    parser.add_argument("--dir", default=os.path.join(os.path.dirname(os.environ["BENCH_TOOLS"]), "data"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", default=[64, 256, 1024, 1], type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--idle-seconds", type=float, default=60)
    parser.add_argument("--drain-limit", type=float, default=300)
    parser.add_argument("--json")
    return parser.parse_args()


def main():
    options = read_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    Path(options.dir).mkdir(parents=True, exist_ok=True)
    base = tempfile.mkdtemp(prefix="bench-", dir=options.dir)
    try:
        machine(base)
        for part in MODES[options.mode]:
            part(options, base)
    except RuntimeError as problem:
        sys.exit(f"bench: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        stop_all()
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main()
