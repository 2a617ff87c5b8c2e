"""Runs statements: parse, dispatch by type, log. Everything that speaks SQL to the double ends here."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from tests.databricks_double.engine import Engine
from tests.databricks_double.http import AnswerInstead, AsOf, Faults, NoFaults, Request, RequestInfo, Response, Source
from tests.databricks_double.sql import alter, objects, relations, show, write
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.sql.parameters import Parameters, bind
from tests.databricks_double.sql.parse import parse
from tests.databricks_double.sql.run import Locks, Run
from tests.databricks_double.sql.session import Session
from tests.databricks_double.sql.types import NOTHING, table
from tests.databricks_double.store import Metastore, Principal

_SYSTEM = "information_schema"
_VERSION = "spark.databricks.clusterusagetags.sparkversion"


@dataclass(frozen=True)
class Logged:
    """One statement that was run: who, what, by which protocol, how it was refused, and what it was tagged with."""

    principal: str
    statement: str
    source: Source
    error: str | None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Sql:
    """The SQL half."""

    store: Metastore
    engine: Engine
    faults: Faults = field(default_factory=NoFaults)
    log: list[Logged] = field(default_factory=list)
    locks: Locks = field(default_factory=Locks)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def session(self, principal: Principal, catalog: str | None = None, schema: str | None = None) -> Session:
        """Open a session. Without a catalog it is the first one of the metastore: workspaces have a default."""
        first = next(iter(self.store.catalogs), ("main",))[0]
        return Session(principal, (catalog or first).lower(), (schema or "default").lower())

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
        """Run one statement in a session of its own."""
        session = self.session(principal, catalog, schema)
        return self.execute(session, statement, source=source, parameters=parameters or {}, request=request)

    def execute(
        self,
        session: Session,
        statement: str,
        *,
        source: Source,
        parameters: Parameters | None = None,
        request: Request | None = None,
    ) -> pa.Table:
        """Run one statement in a session. Faults come before it is read, and after its effect.

        A statement without a `request` came over no network: nothing goes wrong with it.
        """
        faults = self.faults if request is not None else NoFaults()
        with self._guard:
            number = next(self._numbers)
        info = RequestInfo("statement", number, session.principal, request, statement=statement, source=source)
        stale: Metastore | None = None
        try:
            _instead(faults.before(info))
        except AsOf as asked:
            stale = asked.store
        error: str | None = None
        try:
            read = parse(bind(statement, parameters or {}))
            looks = isinstance(read, st.Query) and _SYSTEM in statement.lower()
            store = stale if stale is not None and looks else self.store
            return self._dispatch(Run(store, self.engine, session, self.locks), read)
        except SqlError as refused:
            error = str(refused)
            raise
        finally:
            with self._guard:
                self.log.append(Logged(session.principal.name, statement, source, error, session.query_tags))
            if error is None:
                _instead(faults.after(info))

    def _dispatch(self, run: Run, statement: st.Statement) -> pa.Table:
        handler, locked = _HANDLERS[type(statement)]
        if not locked:
            return handler(run, statement)
        with run.store.lock:
            return handler(run, statement)


def _instead(response: Response | None) -> None:
    if response is not None:
        raise AnswerInstead(response)


def _query(run: Run, statement: st.Query) -> pa.Table:
    return run.rows(statement.text)


def _use(run: Run, statement: st.Use) -> pa.Table:
    name, _ = objects.find(run, statement.kind, statement.name)
    run.session.catalog = name[0]
    run.session.schema = name[1] if statement.kind == "SCHEMA" else "default"
    return NOTHING


def _set(run: Run, statement: st.SetVariable) -> pa.Table:
    if statement.value is None:
        known = "17.3.x-scala2.13" if statement.key.lower() == _VERSION else run.session.variables.get(statement.key)
        return table("key value", [(statement.key, known if known is not None else "<undefined>")])
    run.session.variables[statement.key] = statement.value
    return table("key value", [(statement.key, statement.value)])


def _maintain(run: Run, statement: st.Maintain) -> pa.Table:
    if statement.operation == "REFRESH":
        relations.refresh(run, statement.name)
        return NOTHING
    _, relation = run.relation(statement.name, "MODIFY")
    if statement.takes_all:
        with run.store.lock:
            for version in relation.history[:-1]:
                version.rows = None
    return NOTHING


Handler = Callable[[Run, Any], pa.Table]
_HANDLERS: dict[type[st.Statement], tuple[Handler, bool]] = {
    st.Query: (_query, False),
    st.CreateTable: (relations.create_table, False),
    st.CloneTable: (relations.clone, False),
    st.CreateView: (relations.create_view, False),
    st.Alter: (alter.alter, False),
    st.Insert: (write.insert, False),
    st.Change: (write.change, False),
    st.Truncate: (write.truncate, False),
    st.Restore: (write.restore, False),
    st.Maintain: (_maintain, False),
    st.CreateCatalog: (objects.create_catalog, True),
    st.CreateSchema: (objects.create_schema, True),
    st.CreateFunction: (objects.create_function, True),
    st.Drop: (objects.drop, True),
    st.CommentOn: (objects.comment_on, True),
    st.TagStatement: (objects.tag, True),
    st.Grant: (objects.grant, True),
    st.ShowGrants: (objects.show_grants, True),
    st.Show: (show.show, True),
    st.Describe: (show.describe, True),
    st.Use: (_use, True),
    st.SetVariable: (_set, True),
}
"""What runs a statement, and whether all of it under the store's lock: what asks the engine for rows is not."""
