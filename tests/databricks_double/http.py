"""What passes between the server, the REST half, the SQL half and the faults: a few types, and no code.

It imports neither half, so that each can be written and tested without the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from tests.databricks_double.store import Metastore, Principal


@dataclass(frozen=True)
class Request:
    """One HTTP call. `principal` is whose token it carries: None for none, or for one nobody has.

    `path` is decoded for nobody: parts of a path may hold an encoded `/`, so whoever routes splits first. Names of
    headers are small letters. `query` holds the decoded values of each parameter, in order.
    """

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    principal: Principal | None = None

    def json(self) -> dict[str, Any]:
        """Return the body as JSON; an empty body is an empty object."""
        loaded: dict[str, Any] = json.loads(self.body or b"{}")
        return loaded


@dataclass(frozen=True)
class Response:
    """The answer to one HTTP call. A dict is sent as JSON, bytes as they are."""

    status: int = 200
    body: bytes | dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Rest = Callable[[Request], Response]
"""The REST half: answers every call that is not Thrift. The server has checked nothing, not even the token."""

Source = Literal["thrift", "rest"]


@dataclass(frozen=True)
class RequestInfo:
    """What a fault may decide by: one HTTP call (`kind` "http"), or one statement inside such a call ("statement").

    A statement's `request` is the call that carried it, where the SQL half knows it.
    """

    kind: Literal["http", "statement"]
    number: int
    """Counts from 1, separately for calls and for statements."""
    principal: Principal | None = None
    request: Request | None = None
    method: str = ""
    path: str = ""
    statement: str | None = None
    source: Source | None = None


class ConnectionCut(Exception):
    """Raised by a fault: close the socket without an answer."""


class AnswerInstead(Exception):
    """Raised inside a call to answer it with `response`, whatever the code around it was about to say."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class AsOf(Exception):
    """Raised by a fault before a statement: what it asks the information schema is answered from `store`."""

    def __init__(self, store: Metastore) -> None:
        super().__init__("stale")
        self.store = store


class Faults(Protocol):
    """Decides what goes wrong. Both return None for "nothing", or what to send instead; both may raise ConnectionCut.

    Statements that came over no network are none of their business.
    """

    def before(self, info: RequestInfo) -> Response | None:
        """Before anything is done: what is returned here had no effect on the store."""

    def after(self, info: RequestInfo) -> Response | None:
        """After the effect, before the answer: the caller does not learn that it happened."""


class NoFaults:
    """Nothing goes wrong."""

    def before(self, info: RequestInfo) -> Response | None:
        """Do nothing."""
        return None

    def after(self, info: RequestInfo) -> Response | None:
        """Do nothing."""
        return None


class Statements(Protocol):
    """The SQL half, as the REST half sees it (`/api/2.0/sql/statements`).

    Refused statements raise `sql.errors.SqlError`, which has `error_class`, `sql_state` and the whole message as `str()`.
    """

    def run(
        self,
        statement: str,
        principal: Principal,
        *,
        source: Source = "rest",
        catalog: str | None = None,
        schema: str | None = None,
        parameters: Mapping[str, tuple[str | None, str]] | None = None,
        request: Request | None = None,
    ) -> pa.Table:
        """Run one statement in a session of its own. A parameter is (value, type), for `:name` in the statement."""
