"""Lineage to and from what is outside: `ExternalLineageAPI` of the SDK.

One end must be external metadata: what happens between two tables Unity Catalog sees for itself. In GET and DELETE the objects
are in the query, flattened: `object_info.table.name=main.sales.customers`.
"""

from __future__ import annotations

import json
from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.external_metadata import time_text
from tests.databricks_double.rest.routes import Call, Routes

routes = Routes()
BASE = "/api/2.0/lineage-tracking/external-lineage"
ENDS = {"external_metadata": {"name": str}, "table": {"name": str}, "path": {"url": str},
        "model_version": {"name": str, "version": str}}  # fmt: skip
BODY = {"source": dict, "target": dict, "columns": list, "id": str, "properties": dict}
_END = dict.fromkeys(ENDS, dict)


def _end(call: Call, given: Any, side: str) -> dict[str, Any]:
    """Return one end of a relationship; the object must be there and the caller must see it."""
    held = {name: value for name, value in fields.read(given, _END, where=f"{side}.").items() if value is not None}
    if len(held) != 1:
        raise errors.invalid(f"{side} must be one of {', '.join(ENDS)}")
    kind, named = next(iter(held.items()))
    fields.read(named, ENDS[kind], need=(next(iter(ENDS[kind])),), where=f"{side}.{kind}.")
    if kind in ("external_metadata", "table"):
        what = securables.find(call.store, kind, named["name"])
        privileges.check_sees(call.principal, what, browse=True)
        named = {"name": what.full_name}
    return {kind: named}


def _pair(call: Call, body: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the key of a relationship and its ends."""
    source, target = _end(call, body["source"], "source"), _end(call, body["target"], "target")
    if "external_metadata" not in source and "external_metadata" not in target:
        raise errors.invalid("Either source or target must be an external metadata object")
    return json.dumps([source, target], sort_keys=True), source, target


def _columns(call: Call, given: list[Any], ends: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return pairs of columns; those of a table or of external metadata that has columns must be there."""
    pairs = []
    for each in given:
        pair = fields.read(each, {"source": str, "target": str}, need=("source", "target"), where="columns.")
        for side, end in ends.items():
            known = _known_columns(call, end)
            if known is not None and pair[side].lower() not in known:
                raise errors.invalid(f"Column {pair[side]} is not in the {side} {next(iter(end.values()))}")
        pairs.append(pair)
    return pairs


def _known_columns(call: Call, end: dict[str, Any]) -> set[str] | None:
    if "table" in end:
        _, relation = securables.relation(call.store, end["table"]["name"])
        return set(relation.columns)
    if "external_metadata" in end:
        columns = call.store.documents["external_metadata"][end["external_metadata"]["name"]].get("columns")
        return {column.lower() for column in columns} if columns else None
    return None


def _check_changes(call: Call, source: dict[str, Any], target: dict[str, Any]) -> None:
    """Refuse who may not change the external metadata of a relationship."""
    for end in (source, target):
        if "external_metadata" in end:
            what = securables.find(call.store, "external_metadata", end["external_metadata"]["name"])
            privileges.check_has(call.principal, what, "MODIFY")


def _held(call: Call) -> dict[str, dict[str, Any]]:
    return securables.documents(call.store, "external_lineage")


def _shown(held: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if not name.startswith("_")}


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`ExternalLineageAPI.create_external_lineage_relationship`."""
    body = fields.read(call.json(), BODY, need=("source", "target"))
    key, source, target = _pair(call, body)
    _check_changes(call, source, target)
    columns = _columns(call, body.get("columns") or [], {"source": source, "target": target})
    if key in _held(call):
        raise errors.already_exists("external lineage", key)
    _held(call)[key] = {
        "source": source,
        "target": target,
        "id": securables.identity("external_lineage", key),
        "properties": fields.text_map("properties", body.get("properties") or {}),
        "columns": columns,
        "_event_time": time_text(),
    }
    return _shown(_held(call)[key])


@routes("PATCH", BASE)
def update(call: Call) -> dict[str, Any]:
    """`ExternalLineageAPI.update_external_lineage_relationship`: columns and properties."""
    body = fields.read(call.json(), BODY, need=("source", "target"))
    key, source, target = _pair(call, body)
    _check_changes(call, source, target)
    if key not in _held(call):
        raise errors.not_found("external lineage", key)
    changed = fields.masked(body, call.need_query("update_mask"), frozenset({"columns", "properties"}))
    if "columns" in changed:
        changed["columns"] = _columns(call, changed["columns"] or [], {"source": source, "target": target})
    if "properties" in changed:
        changed["properties"] = fields.text_map("properties", changed["properties"] or {})
    _held(call)[key] |= changed
    return _shown(_held(call)[key])


@routes("DELETE", BASE)
def delete(call: Call) -> dict[str, Any]:
    """`ExternalLineageAPI.delete_external_lineage_relationship`: its body is in the query."""
    body = call.nested("external_lineage_relationship")
    fields.read(body, {"source": dict, "target": dict, "id": str}, need=("source", "target"))
    key, source, target = _pair(call, body)
    _check_changes(call, source, target)
    if _held(call).pop(key, None) is None:
        raise errors.not_found("external lineage", key)
    return {}


@routes("GET", BASE)
def list_relationships(call: Call) -> dict[str, Any]:
    """`ExternalLineageAPI.list_external_lineage_relationships`: what comes next, downstream or upstream."""
    of = _end(call, call.nested("object_info"), "object_info")
    direction = fields.one_of(
        "lineage_direction", call.query("lineage_direction"), frozenset({"UPSTREAM", "DOWNSTREAM"})
    )
    mine, other = ("source", "target") if direction == "DOWNSTREAM" else ("target", "source")
    listed = [_info(call, held, held[other]) for _, held in sorted(_held(call).items()) if held[mine] == of]
    return call.pages.cut(call, "external_lineage_relationships", listed, size_field="page_size")


def _info(call: Call, held: dict[str, Any], end: dict[str, Any]) -> dict[str, Any]:
    """Return a relationship as `catalog.ExternalLineageInfo` has it: the edge, and what is at its other end."""
    kind, named = next(iter(end.items()))
    at = {"event_time": held["_event_time"]}
    info: dict[str, Any] = {"external_lineage_info": _shown(held)}
    if kind == "table":
        catalog, schema, name = named["name"].split(".")
        return {**info, "table_info": {"catalog_name": catalog, "schema_name": schema, "name": name, **at}}
    if kind == "external_metadata":
        held_metadata = call.store.documents["external_metadata"].get(named["name"], {})
        kept = {field: held_metadata.get(field) for field in ("name", "system_type", "entity_type")}
        return {**info, "external_metadata_info": {**kept, **at}}
    if kind == "path":
        return {**info, "file_info": {"path": named["url"], **at}}
    return {**info, "model_info": {"model_name": named["name"], "version": named.get("version"), **at}}
