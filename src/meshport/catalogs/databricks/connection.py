"""A SQL warehouse: who connects, and statements that are sent again after a fault.

The SQL connector itself waits and tries again where the server says so (429 and 503, with Retry-After), for a while: a
warehouse that starts takes longer. What it cannot know is whether a statement may be sent again after a connection
broke; ours all may. Statuses and waits: the connector's `auth/retry.py` and `backend/thrift_backend.py`, version 4.4.
"""

from __future__ import annotations

import os
import queue
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any, TypeVar

import msgspec

from meshport.catalogs.base import StatementRefused
from meshport.errors import InputError, UnavailableError

ATTEMPTS = 4
PAUSE_SECONDS = 0.5
REQUESTS = 6
"""How often the connector itself sends a request."""
START_SECONDS = 300.0
"""How long a warehouse that answers "not now" is waited for: one that is no serverless one takes minutes to start."""
LEAST_WAIT_SECONDS = 5
"""What the connector takes for its longest wait. Version 4.4 waits at least so long (databricks-sql-python issue 860),
a minute unless told otherwise; less than 5 it does not accept."""
SHOWN = (
    "PERMISSION",
    "NOT_FOUND",
    "NO_SUCH",
    "PARSE_",
    "UNRESOLVED",
    "ALREADY_EXISTS",
    "UNSUPPORTED",
    "NOT_SUPPORTED",
    "SECRET_LOOKUP",
)
"""Parts of the classes of errors whose text says names and no data."""
AGAIN = ("CONCURRENT", "TEMPORARILY_UNAVAILABLE")
REFUSED = {
    401: ("Databricks does not know who connects", "is DATABRICKS_TOKEN of this workspace, and has it not expired?"),
    403: ("Databricks refuses who connects", "is the token valid, and do you have CAN USE on the SQL warehouse?"),
    404: (
        "there is no such SQL warehouse",
        "DATABRICKS_HTTP_PATH is on the warehouse's page, under connection details",
    ),
}
"""Answers that stay the same, with what they mean and how to mend it."""
_CLASS = re.compile(r"\[(?:[^\]]*ErrorClass=)?([A-Z][A-Z0-9_.]+)\]")
"""A condition is in brackets, behind an id where Unity Catalog itself refuses: `[RequestId=... ErrorClass=...]`."""
Found = TypeVar("Found")
Rows = list[tuple[Any, ...]]


class RefusedError(UnavailableError):
    """Databricks can be reached, and says no to who connects."""


class DeniedStatement(RefusedError, StatementRefused):
    """... to one statement: it takes a privilege that who connects has not."""


class Access(msgspec.Struct, frozen=True):
    """How to reach a warehouse. Who connects is not in here: see `Warehouse`."""

    host: str
    http_path: str
    ca_file: str | None = None


def access_of(environment: Mapping[str, str] | None = None) -> Access:
    """Return how to reach the warehouse that the environment names, as the SDK and dbt's profile read it.

    Raises InputError naming the variable that is missing.
    """
    environment = os.environ if environment is None else environment
    host = host_of(environment)
    path = environment.get("DATABRICKS_HTTP_PATH", "")
    if not path and (warehouse := environment.get("DATABRICKS_WAREHOUSE_ID")):
        path = f"/sql/1.0/warehouses/{warehouse}"
    if not path:
        raise _unset("DATABRICKS_HTTP_PATH")
    return Access(host, path, environment.get("REQUESTS_CA_BUNDLE") or environment.get("SSL_CERT_FILE"))


def host_of(environment: Mapping[str, str] | None = None) -> str:
    """Return the workspace that the environment names. Raises InputError where it names none."""
    environment = os.environ if environment is None else environment
    host = environment.get("DATABRICKS_HOST", "").removeprefix("https://").rstrip("/")
    if not host:
        raise _unset("DATABRICKS_HOST")
    return host


def _unset(name: str) -> InputError:
    return InputError(f"{name} is not set", hint="see docs/guides/databricks.md: which variables name a workspace")


def access_to(catalog: str, *, hint: str) -> tuple[Access, str]:
    """Return how to reach the warehouse of a catalog by the registry's name for it (`databricks:HOST/DATABASE`), and
    the catalog's own name.

    The environment alone says where: nothing is sent to a host because the registry names it. Raises InputError as
    `access_of` does, UnavailableError with this `hint` where the environment names another workspace.
    """
    host, _, database = catalog.removeprefix("databricks:").rpartition("/")
    access = access_of()
    if access.host != host:
        raise UnavailableError(
            f"this is published in the workspace {host}, and DATABRICKS_HOST names {access.host}",
            where=catalog,
            hint=hint,
        )
    return access, database


class Warehouse:
    """A SQL warehouse. Safe to use from several threads: each statement takes a session of its own from a pool.

    Statements run as whose `token` it is; without one the SDK finds who connects (token, service principal, profile).
    `start_seconds` is how long a warehouse that is about to start is waited for; None: as long as a start may take.
    """

    def __init__(self, access: Access, token: str | None = None, start_seconds: float | None = None) -> None:
        self.access = access
        self._token = token
        self._start_seconds = START_SECONDS if start_seconds is None else start_seconds
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def rows(self, sql: str) -> Rows:
        """Run a statement and return its rows, empty where it has none.

        A broken connection, and a conflict with another writer, are tried again a few times: the statement has to be
        one that may run twice. A warehouse that is about to start is waited for. Raises UnavailableError that says what
        Databricks said, without data: StatementRefused where it did say something of the statement, RefusedError where
        who connects may not.
        """
        return self._run(sql, lambda cursor: [tuple(row) for row in cursor.fetchall()] if cursor.description else [])

    def table(self, sql: str) -> tuple[tuple[tuple[str, str], ...], Rows]:
        """Run a query and return its columns (name, type of Databricks) and its rows. Raises as `rows` does."""
        return self._run(sql, _table)

    def _run(self, sql: str, fetch: Callable[[Any], Found]) -> Found:
        from databricks.sql import exc
        from urllib3.exceptions import HTTPError  # what the connector raises when it gives up a broken connection

        until = time.monotonic() + self._start_seconds
        for attempt in count(1):
            try:
                with self._session() as session, session.cursor() as cursor:
                    cursor.execute(sql)
                    return fetch(cursor)
            except (exc.Error, HTTPError) as error:
                again = time.monotonic() < until if _busy(error) else attempt < ATTEMPTS and _may_pass(error)
                if not again:
                    raise _explained(error, self.access) from error
                time.sleep(PAUSE_SECONDS * 2 ** min(attempt, ATTEMPTS))
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

        name, _, port = self.access.host.partition(":")
        return sql.connect(
            server_hostname=name,
            http_path=self.access.http_path,
            **self._who(),
            user_agent_entry="meshport",
            enable_telemetry=False,
            _port=int(port) if port else 443,
            _tls_trusted_ca_file=self.access.ca_file,
            _retry_stop_after_attempts_count=REQUESTS,
            _retry_delay_min=0.2,
            _retry_delay_max=LEAST_WAIT_SECONDS,
        )

    def _who(self) -> dict[str, Any]:
        """Return the connector's arguments for who connects."""
        if self._token is not None:
            return {"access_token": self._token}
        from databricks.sdk.core import Config

        try:
            config = Config(host=f"https://{self.access.host}")
        except ValueError as error:
            raise InputError(
                f"nobody to connect as: {str(error).splitlines()[0].partition('. Config:')[0]}",
                hint="set DATABRICKS_TOKEN, a service principal, or a profile: docs/guides/databricks.md",
            ) from error
        return {"credentials_provider": lambda: config.authenticate}


def _table(cursor: Any) -> tuple[tuple[tuple[str, str], ...], Rows]:
    """Return columns and rows by Arrow, whose values are Python's own also in lists, maps and structs."""
    columns = tuple((str(name), str(kind)) for name, kind, *_ in cursor.description)
    return columns, list(zip(*(column.to_pylist() for column in cursor.fetchall_arrow().columns), strict=True))


def _may_pass(error: Exception) -> bool:
    """Tell whether the same statement may succeed when it is sent again."""
    from databricks.sql import exc

    if isinstance(error, exc.ServerOperationError):
        return any(word in _class_of(error) for word in AGAIN)
    if _status(error) in REFUSED:
        return False
    return not isinstance(error, exc.DatabaseError) or isinstance(error, exc.OperationalError)


def _busy(error: Exception) -> bool:
    """Tell whether the server said "not now" until the connector gave up."""
    from urllib3.exceptions import MaxRetryError

    reason = str(error.reason) if isinstance(error, MaxRetryError) else ""
    return any(f"too many {status} " in reason for status in (429, 503))


def _status(error: Exception) -> int | None:
    """Return the status of the HTTP answer that an error is about, where the connector knows it."""
    status = getattr(error, "context", {}).get("http-code")
    return status if isinstance(status, int) else None


def _class_of(error: Exception) -> str:
    found = _CLASS.search(str(error))
    return found.group(1) if found else ""


def _explained(error: Exception, access: Access) -> UnavailableError:
    """Turn what the connector says into an error for people. Texts of errors about data quote the data: left out."""
    name, first = _class_of(error), (str(error).strip().splitlines() or [""])[0]
    from databricks.sql import exc

    if isinstance(error, exc.ServerOperationError):
        said = first if any(word in name for word in SHOWN) else f"[{name or type(error).__name__}]"
        refused = DeniedStatement if "PERMISSION" in name else StatementRefused
        return refused(f"Databricks refused a statement: {said}", hint="--debug shows all that it says")
    if (status := _status(error)) in REFUSED:
        message, hint = REFUSED[status]
        kind = UnavailableError if status == 404 else RefusedError
        return kind(f"{message} (HTTP {status})", where=access.host + access.http_path, hint=hint)
    if _busy(error):
        hint = "start it, or ask who manages it why it does not start; a classic warehouse takes minutes"
        return UnavailableError("the SQL warehouse does not run", where=access.host + access.http_path, hint=hint)
    hint = "is DATABRICKS_HOST the workspace, and can it be reached from here?"
    return UnavailableError(
        f"Databricks cannot be reached: {type(error).__name__}: {first}", where=access.host, hint=hint
    )


def _close(session: Any) -> None:
    with suppress(Exception):  # a broken session has nothing left to close
        session.close()
