"""A proxy on the loopback interface in front of a server: it counts, and fails as it is told to."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit


class Request(NamedTuple):
    """One request that came through."""

    method: str
    path: str

    @property
    def writes(self) -> bool:
        return self.method != "GET"


class Fault(NamedTuple):
    """What happens instead of an answer: a status (and headers), or with none a cut line. `late`: the server has done it."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    late: bool = False


class Proxy:
    """`requests` came through; `fault` is asked for each request (and how many writes there were before it)."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.fault: Callable[[Request, int], Fault | None] = lambda request, writes: None

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.writes]


@contextmanager
def proxying(url: str) -> Iterator[Proxy]:
    """Run a proxy until the block ends."""
    told, to, lock = Proxy(), urlsplit(url), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        disable_nagle_algorithm = True  # headers and body are two writes, and the second would wait 40 ms

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, self.path)
            with lock:
                fault = told.fault(request, len(told.writes))
                told.requests.append(request)
            if fault is None or fault.late:
                status, kind, data = self.forward(body)
            if fault is not None:
                if fault.status is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, kind, data = fault.status, "application/json", b'{"message": "a fault of the test"}'
            self.send_response(status)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Length", str(len(data))),
                *(fault.headers if fault else ()),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def forward(self, body: bytes) -> tuple[int, str, bytes]:
            connection = http.client.HTTPConnection(to.hostname or "", to.port, timeout=10)
            kept = ("Authorization", "Content-Type", "Accept")
            headers = {name: self.headers[name] for name in kept if self.headers[name]}
            connection.request(self.command, self.path, body or None, headers)
            response = connection.getresponse()
            data = response.read()
            connection.close()
            return response.status, response.headers.get("Content-Type") or "", data

        do_GET = do_POST = do_PATCH = do_DELETE = serve

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, address: None  # a client that was cut off  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
