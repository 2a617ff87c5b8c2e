"""Making and removing groups and service principals: `GroupsV2API` (here by the account's path that a workspace has for
it, `/api/2.0/account/scim/v2`) and `ServicePrincipalsV2API` of the SDK. Reading them is `identity`'s.

Names of groups are unique; those of service principals are not: making one twice makes two.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from tests.databricks_double.rest import errors, fields, identity, securables
from tests.databricks_double.rest.routes import Call, Routes

routes = Routes()
ACCOUNT = "/api/2.0/account/scim/v2/Groups"
USERS = "/api/2.0/account/scim/v2/Users"
_MEMBER = re.compile(r'members\[value eq "(\d+)"\]')
PRINCIPALS = f"{identity.BASE}/ServicePrincipals"


def _check_admin(call: Call) -> None:
    if not call.principal.is_admin:
        raise errors.permission_denied("Only admins may change identities")


@routes("GET", ACCOUNT)
def list_groups(call: Call) -> dict[str, Any]:
    """List the account's groups, by a filter."""
    return identity.listed(call, identity.all_groups(call))


@routes("POST", ACCOUNT)
def create_group(call: Call) -> dict[str, Any]:
    """Make a group of the account."""
    body = fields.read(call.json(), {"displayName": str, "schemas": list}, need=("displayName",))
    _check_admin(call)
    name = body["displayName"]
    if name.casefold() in {each["displayName"].casefold() for each in identity.all_groups(call)}:
        raise errors.already_exists("group", name)
    securables.documents(call.store, "groups")[name] = {"members": []}
    return next(each for each in identity.all_groups(call) if each["displayName"] == name)


@routes("GET", f"{ACCOUNT}/{{id}}")
def get_group(call: Call) -> dict[str, Any]:
    """Return a group with its members."""
    return identity.one(call, identity.all_groups(call))


@routes("PATCH", f"{ACCOUNT}/{{id}}")
def change_members(call: Call) -> dict[str, Any]:
    """Add members to a group that was made, or remove one: of SCIM's operations these two."""
    body = fields.read(call.json(), {"schemas": list, "Operations": list}, need=("Operations",))
    _check_admin(call)
    held = securables.documents(call.store, "groups")
    members = held[_name(call, held, "group")].setdefault("members", [])
    for each in body["Operations"]:
        operation = fields.read(each, {"op": str, "path": str, "value": list}, need=("op", "path"))
        if operation["op"] == "add" and operation["path"] == "members":
            added = [_user(call, one["value"]) for one in operation["value"]]
            members.extend(name for name in added if name not in members)
        elif operation["op"] == "remove" and (matched := _MEMBER.fullmatch(operation["path"])):
            members[:] = [name for name in members if identity.scim_id(name) != matched[1]]
        else:
            raise errors.invalid(f"Unsupported operation {operation['op']} {operation['path']}")
    return {}


@routes("GET", USERS)
def list_users(call: Call) -> dict[str, Any]:
    """List the account's users, by a filter."""
    return identity.listed(call, identity.users(call))


@routes("DELETE", f"{ACCOUNT}/{{id}}")
def delete_group(call: Call) -> dict[str, Any]:
    """Remove a group that was made."""
    _check_admin(call)
    held = securables.documents(call.store, "groups")
    del held[_name(call, held, "group")]
    return {}


@routes("POST", PRINCIPALS)
def create_principal(call: Call) -> dict[str, Any]:
    """`ServicePrincipalsV2API.create`."""
    body = fields.read(call.json(), {"displayName": str, "active": bool, "schemas": list}, need=("displayName",))
    _check_admin(call)
    application_id = str(uuid.uuid4())
    securables.documents(call.store, "service_principals")[application_id] = {"displayName": body["displayName"]}
    return next(each for each in identity.service_principals(call) if each["applicationId"] == application_id)


@routes("DELETE", f"{PRINCIPALS}/{{id}}")
def delete_principal(call: Call) -> dict[str, Any]:
    """`ServicePrincipalsV2API.delete`."""
    _check_admin(call)
    held = securables.documents(call.store, "service_principals")
    del held[_name(call, held, "service principal")]
    return {}


def _user(call: Call, identifier: str) -> str:
    found = next((each["userName"] for each in identity.users(call) if each["id"] == identifier), None)
    if found is None:
        raise errors.not_found("user", identifier)
    return str(found)


def _name(call: Call, held: dict[str, Any], kind: str) -> str:
    found = next((name for name in held if identity.scim_id(name) == call.path["id"]), None)
    if found is None:
        raise errors.not_found(kind, call.path["id"])
    return found
