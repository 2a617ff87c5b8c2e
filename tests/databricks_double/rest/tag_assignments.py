"""Tags on catalogs, schemas, tables, columns, and volumes: `EntityTagAssignmentsAPI` of the SDK.

The types are plural. A column's name has four parts. The tags are the store's own: SQL sees what is set here.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables, tag_rules
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.securables import Found

routes = Routes()
BASE = "/api/2.1/unity-catalog/entity-tag-assignments"
TYPES = {"catalogs": "catalog", "schemas": "schema", "tables": "table", "volumes": "volume"}
BODY = {"entity_name": str, "entity_type": str, "tag_key": str, "tag_value": str, "source_type": str,
        "update_time": str, "updated_by": str}  # fmt: skip


def _entity(call: Call, entity_type: str, entity_name: str) -> tuple[Found, MutableMapping[str, str], str]:
    """Return the securable that must be owned, the tags, and the name as the store has it."""
    if entity_type == "columns":
        parts = entity_name.split(".", 3)
        if len(parts) != 4 or not all(parts):
            raise errors.invalid(f"'{entity_name}' is not the name of a column: it has four parts")
        what, relation = securables.relation(call.store, ".".join(parts[:3]))
        column = relation.columns.get(parts[3].lower())
        if column is None:
            raise errors.not_found("column", entity_name)
        return what, column.tags, f"{what.full_name}.{column.name}"
    if entity_type not in TYPES:
        raise errors.invalid(f"Invalid entity_type {entity_type!r}: expected one of columns, {', '.join(TYPES)}")
    what = securables.find(call.store, TYPES[entity_type], entity_name)
    return what, what.tags, what.full_name


def _shown(entity_type: str, entity_name: str, key: str, value: str) -> dict[str, Any]:
    shown = {"entity_type": entity_type, "entity_name": entity_name, "tag_key": key}
    return {**shown, "tag_value": value} if value else shown


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`EntityTagAssignmentsAPI.create`: needs APPLY TAG. A tag that is there already is refused."""
    body = fields.read(call.json(), BODY, need=("entity_type", "entity_name", "tag_key"))
    what, tags, name = _entity(call, body["entity_type"], body["entity_name"])
    key, value = body["tag_key"], body.get("tag_value") or ""
    _check_may_tag(call, what, key)
    tag_rules.check_tag(call.store, key, value)
    if key in tags:
        raise errors.already_exists("tag assignment", f"{name} {key}")
    tag_rules.check_room(tags, key)
    tags[key] = value
    return _shown(body["entity_type"], name, key, value)


@routes("GET", f"{BASE}/{{type}}/{{name}}/tags")
def list_assignments(call: Call) -> dict[str, Any]:
    """`EntityTagAssignmentsAPI.list`: without what is inherited."""
    what, tags, name = _entity(call, call.path["type"], call.path["name"])
    privileges.check_sees(call.principal, what, browse=True)
    listed = [_shown(call.path["type"], name, key, value) for key, value in sorted(tags.items())]
    return call.pages.cut(call, "tag_assignments", listed)


@routes("GET", f"{BASE}/{{type}}/{{name}}/tags/{{key}}")
def get(call: Call) -> dict[str, Any]:
    """`EntityTagAssignmentsAPI.get`."""
    what, tags, name = _entity(call, call.path["type"], call.path["name"])
    privileges.check_sees(call.principal, what, browse=True)
    key = _there(call, tags, name)
    return _shown(call.path["type"], name, key, tags[key])


@routes("PATCH", f"{BASE}/{{type}}/{{name}}/tags/{{key}}")
def update(call: Call) -> dict[str, Any]:
    """`EntityTagAssignmentsAPI.update`: another value."""
    body = fields.read(call.json(), BODY)
    what, tags, name = _entity(call, call.path["type"], call.path["name"])
    _check_may_tag(call, what, call.path["key"])
    key = _there(call, tags, name)
    changed = fields.masked(body, call.need_query("update_mask"), frozenset({"tag_value"}))
    value = changed.get("tag_value") or ""
    tag_rules.check_tag(call.store, key, value)
    tags[key] = value
    return _shown(call.path["type"], name, key, value)


@routes("DELETE", f"{BASE}/{{type}}/{{name}}/tags/{{key}}")
def delete(call: Call) -> dict[str, Any]:
    """`EntityTagAssignmentsAPI.delete`."""
    what, tags, name = _entity(call, call.path["type"], call.path["name"])
    _check_may_tag(call, what, call.path["key"])
    del tags[_there(call, tags, name)]
    return {}


def _check_may_tag(call: Call, what: Found, key: str) -> None:
    privileges.check_has(call.principal, what, "APPLY_TAG")
    tag_rules.check_assigns(call.store, call.principal, key)


def _there(call: Call, tags: MutableMapping[str, str], name: str) -> str:
    """Return the key of the path when it is set."""
    key = call.path["key"]
    if key not in tags:
        raise errors.not_found("tag assignment", f"{name} {key}")
    return key
