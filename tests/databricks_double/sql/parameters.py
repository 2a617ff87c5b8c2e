"""Parameters: `:name` in a statement stands for a value, never for SQL."""

from __future__ import annotations

from collections.abc import Mapping

from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.sql.lexer import literal, tokens

Parameters = Mapping[str, tuple[str | None, str]]
"""By name: the value as text, and its type."""


def bind(statement: str, parameters: Parameters) -> str:
    """Return the statement with literals for its parameters. `a:b` is a path into JSON, not a parameter."""
    if not parameters:
        return statement
    found = tokens(statement)
    pieces, at, used = [], 0, set()
    for i, token in enumerate(found[:-1]):
        name = found[i + 1]
        adjacent = name.start == token.end and name.kind == "word"
        after_value = i > 0 and found[i - 1].end == token.start and found[i - 1].kind in ("word", "name")
        if token.text == ":" and adjacent and not after_value:
            if name.text not in parameters:
                raise SqlError("UNBOUND_SQL_PARAMETER", f"Found the unbound parameter: {name.text}.", "42P02")
            pieces += [statement[at : token.start], _written(*parameters[name.text])]
            at = name.end
            used.add(name.text)
    return "".join([*pieces, statement[at:]])


def _written(value: str | None, kind: str) -> str:
    text = "NULL" if value is None else literal(value)
    kind = kind.upper()
    return (
        text
        if kind in ("", "STRING") and value is not None
        else f"CAST({text} AS {'STRING' if kind == 'VOID' else kind or 'STRING'})"
    )
