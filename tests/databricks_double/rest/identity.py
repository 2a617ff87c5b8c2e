"""Who there is: `CurrentUserAPI.me`, `UsersV2API`, `GroupsV2API`, `ServicePrincipalsV2API` (SCIM), for reading.

People are the store's principals; groups are those that they are in, and those in the documents of kind `groups`. A
principal whose name is a UUID is a service principal: grants to one are to its application id.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from tests.databricks_double.rest import errors
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import Metastore, Principal

routes = Routes()
BASE = "/api/2.0/preview/scim/v2"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FILTER = re.compile(r'\s*(\w+)\s+(eq|co|sw)\s+"?([^"]*)"?\s*', re.IGNORECASE)


def scim_id(name: str) -> str:
    """Return the number by which SCIM knows a user or group."""
    return str(int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big"))


def principal_name(store: Metastore, principal_id: str) -> str | None:
    """Return whose id this is."""
    everybody = {name for one in store.principals.values() for name in (one.name, *one.groups)}
    return next((name for name in everybody | set(_groups(store)) if scim_id(name) == principal_id), None)


def _groups(store: Metastore) -> dict[str, list[str]]:
    """Return the members of each group."""
    groups: dict[str, list[str]] = {"account users": []}
    groups |= {name: list(held.get("members", ())) for name, held in store.documents.get("groups", {}).items()}
    for one in _people(store):
        for group in sorted(one.groups | {"account users"}):
            groups.setdefault(group, []).append(one.name)
    return groups


def _people(store: Metastore) -> list[Principal]:
    """Return the principals, each once: somebody may have several tokens."""
    return list({one.name: one for one in sorted(store.principals.values(), key=lambda one: one.name)}.values())


def _reference(name: str, kind: str) -> dict[str, str]:
    identifier = scim_id(name)
    return {"display": name, "value": identifier, "$ref": f"{kind}/{identifier}"}


def _user(one: Principal) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": scim_id(one.name),
        "displayName": one.name,
        "active": True,
        "groups": [_reference(group, "Groups") for group in sorted(one.groups)],
    }
    if _UUID.fullmatch(one.name):
        return {**shown, "applicationId": one.name}
    return {**shown, "userName": one.name, "emails": [{"value": one.name, "type": "work", "primary": True}]}


def _group(name: str, members: list[str]) -> dict[str, Any]:
    return {"id": scim_id(name), "displayName": name, "members": [_reference(one, "Users") for one in members]}


def listed(call: Call, resources: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the resources that the filter lets through, from `startIndex` on, `count` at most."""
    for unused in ("attributes", "excludedAttributes", "sortBy", "sortOrder"):
        call.query(unused)
    if text := call.query("filter"):
        matched = _FILTER.fullmatch(text)
        if matched is None:
            raise errors.ApiError(400, "INVALID_PARAMETER_VALUE", f"Unsupported filter {text!r}")
        name, operator, value = matched[1], matched[2].lower(), matched[3].lower()
        resources = [each for each in resources if _fits(operator, str(each.get(name, "")).lower(), value)]
    start, count = call.number("startIndex") or 1, call.number("count")
    page = resources[start - 1 :][: count if count is not None else len(resources)]
    return {"totalResults": len(resources), "startIndex": start, "itemsPerPage": len(page), "Resources": page}


def _fits(operator: str, held: str, value: str) -> bool:
    return {"eq": held == value, "co": value in held, "sw": held.startswith(value)}[operator]


def one(call: Call, resources: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the one whose id is in the path."""
    for each in resources:
        if each["id"] == call.path["id"]:
            return each
    raise errors.not_found("principal", call.path["id"])


def users(call: Call) -> list[dict[str, Any]]:
    """Return the users."""
    return [_user(one) for one in _people(call.store) if not _UUID.fullmatch(one.name)]


def service_principals(call: Call) -> list[dict[str, Any]]:
    """Return the service principals: those who have a token, and those that were made."""
    made = call.store.documents.get("service_principals", {})
    return [_user(one) for one in _people(call.store) if _UUID.fullmatch(one.name)] + [
        {"id": scim_id(name), "applicationId": name, "active": True, **each} for name, each in sorted(made.items())
    ]


def all_groups(call: Call) -> list[dict[str, Any]]:
    """Return the groups with their members."""
    return [_group(name, members) for name, members in sorted(_groups(call.store).items())]


@routes("GET", f"{BASE}/Me")
def me(call: Call) -> dict[str, Any]:
    """Return who calls."""
    for unused in ("attributes", "excludedAttributes"):
        call.query(unused)
    return {"userName": call.principal.name, **_user(call.principal)}


for _kind, _resources in (("Users", users), ("ServicePrincipals", service_principals), ("Groups", all_groups)):

    @routes("GET", f"{BASE}/{_kind}")
    def _list(call: Call, resources: Any = _resources) -> dict[str, Any]:
        return listed(call, resources(call))

    @routes("GET", f"{BASE}/{_kind}/{{id}}")
    def _get(call: Call, resources: Any = _resources) -> dict[str, Any]:
        for unused in ("attributes", "excludedAttributes"):
            call.query(unused)
        return one(call, resources(call))
