"""Who shares are given to: `RecipientsAPI` of the SDK (`sharing.RecipientInfo`), without tokens that would work."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import now

routes = Routes()
BASE = "/api/2.1/unity-catalog/recipients"
COMMON = {"comment": str, "expiration_time": int, "ip_access_list": dict, "owner": str, "properties_kvpairs": dict}
CREATE = {
    "name": str,
    "authentication_type": str,
    "data_recipient_global_metastore_id": str,
    "sharing_code": str,
    **COMMON,
}
_INTERNAL = frozenset({"grants", "tags"})


def _shown(held: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if name not in _INTERNAL and value is not None}


def _check(call: Call, body: dict[str, Any]) -> None:
    if body.get("properties_kvpairs"):
        fields.read(body["properties_kvpairs"], {"properties": dict}, where="properties_kvpairs.")
        fields.text_map("properties", body["properties_kvpairs"].get("properties") or {})
    if body.get("ip_access_list"):
        fields.read(body["ip_access_list"], {"allowed_ip_addresses": list}, where="ip_access_list.")
    if body.get("owner"):
        privileges.check_exists(call.store, body["owner"])


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`RecipientsAPI.create`: another Databricks, or one with a token; by CREATE RECIPIENT."""
    body = fields.read(call.json(), CREATE, need=("name", "authentication_type"))
    kind = fields.one_of("authentication_type", body["authentication_type"], frozenset({"DATABRICKS", "TOKEN"}))
    metastore = securables.find(call.store, "metastore", securables.METASTORE_ID)
    privileges.check_has(call.principal, metastore, "CREATE_RECIPIENT")
    if (kind == "DATABRICKS") != bool(body.get("data_recipient_global_metastore_id")):
        raise errors.invalid("data_recipient_global_metastore_id is for recipients of type DATABRICKS, who need it")
    _check(call, body)
    name = securables.check_new_name("recipient", body["name"])
    recipients = securables.documents(call.store, "recipients")
    if name in recipients:
        raise errors.already_exists("recipient", name)
    held: dict[str, Any] = {
        **{field: value for field, value in body.items() if field != "sharing_code"},
        "name": name,
        "owner": body.get("owner") or call.principal.name,
        "created_at": now(),
        "created_by": call.principal.name,
        "updated_at": now(),
    }
    if kind == "TOKEN":
        held |= {"activated": False, "tokens": [{"id": securables.identity("token", name), "created_at": now()}]}
    recipients[name] = held
    return _shown(held)


@routes("GET", BASE)
def list_recipients(call: Call) -> dict[str, Any]:
    """`RecipientsAPI.list`."""
    wanted = call.query("data_recipient_global_metastore_id")
    visible = [
        _shown(held)
        for name, held in sorted(securables.documents(call.store, "recipients").items())
        if wanted in (None, held.get("data_recipient_global_metastore_id"))
        and privileges.manages(call.principal, securables.find(call.store, "recipient", name))
    ]
    return call.pages.cut(call, "recipients", visible, unset_is_all=True)


def _there(call: Call) -> dict[str, Any]:
    what = securables.find(call.store, "recipient", call.path["name"])
    privileges.check_manages(call.principal, what)
    return call.store.documents["recipients"][what.full_name]


@routes("GET", f"{BASE}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`RecipientsAPI.get`."""
    return _shown(_there(call))


@routes("PATCH", f"{BASE}/{{name}}")
def update(call: Call) -> dict[str, Any]:
    """`RecipientsAPI.update`: properties are replaced as a whole."""
    body = fields.read(call.json(), COMMON)
    held = _there(call)
    _check(call, body)
    held |= {**{name: value for name, value in body.items() if value is not None}, "updated_at": now()}
    return _shown(held)


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`RecipientsAPI.delete`: what was given to them is gone with them."""
    name = _there(call)["name"]
    del call.store.documents["recipients"][name]
    for share in securables.documents(call.store, "shares").values():
        share.get("grants", {}).pop(name, None)
    return {}
