"""The HTTPS server: who calls, what goes wrong, and to which half the call goes. Each connection has a thread of its own."""

from __future__ import annotations

import itertools
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.databricks_double.http import (
    AnswerInstead,
    ConnectionCut,
    Faults,
    NoFaults,
    Request,
    RequestInfo,
    Response,
    Rest,
)
from tests.databricks_double.store import Metastore, Principal
from tests.databricks_double.thrift import Thrift

_THRIFT = "application/x-thrift"


class Server:
    """Routes calls: Thrift to the SQL half, all others to the REST half."""

    def __init__(
        self,
        store: Metastore,
        thrift: Thrift,
        rest: Rest,
        context: ssl.SSLContext,
        *,
        faults: Faults | None = None,
        port: int = 0,
    ) -> None:
        self.store = store
        self.faults: Faults = faults or NoFaults()
        self.delay = 0.0
        """Seconds that each call takes at least, as a network would. No lock is held meanwhile."""
        self.calls = 0
        self.rest_calls: list[tuple[str, str]] = []
        """Method and path of each call to the REST half."""
        self._thrift, self._rest = thrift, rest
        self._numbers = itertools.count(1)
        self._guard = threading.Lock()
        self._http = _Listener(("127.0.0.1", port), _handler(self), context)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        """Return the port that it listens on."""
        return int(self._http.server_address[1])

    def start(self) -> None:
        """Serve, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def principal(self, headers: Mapping[str, str]) -> Principal | None:
        """Return whose token a call carries."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return self.store.principals.get(token.strip()) if scheme.lower() == "bearer" else None

    def answer(self, request: Request) -> Response:
        """Answer one call; a fault may answer before, instead, or after."""
        with self._guard:
            number = next(self._numbers)
            self.calls = number
        if self.delay:
            time.sleep(self.delay)
        info = RequestInfo("http", number, request.principal, request, request.method, request.path)
        instead = self.faults.before(info)
        if instead is not None:
            return instead
        try:
            response = self._dispatch(request)
        except AnswerInstead as decided:
            return decided.response
        return self.faults.after(info) or response

    def _dispatch(self, request: Request) -> Response:
        if request.headers.get("content-type", "").split(";")[0] != _THRIFT:
            self.rest_calls.append((request.method, request.path))
            return self._rest(request)
        if request.principal is None:
            body = {
                "error_code": "401",
                "message": "Credential was not sent or was of an unsupported type for this API.",
            }
            return Response(401, body)
        warehouse = request.path.rpartition("/warehouses/")[2]
        if warehouse not in self.store.documents["warehouses"]:
            body = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"SQL warehouse {warehouse} does not exist"}
            return Response(404, body)
        return Response(200, self._thrift.answer(request), {"Content-Type": _THRIFT})


class _Listener(ThreadingHTTPServer):
    """Does the TLS handshake in the connection's own thread: a client that is slow to begin keeps nobody waiting."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext
    ) -> None:
        self._context = context
        super().__init__(address, handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Wrap the socket, then serve the connection."""
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with self._context.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, client_address)
        except (ssl.SSLError, ConnectionError, BrokenPipeError, OSError):
            return  # the client went away


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(
                self.command,
                parts.path,
                parse_qs(parts.query, keep_blank_values=True),
                headers,
                self.rfile.read(int(headers.get("content-length") or 0)),
                server.principal(headers),
            )
            try:
                self._send(server.answer(request))
            except ConnectionCut:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        def _send(self, response: Response) -> None:
            body = response.body
            headers = dict(response.headers)
            if not isinstance(body, bytes):
                body = b"" if body is None else json.dumps(body).encode()
                headers.setdefault("Content-Type", "application/json")
            self.send_response(response.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    return Handler
