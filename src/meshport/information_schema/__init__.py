"""The mesh information schema: dbt's Information Schema tables and `mesh.*` in one DuckDB database in memory.

`tables` declares every table; `open_schema` makes and fills those that a query names; `seal` and `run_limited` let
other people's queries run on it. The reference page is generated from the declarations.
"""

from __future__ import annotations

from meshport.information_schema.database import open_outlined, open_schema
from meshport.information_schema.names import tables_named
from meshport.information_schema.outline import Declaration, Outline
from meshport.information_schema.sandbox import Answer, run_limited, seal
from meshport.information_schema.sources import Sources, registry_alone
from meshport.information_schema.tables import TABLES

__all__ = [
    "TABLES",
    "Answer",
    "Declaration",
    "Outline",
    "Sources",
    "open_outlined",
    "open_schema",
    "registry_alone",
    "run_limited",
    "seal",
    "tables_named",
]
