"""Every fault at every call of a publish: which cases there are, and what each has to end like.

A case starts from the metastore as the build left it (a copy of the store: no rows are copied), publishes in this process
with one fault, and then once more without. Nobody waits: what clients sleep between their attempts is left out.
"""

# ruff: noqa: TID251 - the SDK is given a clock that does not wait
from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

from meshport.catalogs.databricks import connection
from meshport.catalogs.databricks.registration import registrar
from meshport.errors import ExitCode
from tests.databricks.publish.conftest import QUESTIONS, Built, NativeDomain, restore
from tests.databricks.registration.conftest import Hurried
from tests.databricks_double.fault_actions import copied
from tests.databricks_double.faults import (
    Action,
    Cut,
    GatewayTimeout,
    Revoke,
    ServerError,
    Slow,
    Stale,
    TooManyRequests,
    Unavailable,
)
from tests.databricks_double.http import RequestInfo
from tests.databricks_double.store import Metastore
from tests.publish.domain import UNCHANGED, Done

CLIENT_WAITS_SECONDS = 1.0
FAULTS: tuple[Action, ...] = (
    TooManyRequests(retry_after=1),
    Unavailable(),
    ServerError(),
    ServerError(after=True),
    GatewayTimeout(after=True),
    Slow(seconds=CLIENT_WAITS_SECONDS + 0.2),  # and then it has its effect, when the client has asked again
    Cut(),
    Cut(after=True),
    Revoke(status=401),
    Stale(),
)
PASSING = (TooManyRequests, Unavailable, Cut, Slow, Stale)
"""What goes by when one asks again, or is never noticed: a publish with such a fault converges by itself."""
Kind = Literal["http", "statement"]
Rows = list[tuple[Any, ...]] | None
Allowed = Mapping[str, tuple[Rows, ...]]


class Case(NamedTuple):
    """One fault at one call, or at one statement."""

    kind: Kind
    number: int
    action: Action


class Ended(NamedTuple):
    """How the two publishes of a case ended, and what somebody saw meanwhile and should not have."""

    first: Done
    second: Done
    wrong: list[object]


def cases(calls: int, statements: int) -> list[Case]:
    """Return every fault at each call; what is stale is so at each call and at each statement that reads."""
    found = [Case("http", number, action) for number in range(1, calls + 1) for action in FAULTS]
    return found + [Case("statement", number, Stale()) for number in range(1, statements + 1)]


class Trial:
    """Publishes of one domain, with faults. `allowed` are the rows that an analyst may ever see of each port."""

    def __init__(self, native: NativeDomain, built: Built, allowed: Allowed) -> None:
        self.native, self.built, self.allowed = native, built, allowed
        self.faults = native.double.faults
        self.happened = 0
        self.fresh()
        with self._watched() as wrong:
            native.publish()
        assert wrong == []
        self.calls, self.statements = self.faults.count("http"), self.faults.count("statement")
        self.rows = native.seen()
        self.wanted = state(native.double.store)

    def fresh(self) -> None:
        """Put everything back to what the build left."""
        restore(self.built)
        self.native.registry_file.unlink(missing_ok=True)
        self.faults.snapshots.clear()
        self.faults.snapshots.append(copied(self.built[1]))

    def run(self, case: Case) -> Ended:
        """Publish with a fault, then without."""
        self.fresh()
        self.faults.at(case.number, case.action, kind=case.kind)
        with self._watched() as wrong:
            first = self.native.run("publish", "--yes")
            self.happened += len(self.faults.log)
            self.faults.released.set()
            self.faults.begin()
            second = self.native.run("publish", "--yes")
        return Ended(first, second, wrong)

    def each(self, chosen: Iterable[Case]) -> dict[Case, list[str]]:
        """Run cases, and return what is wrong with those of which anything is."""
        found = {case: self.problems(case) for case in chosen}
        return {case: problems for case, problems in found.items() if problems}

    def problems(self, case: Case) -> list[str]:
        """Run a case, and return what is wrong with how it ended: nothing, if all is well."""
        ended = self.run(case)
        first, second = ended.first, ended.second
        found = [f"seen and not allowed: {each}" for each in ended.wrong]
        if first.code not in (ExitCode.OK, ExitCode.UNAVAILABLE, ExitCode.BLOCKED):
            found.append(f"it ended with {first.code}: {first.err}")
        if first.code != ExitCode.OK and not first.err.strip() and not first.out.strip():
            found.append("it ended without a word")
        if first.code != ExitCode.OK and isinstance(case.action, PASSING) and not isinstance(case.action, Stale):
            found.append(f"a fault that passes was not survived: {first.err}")
        if "Traceback" in first.err or "dapi-" in first.err + first.out:
            found.append(f"it said too much: {first.err}")
        if second.code != ExitCode.OK:
            found.append(f"the next one ended with {second.code}: {second.err}\nafter: {first.err}")
        if first.code == ExitCode.OK and UNCHANGED not in second.out and not isinstance(case.action, Stale):
            found.append(f"it said that all was well, and the next one had to do:\n{second.out}")
        if self.native.seen() != self.rows:
            found.append(f"other rows: {self.native.seen()}")
        if difference := differing(state(self.native.double.store), self.wanted):
            found.append(f"the catalog is another one: {difference}")
        with self.native.registry() as registry:
            if registry.unfinished("sales"):
                found.append("a run is open in the journal")
        return found

    @contextmanager
    def _watched(self) -> Iterator[list[object]]:
        """Let two people look at every port after each statement that writes; yield what they should not have seen."""
        wrong: list[object] = []
        seen = ""

        def look(info: RequestInfo) -> None:
            text = (info.statement or "").lstrip().lower()
            if info.kind != "statement" or text.startswith(QUESTIONS):
                return
            nonlocal seen
            if (now := readable(self.native.double.store)) == seen:
                return  # they would read what they read before
            seen = now
            for port, rows in self.native.seen().items():
                # A table that waits for its first rows is there and empty; a column may come before its values.
                if rows and rows not in self.allowed[port]:
                    wrong.append((port, rows, text[:200]))
            wrong.extend(("nobody", port) for port in self.native.readable("nobody"))

        self.faults.on_effect = look
        try:
            yield wrong
        finally:
            self.faults.on_effect = None


def state(store: Metastore) -> dict[str, Any]:
    """Return what a store holds of what meshport writes, without times and ids."""
    with store.lock:
        relations = {name: _relation(each) for name, each in store.relations.items() if name[1] != "internal"}
        functions = {name: (each.parameters, each.returns, each.body) for name, each in store.functions.items()}
        documents = {
            (kind, key): _timeless(document)
            for kind in ("external_metadata", "external_lineage", "destinations")
            for key, document in store.documents.get(kind, {}).items()
        }
        return {
            "relations": relations,
            "functions": functions,
            "schemas": {name: (each.comment, each.tags) for name, each in store.schemas.items()},
            "documents": documents,
            "policies": {key: each.values for key, each in store.tag_policies.items()},
        }


def readable(store: Metastore) -> str:
    """Return all that decides what anybody reads in the published catalog: rows, masks, row filters, grants."""
    parts: list[object] = []
    with store.lock:
        for name, each in (*store.catalogs.items(), *store.schemas.items(), *store.functions.items()):
            parts.append((name, each.owner, each.grants, getattr(each, "body", None)))
        for name, relation in store.relations.items():
            if name[0] == "sales_published" and name[1] != "meshport":
                masks = [(column.name, column.mask) for column in relation.columns.values()]
                rows = relation.history[-1].rows if relation.history else relation.definition
                parts.append((name, relation.owner, relation.grants, relation.kind, masks, relation.row_filter, rows))
    return repr(parts)


def _relation(of: Any) -> dict[str, Any]:
    kept = ("kind", "comment", "tags", "grants", "row_filter", "definition", "clone_of", "constraints", "owner")
    columns = [(each.name, each.data_type, each.comment, each.tags, each.mask) for each in of.columns.values()]
    return {**{name: getattr(of, name) for name in kept}, "columns": columns}


def _timeless(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _timeless(value) for key, value in document.items() if not key.endswith(("_time", "_at", "id"))}
    return [_timeless(each) for each in document] if isinstance(document, list) else document


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return which things are not the same in two states."""
    return [
        f"{part} {key}: {one[part].get(key)} is not {other[part].get(key)}"
        for part in one
        for key in {*one[part], *other[part]}
        if one[part].get(key) != other[part].get(key)
    ]


@contextmanager
def hurried() -> Iterator[None]:
    """Let nobody wait between attempts, and give up on an answer that does not come within CLIENT_WAITS_SECONDS."""
    import databricks.sql
    import databricks.sql.auth.retry
    import urllib3.util.retry

    connect: Callable[..., Any] = databricks.sql.connect

    def workspace(host: str) -> WorkspaceClient:
        address = f"https://{host}"
        config = Config(host=address, clock=Hurried(), http_timeout_seconds=CLIENT_WAITS_SECONDS)
        return WorkspaceClient(config=config)

    with pytest.MonkeyPatch.context() as patch:
        clock = types.SimpleNamespace(sleep=lambda _: None, time=urllib3.util.retry.time.time)
        patch.setattr(urllib3.util.retry, "time", clock)
        patch.setattr(databricks.sql.auth.retry, "time", clock)
        patch.setattr(connection, "PAUSE_SECONDS", 0.0)
        patch.setattr(connection, "START_SECONDS", 1.0)
        patch.setattr(databricks.sql, "connect", lambda **given: connect(**given, _socket_timeout=CLIENT_WAITS_SECONDS))
        patch.setattr(registrar, "workspace", workspace)
        yield
