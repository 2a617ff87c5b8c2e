"""Fit a declaration to the entry that a file has already: keep its style, and whatever a person has decided there."""

from __future__ import annotations

from typing import Any

from meshport.inspection.patch import Entry
from meshport.inspection.yaml_data import name_of
from meshport.inspection.yaml_text import CannotEdit


def fit_group(entry: Entry, existing: Entry | None) -> Entry:
    """Return what to merge into a group. One that is declared a product, in whatever way, stays as it is."""
    if existing is not None and (_meta(existing) or {}).get("data_product"):
        return {"name": entry["name"]}
    return entry


def fit_model(entry: Entry, existing: Entry | None) -> Entry:
    """Return what to merge into a model.

    `group` and `access` stay at the top where they are there already. Raises CannotEdit for a model that was put into
    another group since the artifacts were written.
    """
    if existing is None:
        return entry
    config = dict(entry.get("config", {}))
    present = existing.get("config") or {}
    group = existing.get("group") or present.get("group")
    if group and config.get("group", group) != group:
        raise CannotEdit(f"the model `{entry['name']}` is in the group `{group}`, which the artifacts do not know")
    top = {key: config.pop(key) for key in ("group", "access") if key in config and key in existing}
    columns, complete = _columns(entry.get("columns", []), existing)
    if not complete:
        config.pop("contract", None)
    fitted = {"name": entry["name"], **top, "config": config, "columns": columns}
    return {key: value for key, value in fitted.items() if value}


def _columns(wanted: list[Entry], existing: Entry) -> tuple[list[Entry], bool]:
    """Return the columns to merge, and whether they are all of them.

    Columns of a versioned model may be listed for all versions or for one: only listed ones are completed, none added.
    """
    there = {name_of(column): column for column in existing.get("columns") or []}
    addable = [column for column in wanted if name_of(column) in there or "versions" not in existing]
    fitted = [_column(column, there.get(name_of(column), {})) for column in addable]
    return [column for column in fitted if len(column) > 1], len(addable) == len(wanted)


def _column(wanted: Entry, existing: Entry) -> Entry:
    fitted = dict(wanted)
    if existing.get("data_type"):
        fitted.pop("data_type", None)
    if "config" in fitted:
        meta = _meta(existing)
        if "classification" in (meta or {}):
            del fitted["config"]
        elif meta is not None and meta is existing.get("meta"):
            fitted["meta"] = fitted.pop("config")["meta"]
    return fitted


def _meta(entry: Entry) -> dict[str, Any] | None:
    """Return an entry's meta from where it is kept: `config.meta`, else the older `meta`."""
    config = entry.get("config") or {}
    meta = config.get("meta") or entry.get("meta")
    return meta if isinstance(meta, dict) else None
