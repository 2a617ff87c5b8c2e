"""Making and removing groups and service principals: `GroupsV2API` (here by the account's path that a workspace has for
it, `/api/2.0/account/scim/v2`) and `ServicePrincipalsV2API` of the SDK. Reading them is `identity`'s.

Names of groups are unique; those of service principals are not: making one twice makes two.
"""

from __future__ import annotations

import uuid
from typing import Any

from tests.databricks_double.rest import errors, fields, identity, securables
from tests.databricks_double.rest.routes import Call, Routes

routes = Routes()
ACCOUNT = "/api/2.0/account/scim/v2/Groups"
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


def _name(call: Call, held: dict[str, Any], kind: str) -> str:
    found = next((name for name in held if identity.scim_id(name) == call.path["id"]), None)
    if found is None:
        raise errors.not_found(kind, call.path["id"])
    return found
