"""A small server for tests of the REST half alone: no SQL, no TLS. `Double` is the whole."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa

from tests.databricks_double.faults import Faults
from tests.databricks_double.http import AnswerInstead, ConnectionCut, Request, RequestInfo, Response
from tests.databricks_double.rest import RestApi
from tests.databricks_double.store import Metastore, Principal


class Refused(Exception):
    """As the SQL half refuses."""

    sql_state = "42P01"


class Statements:
    """Answers by patterns: what the REST half needs of the SQL half."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, Callable[[], pa.Table]]] = []
        self.ran: list[dict[str, Any]] = []
        self.faults: Faults | None = None
        self._numbers = itertools.count(1)

    def answer(self, pattern: str, table: pa.Table | Callable[[], pa.Table]) -> None:
        """Answer statements that match with a table, or with what a function returns or raises."""
        self.answers.append((pattern, table if callable(table) else lambda: table))

    def run(
        self,
        statement: str,
        principal: Principal,
        *,
        source: str = "rest",
        catalog: str | None = None,
        schema: str | None = None,
        parameters: Mapping[str, tuple[str | None, str]] | None = None,
        request: Request | None = None,
    ) -> pa.Table:
        """Find the first answer that matches."""
        info = RequestInfo("statement", next(self._numbers), principal, request, "POST", "", statement, "rest")
        if self.faults and (instead := self.faults.before(info)):
            raise AnswerInstead(instead)
        self.ran.append(
            {"statement": statement, "catalog": catalog, "schema": schema, "parameters": dict(parameters or {})}
        )
        for pattern, answer in self.answers:
            if re.search(pattern, statement):
                table = answer()
                if self.faults and (instead := self.faults.after(info)):
                    raise AnswerInstead(instead)
                return table
        raise Refused("[TABLE_OR_VIEW_NOT_FOUND] nothing answers this")


class Served:
    """A server on a port of its own, whose store is changed from test to test."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.requests: list[Request] = []
        self._numbers = itertools.count(1)
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                try:
                    response = served.answer(self.command, self.path, dict(self.headers), body)
                except ConnectionCut:
                    self.close_connection = True
                    self.connection.close()
                    return
                content = response.body
                if not isinstance(content, bytes):
                    content = b"" if content is None else json.dumps(content).encode()
                try:
                    self.send_response(response.status)
                    for name, value in {"content-type": "application/json", **response.headers}.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _answer

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *arguments: object) -> None:
                """Connections that a fault cut are no news."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def reset(self, store: Metastore) -> None:
        """Serve another store, without faults."""
        self.faults = Faults(store)
        self.store, self.statements = store, Statements()
        self.statements.faults = self.faults
        self.rest = RestApi(store, self.statements)
        self.rest.options.scheme = "http"
        self.requests.clear()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Response:
        """Answer one call, with faults before and after."""
        split = urlsplit(target)
        low = {name.lower(): value for name, value in headers.items()}
        principal = self.store.principals.get(low.get("authorization", "").removeprefix("Bearer "))
        query = parse_qs(split.query, keep_blank_values=True)
        request = Request(method, split.path, query, low, body, principal)
        self.requests.append(request)
        info = RequestInfo("http", next(self._numbers), principal, request, method, split.path)
        instead = self.faults.before(info)
        if instead is not None:
            return instead
        try:
            response = self.rest(request)
        except AnswerInstead as fault:
            response = fault.response
        return self.faults.after(info) or response

    def close(self) -> None:
        """Stop."""
        self.faults.released.set()
        self.server.shutdown()
        self.server.server_close()


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
