"""Values as DuckDB literals."""

from __future__ import annotations

from meshport.catalogs.duckdb import literal as text_literal
from meshport.standards.policy import Setting


def literal(value: Setting) -> str:
    """Return a setting as a literal: text, number, boolean, a list of them, or a map from texts to them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, dict):
        return f"MAP {{{', '.join(f'{literal(key)}: {literal(item)}' for key, item in value.items())}}}"
    return f"[{', '.join(map(literal, value))}]"
