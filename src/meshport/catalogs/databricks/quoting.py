"""Names and texts as Databricks SQL reads them: backquotes are doubled, a backslash in a text is an escape.

Source: the vendor's reference of identifiers and of the type STRING (literals).
"""

from __future__ import annotations


def identifier(name: str) -> str:
    """Quote an identifier."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Quote a text."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
