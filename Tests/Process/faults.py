"""System calls that fail, kill or are written down, through strace attached to a running server."""

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness import eventually

WRITES = "write,writev,sendto,sendmsg"


def need_strace():
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")


@contextmanager
def strace(server, *options, trace):
    """Attaches strace to all threads of the server; yields the file that the trace goes to."""
    need_strace()
    out = Path(server.folder) / f"trace-{server.starts}.txt"
    process = subprocess.Popen(
        ["strace", "-f", "-p", str(server.process.pid), "-e", f"trace={trace}", "-o", str(out), *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        os.set_blocking(process.stderr.fileno(), False)
        eventually(lambda: _attached(process, server), "strace has attached", 20)
        yield out
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                # After a kill strace may wait for ever for a thread that reports no more; the kernel detaches it then.
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stderr.close()


def _attached(process, server):
    if process.poll() is not None:
        pytest.skip(f"strace may not attach here: {(process.stderr.read() or b'').decode(errors='replace').strip()}")
    tasks = Path(f"/proc/{server.process.pid}/task")
    return all(
        "TracerPid:\t0" not in (task / "status").read_text() for task in tasks.iterdir() if (task / "status").exists())


@contextmanager
def tmpfs(folder, megabytes):
    """A small file system of its own; needs root."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@contextmanager
def read_only(folder):
    """Makes a folder read-only even for root."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield folder
        finally:
            folder.chmod(0o700)
        return
    for command in (["mount", "--bind", str(folder), str(folder)], ["mount", "-o", "remount,ro,bind", str(folder)]):
        done = subprocess.run(command, capture_output=True)
        if done.returncode != 0:
            pytest.skip(f"cannot mount here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
