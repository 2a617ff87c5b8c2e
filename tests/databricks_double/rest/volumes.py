"""Volumes: `VolumesAPI` of the SDK (`catalog.VolumeInfo`), as much as tags and grants need. Their files are not here."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import now

routes = Routes()
BASE = "/api/2.1/unity-catalog/volumes"
CREATE = {"catalog_name": str, "schema_name": str, "name": str, "volume_type": str, "comment": str}
_INTERNAL = frozenset({"grants", "tags"})


def _shown(held: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if name not in _INTERNAL and value is not None}


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`VolumesAPI.create`: managed ones, by CREATE VOLUME on the schema."""
    body = fields.read(call.json(), CREATE, need=("catalog_name", "schema_name", "name", "volume_type"))
    fields.one_of("volume_type", body["volume_type"], frozenset({"MANAGED"}))
    parent, _ = securables.schema(call.store, f"{body['catalog_name']}.{body['schema_name']}")
    privileges.check_has(call.principal, parent, "CREATE_VOLUME")
    catalog, schema = securables.split("schema", parent.full_name)
    name = securables.check_new_name("volume", body["name"])
    full_name = f"{catalog}.{schema}.{name}"
    volumes = securables.documents(call.store, "volumes")
    if full_name in volumes:
        raise errors.already_exists("volume", full_name)
    volumes[full_name] = {
        "name": name,
        "catalog_name": catalog,
        "schema_name": schema,
        "full_name": full_name,
        "volume_type": "MANAGED",
        "volume_id": securables.identity("volume", full_name),
        "comment": body.get("comment"),
        "owner": call.principal.name,
        "created_at": now(),
        "updated_at": now(),
    }
    return _shown(volumes[full_name])


@routes("GET", BASE)
def list_volumes(call: Call) -> dict[str, Any]:
    """`VolumesAPI.list`."""
    browse = call.flag("include_browse")
    parent, _ = securables.schema(call.store, f"{call.need_query('catalog_name')}.{call.need_query('schema_name')}")
    privileges.check_sees(call.principal, parent, browse=browse)
    visible = [
        _shown(held)
        for full_name, held in sorted(securables.documents(call.store, "volumes").items())
        if full_name.startswith(f"{parent.full_name}.")
        and privileges.sees(call.principal, securables.find(call.store, "volume", full_name), browse=browse)
    ]
    return call.pages.cut(call, "volumes", visible)


@routes("GET", f"{BASE}/{{name}}")
def read(call: Call) -> dict[str, Any]:
    """`VolumesAPI.read`."""
    what = securables.find(call.store, "volume", call.path["name"])
    privileges.check_sees(call.principal, what, browse=call.flag("include_browse"))
    return _shown(call.store.documents["volumes"][what.full_name])


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`VolumesAPI.delete`."""
    what = securables.find(call.store, "volume", call.path["name"])
    privileges.check_manages(call.principal, what)
    del call.store.documents["volumes"][what.full_name]
    return {}
