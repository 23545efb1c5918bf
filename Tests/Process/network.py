"""A network of a test's own: one interface with the addresses that the test gives it, and a name server that lies."""

import contextlib
import ctypes
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import threading

import pytest

CLONE_NEWNET = 0x40000000
# Shown to one process only: which name server there is, and which names are known without it.
PREFIX = """
for file in resolv.conf hosts nsswitch.conf; do mount --bind "{folder}/$file" "/etc/$file" || exit 99; done
exec "$0" "$@"
"""


@contextlib.contextmanager
def own_network(*addresses, local=()):
    """Moves this thread, its later threads and processes into a network that holds `addresses` and nothing else.

    Whatever has one of the addresses is a test host on this machine; no packet can leave. In the networks `local`
    every address is this machine's, though no interface has it.
    """
    for tool in ("ip", "unshare"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if os.geteuid() != 0:
        pytest.skip("a network of its own needs root")
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(CLONE_NEWNET) != 0:
        os.close(before)
        pytest.skip(f"cannot make a network here: {os.strerror(ctypes.get_errno())}")
    try:
        run("ip", "link", "set", "lo", "up")
        for address in addresses:
            run("ip", "address", "add", f"{address}/{ipaddress.ip_address(address).max_prefixlen}", "dev", "lo")
        for network in local:
            run("ip", "route", "add", "local", network, "dev", "lo")
        yield
    finally:
        assert libc.setns(before, CLONE_NEWNET) == 0, "the network of before could not be entered again"
        os.close(before)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def name_service(folder):
    """The words in front of a command that make it ask the name server on 127.0.0.1 and know no names itself."""
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    (folder / "nsswitch.conf").write_text("hosts: files dns\n")
    return ["unshare", "-m", "/bin/sh", "-c", PREFIX.format(folder=folder)]


class NameServer:
    """Answers with what `records` has for a name: a list of addresses, `CNAME` and a name, or a code.

    A function in place of the list is called with the number of the lookup, from 0. `None` is no answer at all.
    """

    NXDOMAIN, SERVFAIL = 3, 2
    A, CNAME, AAAA = 1, 5, 28

    def __init__(self):
        self.records, self.lookups, self.lock = {}, {}, threading.Lock()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            query, sender = self.socket.recvfrom(512)
            if not query:
                return
            answer = self._answer(query)
            if answer is not None:
                self.socket.sendto(answer, sender)

    def _answer(self, query):
        labels, place = [], 12
        while query[place]:
            labels.append(query[place + 1:place + 1 + query[place]].decode())
            place += 1 + query[place]
        name, (kind,) = ".".join(labels).lower(), struct.unpack(">H", query[place + 1:place + 3])
        question = query[12:place + 5]
        with self.lock:
            # A resolver asks for both kinds of addresses; the pair is one lookup.
            number = self.lookups.get((name, kind), 0)
            self.lookups[name, kind] = number + 1
        records = self.records.get(name, self.NXDOMAIN)
        if callable(records):
            records = records(number)
        if records is None:
            return None
        code = records if isinstance(records, int) else 0
        found = b"".join(self._resolve(name, kind, [] if code else records))
        count = self._count(kind, [] if code else records)
        return query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, count, 0, 0) + question + found

    def _resolve(self, name, kind, records):
        for record in records:
            if isinstance(record, tuple):
                _, alias = record
                yield self._record(name, self.CNAME, encoded(alias))
                yield from self._resolve(alias, kind, self.records[alias])
            elif self._kind(record) == kind:
                yield self._record(name, kind, ipaddress.ip_address(record).packed)

    def _count(self, kind, records):
        return sum(1 for _ in self._resolve("", kind, records))

    def _kind(self, address):
        return self.AAAA if ":" in address else self.A

    @staticmethod
    def _record(name, kind, data):
        return encoded(name) + struct.pack(">HHIH", kind, 1, 0, len(data)) + data

    def asked(self, name):
        """How many times the name was looked up."""
        with self.lock:
            return self.lookups.get((name, self.A), 0)

    def close(self):
        # Closing alone would not wake the thread.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


class Canary:
    """A port where nothing may ever arrive; it counts who comes."""

    def __init__(self, *places):
        self.arrived, self.sockets = [], []
        for host, port in places:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((host, port))
            listener.listen(16)
            listener.setblocking(False)
            self.sockets.append(listener)

    def count(self):
        """How many connections have come; whoever connected waits in the kernel until it is asked for here."""
        for listener in self.sockets:
            with contextlib.suppress(BlockingIOError):
                while True:
                    connection, sender = listener.accept()
                    self.arrived.append(sender)
                    connection.close()
        return len(self.arrived)

    def close(self):
        for listener in self.sockets:
            listener.close()
