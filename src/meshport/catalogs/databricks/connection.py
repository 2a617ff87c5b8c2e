"""A SQL warehouse: who connects, and statements that are sent again after a fault.

The SQL connector itself waits and tries again where the server says so (429 and 503, with Retry-After). What it cannot
know is whether a statement may be sent again after a connection broke; ours all may.
"""

from __future__ import annotations

import os
import queue
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from meshport.errors import InputError, UnavailableError

ATTEMPTS = 4
PAUSE_SECONDS = 0.5
SHOWN = ("PERMISSION", "NOT_FOUND", "NO_SUCH", "PARSE_", "UNRESOLVED", "ALREADY_EXISTS", "UNSUPPORTED", "NOT_SUPPORTED")
"""Parts of the classes of errors whose text says names and no data."""
AGAIN = ("CONCURRENT", "TEMPORARILY_UNAVAILABLE")
_CLASS = re.compile(r"\[([A-Z][A-Z0-9_.]+)\]")


class Access(msgspec.Struct, frozen=True):
    """How to reach a warehouse. Who connects is not in here: the SDK finds it (token, service principal, profile)."""

    host: str
    http_path: str
    ca_file: str | None = None


def access_of(environment: Mapping[str, str] | None = None) -> Access:
    """Return how to reach the warehouse that the environment names, as the SDK and dbt's profile read it.

    Raises InputError naming the variable that is missing.
    """
    environment = os.environ if environment is None else environment
    host = environment.get("DATABRICKS_HOST", "").removeprefix("https://").rstrip("/")
    path = environment.get("DATABRICKS_HTTP_PATH", "")
    if not path and (warehouse := environment.get("DATABRICKS_WAREHOUSE_ID")):
        path = f"/sql/1.0/warehouses/{warehouse}"
    for name, value in (("DATABRICKS_HOST", host), ("DATABRICKS_HTTP_PATH", path)):
        if not value:
            raise InputError(
                f"{name} is not set", hint="see docs/guides/databricks.md: which variables name a workspace"
            )
    return Access(host, path, environment.get("REQUESTS_CA_BUNDLE") or environment.get("SSL_CERT_FILE"))


class Warehouse:
    """A SQL warehouse. Safe to use from several threads: each statement takes a session of its own from a pool."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, empty where it has none.

        A broken connection, and a conflict with another writer, are tried again a few times: the statement has to be
        one that may run twice. Raises UnavailableError that says what Databricks said, without data.
        """
        from databricks.sql import exc
        from urllib3.exceptions import HTTPError  # what the connector raises when it gives up a broken connection

        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._session() as session, session.cursor() as cursor:
                    cursor.execute(sql)
                    return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
            except (exc.Error, HTTPError) as error:
                if attempt == ATTEMPTS or not _may_pass(error):
                    raise _explained(error, self.access.host) from error
                time.sleep(PAUSE_SECONDS * 2**attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all sessions."""
        with suppress(queue.Empty):
            while True:
                _close(self._idle.get_nowait())

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Lend a session; one in which something failed is not used again."""
        try:
            session = self._idle.get_nowait()
        except queue.Empty:
            session = self._connect()
        try:
            yield session
        except BaseException:
            _close(session)
            raise
        self._idle.put(session)

    def _connect(self) -> Any:
        from databricks import sql
        from databricks.sdk.core import Config

        name, _, port = self.access.host.partition(":")
        try:
            config = Config(host=f"https://{self.access.host}")
        except ValueError as error:
            raise InputError(
                f"nobody to connect as: {str(error).splitlines()[0]}",
                hint="set DATABRICKS_TOKEN, a service principal, or a profile: docs/guides/databricks.md",
            ) from error
        return sql.connect(
            server_hostname=name,
            http_path=self.access.http_path,
            credentials_provider=lambda: config.authenticate,
            user_agent_entry="meshport",
            enable_telemetry=False,
            _port=int(port) if port else 443,
            _tls_trusted_ca_file=self.access.ca_file,
            _retry_stop_after_attempts_count=6,
            _retry_delay_min=0.2,
        )


def _may_pass(error: Exception) -> bool:
    """Tell whether the same statement may succeed when it is sent again."""
    from databricks.sql import exc

    if isinstance(error, exc.ServerOperationError):
        return any(word in _class_of(error) for word in AGAIN)
    return not isinstance(error, exc.DatabaseError) or isinstance(error, exc.OperationalError)


def _class_of(error: Exception) -> str:
    found = _CLASS.search(str(error))
    return found.group(1) if found else ""


def _explained(error: Exception, host: str) -> UnavailableError:
    """Turn what the connector says into an error for people. Texts of errors about data quote the data: left out."""
    name, first = _class_of(error), (str(error).strip().splitlines() or [""])[0]
    from databricks.sql import exc

    if isinstance(error, exc.ServerOperationError):
        said = first if any(word in name for word in SHOWN) else f"[{name or type(error).__name__}]"
        return UnavailableError(f"Databricks refused a statement: {said}", hint="--debug shows all that it says")
    hint = "is the warehouse there and running, and may you use it? `meshport doctor --target databricks` asks"
    return UnavailableError(f"Databricks cannot be reached: {type(error).__name__}: {first}", where=host, hint=hint)


def _close(session: Any) -> None:
    with suppress(Exception):  # a broken session has nothing left to close
        session.close()
