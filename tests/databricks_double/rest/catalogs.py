"""Catalogs: `CatalogsAPI` of the SDK (`catalog.CatalogInfo`)."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import abac, errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import Catalog, Name, Schema, now

routes = Routes()
BASE = "/api/2.1/unity-catalog/catalogs"
CREATE = {"name": str, "comment": str, "properties": dict, "options": dict, "storage_root": str}
UPDATE = {"comment": str, "new_name": str, "owner": str, "properties": dict, "options": dict}


def shown(name: Name, catalog: Catalog) -> dict[str, Any]:
    """Return a catalog as `catalog.CatalogInfo` has it."""
    return {
        "name": name[0],
        "full_name": name[0],
        "owner": catalog.owner,
        "catalog_type": "MANAGED_CATALOG",
        "securable_type": "CATALOG",
        "isolation_mode": "OPEN",
        "metastore_id": securables.METASTORE_ID,
        "created_at": catalog.created_at,
        "created_by": catalog.owner,
        "updated_at": catalog.updated_at,
        **({"storage_root": catalog.storage_root} if catalog.storage_root is not None else {}),
        **({"comment": catalog.comment} if catalog.comment is not None else {}),
        **({"properties": catalog.properties} if catalog.properties else {}),
    }


@routes("GET", BASE)
def list_catalogs(call: Call) -> dict[str, Any]:
    """`CatalogsAPI.list`: those that the caller may use."""
    browse = call.flag("include_browse")
    call.flag("include_unbound")
    visible = [
        shown(name, catalog)
        for name, catalog in sorted(call.store.catalogs.items())
        if privileges.sees(call.principal, securables.found(call.store, "catalog", name), browse=browse)
    ]
    return call.pages.cut(call, "catalogs", visible, unset_is_all=True)


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`CatalogsAPI.create`: needs CREATE CATALOG on the metastore. A catalog comes with a schema `default`."""
    body = fields.read(call.json(), CREATE, need=("name",))
    name = (securables.check_new_name("catalog", body["name"]),)
    metastore = securables.find(call.store, "metastore", securables.METASTORE_ID)
    privileges.check_has(call.principal, metastore, "CREATE_CATALOG")
    if name in call.store.catalogs:
        raise errors.already_exists("catalog", name[0])
    catalog = Catalog(
        owner=call.principal.name,
        comment=body.get("comment"),
        properties=fields.text_map("properties", body.get("properties") or {}),
        storage_root=body.get("storage_root"),
    )
    call.store.catalogs[name] = catalog
    call.store.schemas.setdefault((*name, "default"), Schema(owner=call.principal.name))
    return shown(name, catalog)


@routes("GET", f"{BASE}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`CatalogsAPI.get`."""
    what, catalog = securables.catalog(call.store, call.path["name"])
    privileges.check_sees(call.principal, what, browse=call.flag("include_browse"))
    return shown((what.full_name,), catalog)


@routes("PATCH", f"{BASE}/{{name}}")
def update(call: Call) -> dict[str, Any]:
    """`CatalogsAPI.update`. Renaming is refused: nothing here needs it."""
    body = fields.read(call.json(), UPDATE)
    what, catalog = securables.catalog(call.store, call.path["name"])
    privileges.check_manages(call.principal, what)
    change(call, catalog, body)
    return shown((what.full_name,), catalog)


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`CatalogsAPI.delete`: one that is not empty only by force."""
    what, _ = securables.catalog(call.store, call.path["name"])
    privileges.check_manages(call.principal, what)
    name = (what.full_name,)
    force = call.flag("force")
    inside = [key for key in call.store.schemas if key[:1] == name and key != (*name, "default")]
    if not force and (inside or any(call.store.children(name))):
        raise errors.invalid_state(f"Catalog '{what.full_name}' is not empty. Use force to delete it.")
    abac.forget(call.store, "CATALOG", name)
    drop(call, name)
    del call.store.catalogs[name]
    return {}


def change(call: Call, held: Any, body: dict[str, Any]) -> None:
    """Change what catalogs, schemas and tables have in common."""
    if body.get("new_name"):
        raise errors.invalid("The double does not rename")
    if body.get("owner"):
        privileges.check_exists(call.store, body["owner"])
        held.owner = body["owner"]
    if "comment" in body:
        held.comment = body["comment"]
    if body.get("properties") is not None:
        held.properties.clear()
        held.properties.update(fields.text_map("properties", body["properties"]))
    held.updated_at = now()


def drop(call: Call, inside: Name) -> None:
    """Forget what is in a catalog or schema."""
    for held in (call.store.relations, call.store.functions, call.store.schemas):
        for key in [key for key in held if key[: len(inside)] == inside and len(key) > len(inside)]:
            del held[key]
    volumes = securables.documents(call.store, "volumes")
    for full_name in [each for each in volumes if tuple(each.split("."))[: len(inside)] == inside]:
        del volumes[full_name]
