"""A destination whose behaviour a test decides, and which remembers every attempt."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Arrival:
    """One attempt, as it arrived."""

    id: str
    headers: dict
    body: bytes
    path: str
    answered: bool = field(default=False)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_):
        # A killed sender leaves half a request behind: that is what these tests are about.
        pass


class Sink:
    """Listens on a port of its own. While `holding`, requests arrive and wait; `reply` decides the status afterwards."""

    def __init__(self, host="127.0.0.1", port=0):
        self.arrivals, self.lock, self.open_gate = [], threading.Lock(), threading.Event()
        self.open_gate.set()
        self.reply = lambda arrival: 200
        self.reply_headers = {}
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                sink._take(self)

            def log_message(self, *_):
                pass

        self.server = _Server((host, port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def config(self, name="sink", more=""):
        """A config file that sends every event here; `more` is appended to the destination's lines."""
        return f"destinations:\n  {name}:\n    url: {self.url}\n    allow_private: true\n{more}"

    def _take(self, handler):
        length = int(handler.headers.get("content-length", "0"))
        body = handler.rfile.read(length)
        if len(body) < length:
            return
        arrival = Arrival(handler.headers.get("webhook-id", ""), {k.lower(): v for k, v in handler.headers.items()}, body, handler.path)
        with self.lock:
            self.arrivals.append(arrival)
        self.open_gate.wait(300)
        status = self.reply(arrival)
        handler.send_response(status)
        for name, value in self.reply_headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        arrival.answered = True

    def hold(self):
        self.open_gate.clear()

    def release(self):
        self.open_gate.set()

    def snapshot(self):
        with self.lock:
            return list(self.arrivals)

    def of(self, id):
        return [arrival for arrival in self.snapshot() if arrival.id == id]

    def close(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()
