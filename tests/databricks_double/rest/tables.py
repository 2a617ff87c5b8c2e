"""Tables and views: `TablesAPI` of the SDK (`catalog.TableInfo`). SQL makes them; here they are read, and dropped."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

from tests.databricks_double.rest import abac, fields, privileges, securables
from tests.databricks_double.rest.catalogs import change
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.types import described
from tests.databricks_double.store import Column, Constraint, Name, Relation

routes = Routes()
BASE = "/api/2.1/unity-catalog/tables"


def table_type(relation: Relation) -> str:
    """Return the `catalog.TableType` of a table or view."""
    return "MANAGED_SHALLOW_CLONE" if relation.clone_of is not None else relation.kind


def shown(name: Name, relation: Relation, *, listed: bool = False) -> dict[str, Any]:
    """Return a table or view as `catalog.TableInfo` has it; lists leave constraints out."""
    info: dict[str, Any] = {
        "name": name[2],
        "catalog_name": name[0],
        "schema_name": name[1],
        "full_name": ".".join(name),
        "table_type": table_type(relation),
        "owner": relation.owner,
        "columns": [_column(at, column) for at, column in enumerate(relation.columns.values())],
        "properties": relation.properties,
        "table_id": securables.identity("table", ".".join(name)),
        "metastore_id": securables.METASTORE_ID,
        "created_at": relation.created_at,
        "created_by": relation.owner,
        "updated_at": relation.updated_at,
        "updated_by": relation.owner,
    }
    if relation.kind == "MANAGED":
        info["data_source_format"] = "DELTA"
    if relation.comment is not None:
        info["comment"] = relation.comment
    if relation.definition is not None:
        info["view_definition"] = relation.definition
    if relation.row_filter is not None:
        info["row_filter"] = {
            "function_name": ".".join(relation.row_filter.function),
            "input_column_names": list(relation.row_filter.columns),
        }
    if relation.constraints and not listed:
        info["table_constraints"] = [_constraint(each) for each in relation.constraints.values()]
    return info


def _column(position: int, column: Column) -> dict[str, Any]:
    info = {"name": column.name, "position": position, "nullable": column.nullable, **described(column.data_type)}
    if column.comment is not None:
        info["comment"] = column.comment
    if column.mask is not None:
        info["mask"] = {
            "function_name": ".".join(column.mask.function),
            "using_column_names": list(column.mask.using_columns),
        }
    return info


def _constraint(constraint: Constraint) -> dict[str, Any]:
    named = {"name": constraint.name, "child_columns": list(constraint.columns)}
    if constraint.type == "PRIMARY KEY":
        return {"primary_key_constraint": named}
    if constraint.type == "FOREIGN KEY":
        parent = {"parent_table": ".".join(constraint.to or ()), "parent_columns": list(constraint.to_columns)}
        return {"foreign_key_constraint": {**named, **parent}}
    return {"named_table_constraint": {"name": constraint.name}}


@routes("GET", BASE)
def list_tables(call: Call) -> dict[str, Any]:
    """`TablesAPI.list`: the tables and views of a schema that the caller may see."""
    browse = call.flag("include_browse")
    call.flag("include_manifest_capabilities")
    omitted = {
        field
        for flag, names in (
            ("omit_columns", ("columns",)),
            ("omit_properties", ("properties",)),
            ("omit_username", ("owner", "created_by", "updated_by")),
        )
        if call.flag(flag)
        for field in names
    }
    schema = f"{call.need_query('catalog_name')}.{call.need_query('schema_name')}"
    parent, _ = securables.schema(call.store, schema)
    privileges.check_sees(call.principal, parent, browse=browse)
    visible = []
    for name in sorted(call.store.children(securables.split("schema", parent.full_name))):
        if privileges.sees(call.principal, securables.found(call.store, "table", name), browse=browse):
            info = shown(name, call.store.relations[name], listed=True)
            visible.append({field: value for field, value in info.items() if field not in omitted})
    return call.pages.cut(call, "tables", visible, unset_is_all=True)


@routes("GET", "/api/2.1/unity-catalog/table-summaries")
def list_summaries(call: Call) -> dict[str, Any]:
    """`TablesAPI.list_summaries`: names and types of a whole catalog, by SQL LIKE patterns."""
    call.flag("include_manifest_capabilities")
    parent, _ = securables.catalog(call.store, call.need_query("catalog_name"))
    schemas, tables = call.query("schema_name_pattern") or "%", call.query("table_name_pattern") or "%"
    visible = [
        {"full_name": ".".join(name), "table_type": table_type(call.store.relations[name])}
        for name in sorted(call.store.children((parent.full_name,)))
        if _like(name[1], schemas)
        and _like(name[2], tables)
        and privileges.sees(call.principal, securables.found(call.store, "table", name))
    ]
    return call.pages.cut(call, "tables", visible)


def _like(text: str, pattern: str) -> bool:
    """Return whether a name matches a SQL LIKE pattern."""
    glob = "".join({"%": "*", "_": "?"}.get(char, f"[{char}]" if char in "*?[" else char) for char in pattern.lower())
    return re.fullmatch(fnmatch.translate(glob), text) is not None


@routes("GET", f"{BASE}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`TablesAPI.get`."""
    for unused in ("include_delta_metadata", "include_manifest_capabilities"):
        call.flag(unused)
    what, relation = securables.relation(call.store, call.path["name"])
    privileges.check_sees(call.principal, what, browse=call.flag("include_browse"))
    return shown(securables.split("table", what.full_name), relation)


@routes("GET", f"{BASE}/{{name}}/exists")
def exists(call: Call) -> dict[str, Any]:
    """`TablesAPI.exists`: also of a table in a schema that is not there."""
    name = securables.split("table", call.path["name"])
    if name not in call.store.relations:
        return {"table_exists": False}
    privileges.check_sees(call.principal, securables.found(call.store, "table", name))
    return {"table_exists": True}


@routes("PATCH", f"{BASE}/{{name}}")
def update(call: Call) -> dict[str, Any]:
    """`TablesAPI.update`: the owner."""
    body = fields.read(call.json(), {"owner": str}, need=("owner",))
    what, relation = securables.relation(call.store, call.path["name"])
    privileges.check_manages(call.principal, what)
    change(call, relation, body)
    return {}


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`TablesAPI.delete`: its rows are an engine table of their own, which nothing names any more."""
    what, _ = securables.relation(call.store, call.path["name"])
    privileges.check_manages(call.principal, what)
    name = securables.split("table", what.full_name)
    abac.forget(call.store, "TABLE", name)
    del call.store.relations[name]
    return {}
