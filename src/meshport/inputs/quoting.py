"""Texts of other people in generated files: nothing in them may act as Jinja, YAML, a path or the end of a comment."""

from __future__ import annotations

import re
from typing import Any

import yaml


def as_yaml(document: Any) -> str:
    """Return a document as YAML in which dbt finds every text as it is here: dbt renders Jinja in YAML."""
    return yaml.safe_dump(_escaped(document), sort_keys=False, allow_unicode=True, width=110)


def escape_jinja(text: str) -> str:
    """Return a text that is `text` after it was rendered once."""
    return re.sub(r"\{[{%#]", lambda match: "{{ '" + match.group() + "' }}", text)


def jinja_literal(text: str) -> str:
    """Return a text as a string literal within a Jinja expression."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def comment_text(text: str) -> str:
    """Return a text for a comment of one line, in SQL as in YAML; what could act becomes `?`."""
    return re.sub(r"[^\w .:/@+-]", "?", text)


def file_name(text: str) -> str:
    """Return a name that is one safe part of a path; different texts give different names."""
    return re.sub(r"^\.|[^\w .-]", lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), text)


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return escape_jinja(value)
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_escaped(item) for item in value]
    return value
