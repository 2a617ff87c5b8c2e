"""To whom shares are given: `SharesAPI.share_permissions`, `.update_permissions`, `.delete`, and a recipient's view of it."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.permissions import LEAST_PAGE, assignments
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.shares import BASE, find

routes = Routes()


@routes("DELETE", f"{BASE}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`SharesAPI.delete`: by its owner or an admin."""
    what, _ = find(call, call.path["name"])
    if not (call.principal.is_admin or privileges.owns(call.principal, what.owner)):
        raise errors.permission_denied(f"User is not an owner of {what.shown}.")
    del call.store.documents["shares"][what.full_name]
    return {}


@routes("GET", f"{BASE}/{{name}}/permissions")
def get(call: Call) -> dict[str, Any]:
    """`SharesAPI.share_permissions`: recipients, and what they have."""
    what, _ = find(call, call.path["name"])
    privileges.check_manages(call.principal, what)
    return call.pages.cut(call, "privilege_assignments", assignments(what), unset_is_all=True, least=LEAST_PAGE)


@routes("PATCH", f"{BASE}/{{name}}/permissions")
def update(call: Call) -> dict[str, Any]:
    """`SharesAPI.update_permissions`: SELECT for recipients, by the owner of the share who owns the recipients too."""
    body = fields.read(call.json(), {"changes": list, "omit_permissions_list": bool}, need=("changes",))
    what, _ = find(call, call.path["name"])
    metastore = securables.find(call.store, "metastore", securables.METASTORE_ID)
    both = [privileges.has(call.principal, metastore, each) for each in ("USE_SHARE", "SET_SHARE_PERMISSION")]
    if not (privileges.owns(call.principal, what.owner) or all(both)):
        raise errors.permission_denied(f"User is not an owner of {what.shown}.")
    checked = []
    for each in body["changes"]:
        one = fields.read(each, {"principal": str, "add": list, "remove": list}, need=("principal",), where="changes.")
        add, remove = set(one.get("add") or []), set(one.get("remove") or [])
        if not add | remove <= {"SELECT"}:
            raise errors.invalid("A share can only be granted SELECT")
        recipient = securables.find(call.store, "recipient", one["principal"])
        if add and not (call.principal.is_admin or privileges.owns(call.principal, recipient.owner)):
            raise errors.permission_denied(f"User is not an owner of {recipient.shown}.")
        checked.append((recipient.full_name, add, remove))
    for name, add, remove in checked:
        kept = (what.grants.get(name, set()) - remove) | add
        if kept:
            what.grants[name] = kept
        else:
            what.grants.pop(name, None)
    return {} if body.get("omit_permissions_list") else {"privilege_assignments": assignments(what)}


@routes("GET", "/api/2.1/unity-catalog/recipients/{name}/share-permissions")
def of_recipient(call: Call) -> dict[str, Any]:
    """`RecipientsAPI.share_permissions`: the shares of a recipient."""
    what = securables.find(call.store, "recipient", call.path["name"])
    privileges.check_manages(call.principal, what)
    listed = []
    for name in sorted(securables.documents(call.store, "shares")):
        share, _ = find(call, name)
        given = [each for each in assignments(share) if each["principal"] == what.full_name]
        if given:
            listed.append({"share_name": name, "privilege_assignments": given})
    return call.pages.cut(call, "permissions_out", listed, unset_is_all=True, least=LEAST_PAGE)
