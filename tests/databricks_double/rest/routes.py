"""From a method and a path to a handler.

A path is split before its parts are decoded: a part may hold an encoded `/`. The SDK puts names into paths as they are,
so a caller who does not encode them calls another route, here as there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.databricks_double.http import Request, Response, Statements
from tests.databricks_double.rest import errors
from tests.databricks_double.store import Metastore, Principal

if TYPE_CHECKING:
    from tests.databricks_double.rest.paging import Pages
    from tests.databricks_double.rest.running import Running


@dataclass
class Call:
    """One call to a handler."""

    request: Request
    store: Metastore
    path: dict[str, str]
    """The decoded parts of the path that the route has names for."""
    pages: Pages
    statements: Statements
    options: Options
    running: dict[str, Running]
    """The statements that were submitted, by id."""
    seen: set[str] = field(default_factory=set)
    """The query parameters that the handler asked for: all others are refused."""

    @property
    def principal(self) -> Principal:
        """Return who calls; a route that is open to all must not ask."""
        if self.request.principal is None:
            raise errors.unauthenticated()
        return self.request.principal

    def query(self, name: str) -> str | None:
        """Return a query parameter, or None."""
        self.seen.add(name)
        values = self.request.query.get(name)
        return values[0] if values else None

    def need_query(self, name: str) -> str:
        """Return a query parameter that must be there."""
        value = self.query(name)
        if not value:
            raise errors.invalid(f"Missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """Return whether a query parameter is true."""
        value = self.query(name)
        if value not in (None, "true", "false"):
            raise errors.invalid(f"{name} must be true or false, not {value!r}")
        return value == "true"

    def number(self, name: str) -> int | None:
        """Return a query parameter as a number."""
        value = self.query(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise errors.invalid(f"{name} must be a number, not {value!r}") from None

    def nested(self, prefix: str) -> dict[str, Any]:
        """Return `prefix.a.b=x` as `{"a": {"b": "x"}}`: how the SDK sends an object in a query."""
        result: dict[str, Any] = {}
        for name, values in self.request.query.items():
            first, _, rest = name.partition(".")
            if first != prefix or not rest:
                continue
            self.seen.add(name)
            *parents, last = rest.split(".")
            inner = result
            for parent in parents:
                inner = inner.setdefault(parent, {})
            inner[last] = values[0]
        return result

    def json(self) -> dict[str, Any]:
        """Return the body: an object, or the call is refused."""
        try:
            body = json.loads(self.request.body or b"{}")
        except ValueError:
            raise errors.ApiError(400, "MALFORMED_REQUEST", "Invalid JSON given in the body of the request") from None
        if not isinstance(body, dict):
            raise errors.ApiError(400, "MALFORMED_REQUEST", "The body of the request must be an object")
        return body


@dataclass
class Options:
    """What a test may set."""

    scheme: str = "https"
    """Of the links to results that the statement API gives."""
    rows_per_chunk: int = 10_000
    start_seconds: float = 0.0
    """How long a stopped warehouse takes to start."""
    run_task: Callable[[dict[str, Any], Mapping[str, str]], bool] | None = None
    """What a task of a job does, with the variables of its cluster, and whether it succeeded."""


Answer = dict[str, Any] | Response
Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """A method and a template: `/api/2.1/unity-catalog/tables/{name}`. `{*name}` takes all that follows."""

    method: str
    parts: tuple[str, ...]
    handler: Handler
    is_open: bool = False
    waits: bool = False

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """Return the named parts, or None when this is not the route."""
        rest = self.parts[-1].startswith("{*")
        if len(parts) < len(self.parts) if rest else len(parts) != len(self.parts):
            return None
        found: dict[str, str] = {}
        for index, wanted in enumerate(self.parts):
            if wanted.startswith("{*"):
                found[wanted[2:-1]] = "/".join(unquote(part) for part in parts[index:])
            elif wanted.startswith("{"):
                if not parts[index]:
                    return None
                found[wanted[1:-1]] = unquote(parts[index])
            elif wanted != parts[index]:
                return None
        return found


class Routes:
    """The routes of one service: `@routes("GET", "/api/...")` above a handler."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def __call__(
        self, method: str, template: str, *, is_open: bool = False, waits: bool = False
    ) -> Callable[[Handler], Handler]:
        """Register a handler. A route that is open needs no token; one that waits does not hold the store's lock."""

        def register(handler: Handler) -> Handler:
            self.all.append(Route(method, tuple(template.strip("/").split("/")), handler, is_open, waits))
            return handler

        return register


class Router:
    """All routes, those without names in their path first: `/scim/v2/Me` is nobody's user."""

    def __init__(self, services: Iterable[Routes]) -> None:
        routes = [route for service in services for route in service.all]
        self.routes = sorted(routes, key=lambda route: [part.startswith("{") for part in route.parts])

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and the named parts of the path; refuse what is not there."""
        parts = path.strip("/").split("/")
        for route in self.routes:
            if route.method == method and (found := route.match(parts)) is not None:
                return route, found
        raise errors.endpoint_not_found(method, path)
