"""What is outside Databricks: `ExternalMetadataAPI` of the SDK. dbt is no system of its own there: it is OTHER."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes

routes = Routes()
BASE = "/api/2.0/lineage-tracking/external-metadata"
SYSTEM_TYPES = frozenset(
    [
        "AMAZON_REDSHIFT",
        "AZURE_SYNAPSE",
        "CONFLUENT",
        "DATABRICKS",
        "GOOGLE_BIGQUERY",
        "KAFKA",
        "LOOKER",
        "MICROSOFT_FABRIC",
        "MICROSOFT_SQL_SERVER",
        "MONGODB",
        "MYSQL",
        "ORACLE",
        "OTHER",
        "POSTGRESQL",
        "POWER_BI",
        "SALESFORCE",
        "SAP",
        "SERVICENOW",
        "SNOWFLAKE",
        "STREAM_NATIVE",
        "TABLEAU",
        "TERADATA",
        "WORKDAY",
    ]
)
_OUTPUT = {"id": str, "metastore_id": str, "create_time": str, "created_by": str, "update_time": str, "updated_by": str}
BODY = {"name": str, "system_type": str, "entity_type": str, "columns": list, "description": str, "owner": str,
        "properties": dict, "url": str, **_OUTPUT}  # fmt: skip
CHANGEABLE = frozenset({"system_type", "entity_type", "columns", "description", "owner", "properties", "url"})
_INTERNAL = frozenset({"grants", "tags"})


def time_text() -> str:
    """Return now as these newer services write it."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(held: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if name not in _INTERNAL and value is not None}


def _check(call: Call, held: dict[str, Any]) -> None:
    fields.one_of("system_type", held.get("system_type"), SYSTEM_TYPES)
    if not all(isinstance(column, str) for column in held.get("columns") or []):
        raise errors.invalid("columns must be names")
    fields.text_map("properties", held.get("properties") or {})
    privileges.check_exists(call.store, held["owner"])


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`ExternalMetadataAPI.create_external_metadata`: by CREATE EXTERNAL METADATA. Everybody may browse it then."""
    body = fields.read(call.json(), BODY, need=("name", "system_type", "entity_type"))
    metastore = securables.find(call.store, "metastore", securables.METASTORE_ID)
    privileges.check_has(call.principal, metastore, "CREATE_EXTERNAL_METADATA")
    held = securables.documents(call.store, "external_metadata")
    name = body["name"]
    new = {
        **{field: value for field, value in body.items() if field not in _OUTPUT},
        "owner": body.get("owner") or call.principal.name,
        "id": securables.identity("external_metadata", name),
        "metastore_id": securables.METASTORE_ID,
        "grants": {privileges.EVERYBODY: {"BROWSE"}},
        **_now(call, "create_time", "created_by"),
        **_now(call, "update_time", "updated_by"),
    }
    _check(call, new)
    if name in held:
        raise errors.already_exists("external metadata", name)
    held[name] = new
    return _shown(new)


def _now(call: Call, at: str, by: str) -> dict[str, str]:
    return {at: time_text(), by: call.principal.name}


@routes("GET", BASE)
def list_all(call: Call) -> dict[str, Any]:
    """`ExternalMetadataAPI.list_external_metadata`."""
    visible = [
        _shown(held)
        for name, held in sorted(securables.documents(call.store, "external_metadata").items())
        if privileges.sees(call.principal, securables.find(call.store, "external_metadata", name), browse=True)
    ]
    return call.pages.cut(call, "external_metadata", visible, size_field="page_size")


@routes("GET", f"{BASE}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`ExternalMetadataAPI.get_external_metadata`."""
    what = securables.find(call.store, "external_metadata", call.path["name"])
    privileges.check_sees(call.principal, what, browse=True)
    return _shown(call.store.documents["external_metadata"][what.full_name])


@routes("PATCH", f"{BASE}/{{name}}")
def update(call: Call) -> dict[str, Any]:
    """`ExternalMetadataAPI.update_external_metadata`: by MODIFY, or who manages it."""
    body = fields.read(call.json(), BODY)
    what = securables.find(call.store, "external_metadata", call.path["name"])
    privileges.check_has(call.principal, what, "MODIFY")
    held = call.store.documents["external_metadata"][what.full_name]
    changed = fields.masked(body, call.need_query("update_mask"), CHANGEABLE)
    _check(call, {**held, **changed})
    held |= {**changed, **_now(call, "update_time", "updated_by")}
    return _shown(held)


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`ExternalMetadataAPI.delete_external_metadata`: its lineage goes with it."""
    what = securables.find(call.store, "external_metadata", call.path["name"])
    privileges.check_manages(call.principal, what)
    del call.store.documents["external_metadata"][what.full_name]
    lineage = securables.documents(call.store, "external_lineage")
    for key, held in list(lineage.items()):
        ends = (held["source"], held["target"])
        if any(end.get("external_metadata", {}).get("name") == what.full_name for end in ends):
            del lineage[key]
    return {}
