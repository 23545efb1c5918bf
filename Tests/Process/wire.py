"""HTTP as bytes: a plain client for well-formed requests and a raw one for the others."""

import http.client
import json
import socket
from dataclasses import dataclass


@dataclass
class Answer:
    """A response; `headers` has lower-case names and the last value of each."""

    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


def request(port, method, path, body=None, headers=None, timeout=30.0):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        return exchange(connection, method, path, body, headers)
    finally:
        connection.close()


def exchange(connection, method, path, body=None, headers=None):
    """One request on a connection that stays open."""
    if isinstance(body, str):
        body = body.encode()
    sent = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, path, body, {**sent, **(headers or {})})
    response = connection.getresponse()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def head(body=b"", path="/webhook/accurate", method="POST", extra=()):
    """The head of a request as bytes, with the length of the body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *extra]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in extra):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def event(uuid, type="SALES_RECEIPT", **more):
    """A body as the sender of the original's test would post it."""
    return json.dumps({"type": type, "uuid": uuid, **more}).encode()


class Closed(Exception):
    """The peer closed or reset the connection before a whole response came."""


class Wire:
    """One TCP connection that sends exactly the bytes it is given."""

    def __init__(self, port, timeout=60.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            # The server may refuse and close before it has read everything; its answer is still to be read.
            pass
        return self

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Ends the connection with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.socket.close()

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(f"closed after {self.buffer[:200]!r}")
        self.buffer += data

    def _until(self, mark):
        while mark not in self.buffer:
            self._more()
        found, self.buffer = self.buffer.split(mark, 1)
        return found

    def _exactly(self, count):
        while len(self.buffer) < count:
            self._more()
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def answer(self):
        """The next response, whole."""
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(first.split(" ", 2)[1])
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if status < 200 or status == 204:
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while size := int(self._until(b"\r\n").split(b";")[0], 16):
                body += self._exactly(size)
                self._exactly(2)
            self._until(b"\r\n")
            return Answer(status, headers, body)
        return Answer(status, headers, self._exactly(int(headers.get("content-length", "0"))))

    def is_closed(self):
        """Waits for the end of the connection; true when nothing more comes before it."""
        try:
            while True:
                self._more()
        except Closed:
            return self.buffer == b""
        except TimeoutError:
            return False
