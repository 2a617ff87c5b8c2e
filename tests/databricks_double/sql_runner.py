"""SQL in tests: who says what in one schema, and how it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.databricks_double.double import Double
from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.sql.session import Session


class Runner:
    """`sql("select ...", "ann")` returns rows as tuples; each principal has one session."""

    def __init__(self, double: Double, catalog: str, schema: str) -> None:
        self.double, self.catalog, self.schema = double, catalog, schema
        self._sessions: dict[str, Session] = {}

    def session(self, who: str) -> Session:
        """Return a principal's session."""
        if who not in self._sessions:
            self._sessions[who] = self.double.session(who, self.catalog, self.schema)
        return self._sessions[who]

    def __call__(self, statement: str, who: str = "admin") -> list[tuple[Any, ...]]:
        """Run a statement."""
        return [tuple(row.values()) for row in self.double.execute(statement, self.session(who))]

    def all(self, *statements: str, who: str = "admin") -> None:
        """Run statements for what they do."""
        for statement in statements:
            self(statement, who)

    def refused(self, statement: str, who: str = "admin") -> str:
        """Return the error class of a statement that must be refused, with its message."""
        with pytest.raises(SqlError) as caught:
            self(statement, who)
        assert f"SQLSTATE: {caught.value.sql_state}" in str(caught.value)
        return str(caught.value)

    def open_to(self, group: str = "account users") -> None:
        """Let a group use the schema; SELECT is another matter."""
        self.all(
            f"grant use catalog on catalog {self.catalog} to `{group}`",
            f"grant use schema on schema {self.catalog}.{self.schema} to `{group}`",
        )
