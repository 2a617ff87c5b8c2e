"""What running one statement needs: the store, the engine, the session, and the ways from names and queries to them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa
from sqlglot import exp

from tests.databricks_double.engine import Engine
from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql.access import Identity
from tests.databricks_double.sql.dialect import parse_query, to_sail
from tests.databricks_double.sql.rewrite import for_engine
from tests.databricks_double.sql.secure import Reader
from tests.databricks_double.sql.session import Session, full_name
from tests.databricks_double.sql.system_tables import ask, portable, system_rows
from tests.databricks_double.store import Metastore, Name, Relation


@dataclass
class Locks:
    """One lock for each relation that is written: writers of one wait for each other, nobody else does."""

    _locks: dict[Name, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: Name) -> threading.RLock:
        """Return the lock of a relation."""
        with self._guard:
            return self._locks[name]


@dataclass(frozen=True)
class Run:
    """One statement's surroundings."""

    store: Metastore
    engine: Engine
    session: Session
    locks: Locks

    @property
    def identity(self) -> Identity:
        """Return whose privileges count."""
        return Identity.of(self.session.principal)

    @property
    def user(self) -> str:
        """Return who runs the statement."""
        return self.session.principal.name

    def full(self, name: Name, parts: int = 3) -> Name:
        """Complete a name from the session."""
        return full_name(name, self.session.namespace, parts)

    def relation(self, name: Name, privilege: str | None = None) -> tuple[Name, Relation]:
        """Return a relation that this principal may do something with: hold `privilege`, or own it where None."""
        full = self.full(name)
        self.schema_exists(full[:2])
        self.may_use(full[:2])
        found = self.store.relations.get(full)
        if found is None:
            raise errors.relation_not_found(full)
        if privilege is None:
            access.need_ownership(self.store, self.identity, full, "View" if found.kind == "VIEW" else "Table")
        else:
            access.need(self.store, self.identity, privilege, full, "Table")
        return full, found

    def may_use(self, schema: Name) -> None:
        """Insist on USE CATALOG and USE SCHEMA."""
        access.need(self.store, self.identity, "USE_SCHEMA", schema, "Schema")

    def schema_exists(self, schema: Name) -> None:
        """Insist that a schema is there."""
        if schema[:1] not in self.store.catalogs:
            raise errors.catalog_not_found(schema[:1])
        if schema not in self.store.schemas:
            raise errors.schema_not_found(schema)

    @contextmanager
    def prepared(self, tree: exp.Expr, untouched: exp.Expr | None = None) -> Iterator[exp.Expr]:
        """Give the tree that the engine may run; rows of the information schema are there for as long as this lasts."""
        with self.store.lock:
            reader = Reader(self.store, self.session)
            secured = reader.secure(tree, untouched=untouched)
            tables = {
                mark: system_rows(self.store, reader.scope.identity, name) for mark, name in secured.system.items()
            }
        uploaded = {mark: self.engine.upload(rows) for mark, rows in tables.items()}
        try:
            for table in list(secured.tree.find_all(exp.Table)):
                if table.name in uploaded and not table.db:
                    table.set("this", exp.to_identifier(uploaded[table.name]))
            yield for_engine(secured.tree, self.engine.columns)
        finally:
            for name in uploaded.values():
                self.engine.forget(name)

    @contextmanager
    def prepared_sql(self, query: str) -> Iterator[str]:
        """Give a query as text for the engine."""
        with self.prepared(parse_query(query)) as tree:
            yield to_sail(tree)

    def rows(self, query: str) -> pa.Table:
        """Answer a query."""
        tree = parse_query(query)
        with self.store.lock:
            reader = Reader(self.store, self.session)
            secured = reader.secure(tree.copy())
            if secured.only_system:
                tables = {
                    mark: system_rows(self.store, reader.scope.identity, at) for mark, at in secured.system.items()
                }
        if secured.only_system and portable(secured.tree):
            return ask(secured.tree, tables)
        if not secured.system:
            return self.engine.query(to_sail(for_engine(secured.tree, self.engine.columns)))
        with self.prepared(tree) as ready:
            return self.engine.query(to_sail(ready))
