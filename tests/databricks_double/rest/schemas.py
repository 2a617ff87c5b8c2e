"""Schemas: `SchemasAPI` of the SDK (`catalog.SchemaInfo`)."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import abac, catalogs, errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import Name, Schema

routes = Routes()
BASE = "/api/2.1/unity-catalog/schemas"
CREATE = {"name": str, "catalog_name": str, "comment": str, "properties": dict, "storage_root": str}
UPDATE = {"comment": str, "new_name": str, "owner": str, "properties": dict}


def shown(name: Name, schema: Schema) -> dict[str, Any]:
    """Return a schema as `catalog.SchemaInfo` has it."""
    return {
        "name": name[1],
        "catalog_name": name[0],
        "full_name": ".".join(name),
        "owner": schema.owner,
        "schema_id": securables.identity("schema", ".".join(name)),
        "metastore_id": securables.METASTORE_ID,
        "catalog_type": "MANAGED_CATALOG",
        "created_at": schema.created_at,
        "created_by": schema.owner,
        "updated_at": schema.updated_at,
        **({"comment": schema.comment} if schema.comment is not None else {}),
        **({"properties": schema.properties} if schema.properties else {}),
    }


@routes("GET", BASE)
def list_schemas(call: Call) -> dict[str, Any]:
    """`SchemasAPI.list`: those of a catalog that the caller may use."""
    browse = call.flag("include_browse")
    parent, _ = securables.catalog(call.store, call.need_query("catalog_name"))
    privileges.check_sees(call.principal, parent, browse=browse)
    visible = [
        shown(name, schema)
        for name, schema in sorted(call.store.schemas.items())
        if name[0] == parent.full_name
        and privileges.sees(call.principal, securables.found(call.store, "schema", name), browse=browse)
    ]
    return call.pages.cut(call, "schemas", visible, unset_is_all=True)


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`SchemasAPI.create`: needs USE CATALOG and CREATE SCHEMA on the catalog."""
    body = fields.read(call.json(), CREATE, need=("name", "catalog_name"))
    parent, _ = securables.catalog(call.store, body["catalog_name"])
    name = (parent.full_name, securables.check_new_name("schema", body["name"]))
    privileges.check_has(call.principal, parent, "USE_CATALOG")
    privileges.check_has(call.principal, parent, "CREATE_SCHEMA")
    if name in call.store.schemas:
        raise errors.already_exists("schema", ".".join(name))
    schema = Schema(
        owner=call.principal.name,
        comment=body.get("comment"),
        properties=fields.text_map("properties", body.get("properties") or {}),
    )
    call.store.schemas[name] = schema
    return shown(name, schema)


@routes("GET", f"{BASE}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`SchemasAPI.get`."""
    what, schema = securables.schema(call.store, call.path["name"])
    privileges.check_sees(call.principal, what, browse=call.flag("include_browse"))
    return shown(securables.split("schema", what.full_name), schema)


@routes("PATCH", f"{BASE}/{{name}}")
def update(call: Call) -> dict[str, Any]:
    """`SchemasAPI.update`."""
    body = fields.read(call.json(), UPDATE)
    what, schema = securables.schema(call.store, call.path["name"])
    privileges.check_manages(call.principal, what)
    catalogs.change(call, schema, body)
    return shown(securables.split("schema", what.full_name), schema)


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`SchemasAPI.delete`: one that is not empty only by force."""
    what, _ = securables.schema(call.store, call.path["name"])
    privileges.check_manages(call.principal, what)
    name = securables.split("schema", what.full_name)
    force = call.flag("force")
    if not force and (any(call.store.children(name)) or any(key[:2] == name for key in call.store.functions)):
        raise errors.invalid_state(f"Schema '{what.full_name}' is not empty. Use force to delete it.")
    abac.forget(call.store, "SCHEMA", name)
    catalogs.drop(call, name)
    del call.store.schemas[name]
    return {}
