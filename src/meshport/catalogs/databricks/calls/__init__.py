"""What is sent to Databricks, as data: every kind of statement, every view that is read, every call of REST services.

`docs/reference/databricks-calls.md` is made from it, and tests hold it against what the double of Databricks recorded:
what is sent is here, and what is here is sent. A `…` in a shape stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from meshport.catalogs.databricks.calls.services import CALLS, DOMAINS, REGISTRATION
from meshport.catalogs.databricks.calls.statements import PAGES, STATEMENTS, SYSTEM_TABLES, VIEWS
from meshport.catalogs.databricks.calls.types import Rest, Sql, SystemTable, View

__all__ = [
    "CALLS",
    "DOMAINS",
    "PAGES",
    "REGISTRATION",
    "STATEMENTS",
    "SYSTEM_TABLES",
    "VIEWS",
    "Rest",
    "Sql",
    "SystemTable",
    "View",
    "call_of",
    "kind_of",
    "normalised",
    "system_tables_of",
    "unlisted",
    "views_of",
]

_QUOTED = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|\\.)*'", re.DOTALL)
_READS = re.compile(r"information_schema`?\s*\.\s*`?(\w+)", re.IGNORECASE)

_SYSTEM = re.compile(r"\bsystem\.(\w+\.\w+)", re.IGNORECASE)


def normalised(statement: str) -> str:
    """Return a statement with `…` for every quoted name and text, in capitals, each run of blanks as one."""
    return re.sub(r"\s+", " ", _QUOTED.sub("…", statement)).strip().upper()


def kind_of(statement: str) -> Sql | None:
    """Return the kind of a statement, None where it is of none."""
    normal = normalised(statement)
    return next((kind for kind in STATEMENTS if kind.fits(normal)), None)


def views_of(statement: str) -> set[str]:
    """Return the names of the views of an `information_schema` that a statement reads."""
    return {name.lower() for name in _READS.findall(statement)}


def system_tables_of(statement: str) -> set[str]:
    """Return the names of the tables of the catalog `system` that a statement reads, but for its information schema."""
    return {name.lower() for name in _SYSTEM.findall(_QUOTED.sub("…", statement)) if "information_schema" not in name}


def call_of(method: str, path: str) -> Rest | None:
    """Return what a REST call is, None where it is none of ours."""
    return next((call for call in CALLS if call.fits(method, path)), None)


def unlisted(statements: Iterable[str], calls: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Return what of these statements and calls (method, path) is not said here."""
    known, tables = {view.name for view in VIEWS}, {table.name for table in SYSTEM_TABLES}
    found = []
    for statement in statements:
        if kind_of(statement) is None:
            found.append(statement)
        found += [f"information_schema.{name}" for name in sorted(views_of(statement) - known)]
        found += [f"system.{name}" for name in sorted(system_tables_of(statement) - tables)]
    return found + [f"{method} {path}" for method, path in calls if call_of(method, path) is None]
