"""The same load on a table that already holds many events."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from bench_servers import Lumbung

CHUNK = 100_000
NEW_UUID = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || "
    "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)


def fill(path, rows, note):
    """Multiplies the newest completed event, with everything that hangs on it, until `rows` events are stored."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -1000000"):
            database.execute(f"PRAGMA {pragma}").fetchall()
        (sample,) = database.execute("SELECT max(id) FROM webhook_queue WHERE status = 'completed'").fetchone()
        # The identity index is built once, sorted, at the end: row by row in random order it takes hours.
        indexes = database.execute("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'webhook_queue' AND type = 'index' "
                                   "AND sql IS NOT NULL").fetchall()
        for name, _ in indexes:
            database.execute(f'DROP INDEX "{name}"')
        copies = [copy_statement(database, "webhook_queue", "id", {
            "uuid": "fresh.uuid", "digest": "randomblob(32)", "payload": "replace(sample.payload, sample.uuid, fresh.uuid)"})]
        copies += [copy_statement(database, table, "event_id", {}) for table in ("delivery", "attempt")]
        database.execute("CREATE TEMP TABLE fresh (id INTEGER PRIMARY KEY, uuid TEXT)")
        next_id = sample + 1
        for start in range(0, rows, CHUNK):
            count = min(CHUNK, rows - start)
            database.execute("BEGIN")
            database.execute("DELETE FROM fresh")
            database.execute(
                f"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) "
                f"INSERT INTO fresh SELECT ? + i, {NEW_UUID} FROM n", (count, next_id))
            for copy in copies:
                database.execute(copy, (sample,))
            database.execute("COMMIT")
            next_id += count
            note(f"filled {start + count:,} of {rows:,}")
        for _, sql in indexes:
            database.execute(sql)
        database.execute("PRAGMA journal_mode = WAL").fetchall()
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def copy_statement(database, table, key, changed):
    columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
    values = ["fresh.id" if name == key else changed.get(name, f"sample.{name}") for name in columns]
    return (f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM fresh, {table} AS sample WHERE sample.{key} = ? ORDER BY fresh.id")


def forget_cached_pages():
    """Makes the next start read from the disk, where permitted; returns whether it was."""
    try:
        subprocess.run(["sync"], check=True)
        Path("/proc/sys/vm/drop_caches").write_text("3")
        return True
    except OSError:
        return False


def big(options, base, load_on, record):
    def note(text):
        if sys.stderr.isatty():
            print(text, file=sys.stderr)

    folder = Path(tempfile.mkdtemp(prefix="big-", dir=base))
    server = Lumbung(folder)
    load_on(server, options, folder)
    server.stop()
    begun = time.monotonic()
    fill(server.database, options.rows, note)
    filled = time.monotonic() - begun
    runs = {"empty": [], "big": []}
    for turn in range(options.runs):
        for kind in runs:
            place = folder if kind == "big" else Path(tempfile.mkdtemp(prefix="empty-", dir=base))
            server = Lumbung(place)
            figures, left = load_on(server, options, place)
            result = {
                "rate": figures["rate"], "p50_ms": figures["lat_us"]["p50"] / 1000, "p99_ms": figures["lat_us"]["p99"] / 1000,
                "p999_ms": figures["lat_us"]["p99_9"] / 1000, "ready_s": server.ready_seconds,
                "peak_mib": server.status_kib("VmHWM") / 1024, "errors": figures["non2xx"] + figures["conn_errors"], "unfinished": left,
            }
            server.stop()
            runs[kind].append(result)
            record(options, {"table": "big", "rows": options.rows, "server": kind, "run": turn + 1, **result})
            note(f"{kind}, run {turn + 1}: {result['rate']:,.0f}/s, ready in {result['ready_s']:.2f} s")
            if kind == "empty":
                shutil.rmtree(place, ignore_errors=True)
    # Rates are those of a server that has been running; the start is also measured with nothing of the file in memory.
    cold = None
    if forget_cached_pages():
        server = Lumbung(folder)
        cold = server.ready_seconds
        server.stop()
        record(options, {"table": "big", "rows": options.rows, "server": "big, page cache dropped", "ready_s": cold})
    show(options, runs, server_size(folder), filled, cold)


def server_size(folder):
    return sum(file.stat().st_size for file in folder.glob("lumbung.db*"))


def show(options, runs, size, filled, cold):
    medians = {kind: {key: median(run[key] for run in results) for key in results[0]} for kind, results in runs.items()}
    print(f"\n### {options.rows:,} events stored ({size / 2**30:.1f} GiB, filled in {filled:.0f} s) against an empty table, "
          f"64 connections{f'; ready in {cold:.2f} s with the page cache dropped' if cold else ''}\n")
    print("| table | requests/s | p50 ms | p99 ms | p99.9 ms | ready s | peak MiB | errors | acked, not completed | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind, figures in medians.items():
        print(f"| {kind} | {figures['rate']:,.0f} | {figures['p50_ms']:.2f} | {figures['p99_ms']:.2f} | {figures['p999_ms']:.2f} | "
              f"{figures['ready_s']:.2f} | {figures['peak_mib']:.0f} | {figures['errors']:.0f} | {figures['unfinished']:.0f} | "
              f"{figures['rate'] / max(medians['empty']['rate'], 1e-9):.2f} |")
