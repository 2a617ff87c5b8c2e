"""Who may use warehouses and cluster policies: `PermissionsAPI` of the SDK. Admins have everything, by inheritance."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes

routes = Routes()
BASE = "/api/2.0/permissions/{type}/{id}"
LEVELS = {
    "warehouses": ("CAN_USE", "CAN_MONITOR", "CAN_VIEW", "CAN_MANAGE", "IS_OWNER"),
    "cluster-policies": ("CAN_USE",),
}
HOLDS = {"warehouses": "warehouses", "cluster-policies": "cluster_policies"}
WHO = ("group_name", "service_principal_name", "user_name")


def _held(call: Call) -> dict[str, Any]:
    """Return what was given directly: (field, name) to level."""
    kind, identifier = call.path["type"], call.path["id"]
    if kind not in LEVELS:
        raise errors.invalid(f"'{kind}' is not an object type that the double knows")
    if identifier not in securables.documents(call.store, HOLDS[kind]):
        raise errors.not_found(kind, identifier)
    if not call.principal.is_admin:
        raise errors.permission_denied(f"{call.principal.name} does not have CAN_MANAGE on {kind}/{identifier}")
    return securables.documents(call.store, "object_permissions").setdefault(f"{kind}/{identifier}", {})


def _asked(call: Call) -> dict[str, str]:
    """Return what the body gives to whom, when there are such principals and levels."""
    body = fields.read(call.json(), {"access_control_list": list})
    found = {}
    for each in body.get("access_control_list") or []:
        one = fields.read(each, {**dict.fromkeys(WHO, str), "permission_level": str}, need=("permission_level",))
        fields.one_of("permission_level", one["permission_level"], frozenset(LEVELS[call.path["type"]]))
        named = [field for field in WHO if one.get(field)]
        if len(named) != 1:
            raise errors.invalid("An entry names one group, user or service principal")
        privileges.check_exists(call.store, one[named[0]])
        found[f"{named[0]}/{one[named[0]]}"] = one["permission_level"]
    return found


def _shown(call: Call) -> dict[str, Any]:
    entries = []
    for key, level in sorted(_held(call).items()):
        field, _, name = key.partition("/")
        entries.append({field: name, "all_permissions": [{"permission_level": level, "inherited": False}]})
    inherited = {"permission_level": LEVELS[call.path["type"]][-1], "inherited": True}
    entries.append({"group_name": "admins", "all_permissions": [inherited]})
    return {"object_id": f"/{call.path['type']}/{call.path['id']}", "access_control_list": entries}


@routes("GET", BASE)
def get(call: Call) -> dict[str, Any]:
    """`PermissionsAPI.get`: with what is inherited, which says so."""
    return _shown(call)


@routes("PATCH", BASE)
def update(call: Call) -> dict[str, Any]:
    """`PermissionsAPI.update`: gives these their level, and leaves others as they are."""
    held = _held(call)
    held |= _asked(call)
    return _shown(call)


@routes("PUT", BASE)
def replace(call: Call) -> dict[str, Any]:
    """`PermissionsAPI.set`: these and no others."""
    held = _held(call)
    asked = _asked(call)
    held.clear()
    held |= asked
    return _shown(call)
