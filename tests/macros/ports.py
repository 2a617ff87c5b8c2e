"""Ports as the protocol describes them, over a table of people."""

from __future__ import annotations

from typing import Any

SOURCE = {"database": "internal", "schema": "main", "identifier": "people"}


def relation(identifier: str, schema: str = "people") -> dict[str, str]:
    """A relation of the published zone."""
    return {"database": "published", "schema": schema, "identifier": identifier}


def mask(method: str, **arguments: Any) -> dict[str, Any]:
    """A mask as the protocol writes it: defaults are left out."""
    return {"name": method, "method": method, **({"arguments": arguments} if arguments else {})}


def column(name: str, data_type: str | None = "varchar", mask: dict[str, Any] | None = None) -> dict[str, Any]:
    """A column of a port."""
    return {"name": name, "data_type": data_type, "mask": mask}


def port(*columns: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A port of the people, with these columns."""
    return {
        "source": SOURCE,
        "target": relation("people"),
        "staged": relation("people__staged"),
        "previous": relation("people__previous"),
        "columns": list(columns),
        "row_filter": None,
        "constraints": [],
        **changes,
    }
