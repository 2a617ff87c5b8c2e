"""Which rows of the information schema a query can need: those of one relation, where it says so.

It changes no answer: the query's own conditions stay. Without it each question about one table would make the rows of all.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from tests.databricks_double.store import Name

_SCHEMA = {
    **dict.fromkeys(("tables", "columns", "column_masks", "row_filters"), "table_schema"),
    **dict.fromkeys(("table_tags", "column_tags"), "schema_name"),
}
"""Tables with a row for a relation or parts of it, and what they call its schema; all call it `table_name`."""


class Asked(NamedTuple):
    """A table of the information schema or of `system`, and the schema and name of the one relation that matters."""

    name: Name
    place: tuple[str, str] | None = None


def place_asked(node: exp.Table, short: str) -> tuple[str, str] | None:
    """Return the schema and name that a query over this table alone insists on; None where it may need more."""
    select = node.parent_select
    if short not in _SCHEMA or select is None or node.find_ancestor(exp.From, exp.Join) is not select.args.get("from_"):
        return None
    where = select.args.get("where")
    if select.args.get("joins") or select.args.get("laterals") or where is None:
        return None
    said: dict[str, str] = {}
    for condition in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        found = condition.unnest()
        if isinstance(found, exp.EQ) and isinstance(found.this, exp.Column):
            value = found.expression.this if isinstance(found.expression, exp.Lower) else found.expression
            if isinstance(value, exp.Literal) and value.is_string:
                lowered = value.this.lower() if isinstance(found.expression, exp.Lower) else value.this
                said[found.this.name.lower()] = lowered
    schema, name = said.get(_SCHEMA[short]), said.get("table_name")
    return (schema, name) if schema is not None and name is not None else None
