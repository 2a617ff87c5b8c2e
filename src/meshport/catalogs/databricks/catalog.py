"""A published catalog on Databricks, as planning and applying need it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from meshport.catalogs.base import PIN, Capabilities, Statement, VerificationError, Violation
from meshport.catalogs.databricks.connection import Access, Warehouse
from meshport.catalogs.databricks.observe import observe
from meshport.catalogs.databricks.quoting import identifier, literal
from meshport.errors import InputError, UnavailableError
from meshport.model import Relation
from meshport.resources import BOOKKEEPING, ObservedRelation


class DatabricksCatalog:
    """The catalog of a domain's ports. `database` is its name, `parallel` how many ports are written at a time,
    `settle_seconds` how long tags take until policies go by them.
    """

    type = "databricks"

    def __init__(self, access: Access, database: str, parallel: int, settle_seconds: int = 0) -> None:
        self.database = database
        self.name = f"databricks:{access.host}/{database}"
        self.capabilities = Capabilities(
            enforces_reads=True, native_masks=True, parallel=parallel, settle_seconds=settle_seconds, atomic=False
        )
        self._warehouse = Warehouse(access)

    def observe(self) -> dict[Relation, ObservedRelation]:
        """Read relations, columns, comments, tags, masks and row filters in six queries."""
        try:
            return observe(self._warehouse.rows, self.database)
        finally:
            self._warehouse.close()

    def raw_copies(self, databases: Collection[str]) -> list[Relation]:
        """Return what is in the bookkeeping schemas of these catalogs."""
        found = []
        for database in databases:
            view = f"{identifier(database)}.information_schema.tables"
            query = f"select table_name from {view} where table_schema = {literal(BOOKKEEPING)}"  # noqa: S608
            found += [Relation(database, BOOKKEEPING, name) for (name,) in self._warehouse.rows(query)]
        return found

    @contextmanager
    def writer(self, target: Mapping[str, Any]) -> Iterator[DatabricksWriter]:
        """Open the warehouse for rendered statements."""
        if target.get("type") != self.type:
            raise InputError(
                f"dbt's target `{target.get('name')}` is {target.get('type')}, and what was built is of Databricks",
                hint="choose a Databricks target with --target",
            )
        try:
            yield DatabricksWriter(self._warehouse)
        finally:
            self._warehouse.close()


class DatabricksWriter:
    """Executes the statements of many ports at a time, those of one port in order."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._pins: dict[str, str] = {}
        self._lock = threading.Lock()

    def execute(self, port: str, statements: Sequence[Statement]) -> None:
        """Execute statements of one port, each until it is done."""
        for statement in statements:
            sql = statement.sql.replace(PIN, self._pin(port, statement)) if statement.pinned else statement.sql
            rows = self._warehouse.rows(sql)
            if statement.expect == "no_rows" and rows:
                raise VerificationError(statement.step, [Violation(*(_text(cell) for cell in row)) for row in rows])
            if statement.expect == "pin":
                self._keep_pin(port, statement, rows)

    def _pin(self, port: str, statement: Statement) -> str:
        with self._lock:
            if port not in self._pins:
                raise UnavailableError(
                    f"`{statement.step}` needs the version of {port} that was audited, and none was",
                    hint="this is a defect of the macros: a pinned statement came before its pin",
                )
            return self._pins[port]

    def _keep_pin(self, port: str, statement: Statement, rows: Sequence[tuple[Any, ...]]) -> None:
        version = str(rows[0][0]) if rows and rows[0] else ""
        if not version.isdecimal():
            raise UnavailableError(
                f"`{statement.step}`: {port} has no Delta version",
                hint="is its model a Delta table? `config: {meta: {port_mode: copy}}` publishes what is none",
            )
        with self._lock:
            self._pins[port] = version


def _text(cell: Any) -> Any:
    return None if cell is None else str(cell)
