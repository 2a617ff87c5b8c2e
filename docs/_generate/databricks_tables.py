"""docs/reference/databricks-tables.md: the tables of the schema `meshport`, and what to ask them."""

from __future__ import annotations

from docs._generate.markdown import block, code, document, prose, table
from meshport.catalogs.databricks.registration.tables.spec import EXAMPLES, TABLES

SCHEMA = "sales_published.meshport"


def page() -> str:
    """Return the reference of the tables on Databricks."""
    return document(
        "Tables on Databricks",
        [
            "`meshport publish` writes what is published into the schema `meshport` of the published catalog, as Delta "
            "tables with comments: for dashboards, alerts and SQL, without meshport. Who has USE CATALOG, USE SCHEMA "
            "and SELECT reads them. Rows of a domain are replaced when they change; test results are only added. Names "
            "and shapes of columns stay: later versions add columns, and take none away.",
            *(part for each in TABLES for part in _table(each.name, each.comment, each.columns)),
            "## What to ask",
            *(part for says, query in EXAMPLES for part in (f"{says}:", block(query.format(schema=SCHEMA), "sql"))),
        ],
    )


def _table(name: str, comment: str, columns: tuple[object, ...]) -> list[str]:
    rows = [(code(c.name), c.type, prose(c.comment)) for c in columns]  # type: ignore[attr-defined]
    return [f"## {name}", prose(comment), table(("Column", "Type", "Meaning"), rows)]
