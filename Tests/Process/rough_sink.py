"""A destination that misbehaves on its sockets, attempt by attempt as a test says, and remembers what it did."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class RoughArrival:
    """One request that came whole."""

    id: str
    attempt: int
    headers: dict
    body: bytes
    behaviour: str = ""
    # Whether a whole success was handed to the network.
    answered: bool = False


def status(code, *fields):
    lines = [f"HTTP/1.1 {code} Whatever", "Content-Length: 2", *fields]
    return ("\r\n".join(lines) + "\r\n\r\nno").encode()


# What is sent, and how the connection goes on: it stays, is closed, is reset, waits for the other side to give up, or
# repeats the last bytes until then, slowly or as fast as they are taken.
BEHAVIOURS = {
    "ok": ([OK], "stay"),
    "500": ([status(500)], "stay"),
    "429": ([status(429, "Retry-After: 0")], "stay"),
    "503": ([status(503, "Retry-After: 1")], "stay"),
    "redirect": ([status(307, "Location: http://127.0.0.1:1/")], "stay"),
    "hang": ([], "wait"),
    "drip head": ([b"HTTP/1.1 200 OK\r\nX: ", b"a"], "drip"),
    "drip body": ([b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"a"], "drip"),
    "close": ([], "close"),
    "reset": ([], "reset"),
    "reset in the head": ([b"HTTP/1.1 200 OK\r\nConte"], "reset"),
    "close in the body": ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok"], "close"),
    "garbage": ([b"\x00\x01 what is this\r\n\r\n"], "close"),
    "endless head": ([b"HTTP/1.1 200 OK\r\n", b"X: " + b"a" * 1000 + b"\r\n"], "flood"),
    "endless interim answers": ([b"HTTP/1.1 102 Processing\r\n\r\n" * 100], "flood"),
}


class RoughSink:
    """Listens on a port of its own; `behave(arrival)` names what becomes of each request."""

    def __init__(self, behave=lambda arrival: "ok"):
        self.behave, self.arrivals, self.running, self.open = behave, [], {}, 0
        self.lock, self.pause = threading.Lock(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def snapshot(self):
        with self.lock:
            return list(self.arrivals)

    def under_way(self, behaviour):
        """How many requests are being treated so at this moment."""
        with self.lock:
            return self.running.get(behaviour, 0)

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.open += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            # A killed sender leaves half a request, a reset or nothing: that is what these tests are about.
            with connection, contextlib.suppress(OSError):
                connection.settimeout(60)
                reader = connection.makefile("rb")
                while (arrival := self._read(reader)) and self._treat(connection, arrival):
                    pass
        finally:
            with self.lock:
                self.open -= 1

    @staticmethod
    def _read(reader):
        headers = {}
        if not reader.readline().startswith(b"POST "):
            return None
        while (line := reader.readline()) not in (b"\r\n", b""):
            name, value = line.decode("latin-1").split(":", 1)
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        body = reader.read(length)
        if len(body) < length or line == b"":
            return None
        return RoughArrival(headers["webhook-id"], int(headers["lumbung-attempt"]), headers, body)

    def _treat(self, connection, arrival):
        """Does to a request what `behave` says; whether the connection goes on."""
        arrival.behaviour = self.behave(arrival)
        with self.lock:
            self.arrivals.append(arrival)
            self.running[arrival.behaviour] = self.running.get(arrival.behaviour, 0) + 1
        try:
            sent, then = BEHAVIOURS[arrival.behaviour]
            for part in sent:
                connection.sendall(part)
            arrival.answered = arrival.behaviour == "ok"
            if then == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif then == "wait":
                connection.recv(1)
            while then == "flood":
                connection.sendall(sent[-1])
            while then == "drip":
                connection.sendall(sent[-1])
                self.pause.wait(0.01)
            return then == "stay"
        finally:
            with self.lock:
                self.running[arrival.behaviour] -= 1
