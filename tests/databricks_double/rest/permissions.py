"""Grants: `GrantsAPI` of the SDK. An update holds changes, not the whole: what others granted stays."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.securables import Found
from tests.databricks_double.store import now

routes = Routes()
BASE = "/api/2.1/unity-catalog/permissions/{type}/{name}"
LEAST_PAGE = 150
"""Smaller pages are refused, so that all privileges of one principal fit a page."""


def assignments(what: Found) -> list[dict[str, Any]]:
    """Return the grants on an object itself as `catalog.PrivilegeAssignment` has them."""
    return [
        {"principal": principal, "privileges": sorted(privileges.spelled(each) for each in granted)}
        for principal, granted in sorted(what.grants.items())
        if granted
    ]


def _visible(call: Call, what: Found, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the assignments of the principal that is asked for; who does not manage the object sees only their own."""
    wanted = call.query("principal")
    if wanted is not None:
        privileges.check_exists(call.store, wanted)
        listed = [each for each in listed if each["principal"] == wanted]
    if not privileges.manages(call.principal, what):
        privileges.check_sees(call.principal, what, browse=True)
        mine = privileges.names(call.principal)
        listed = [each for each in listed if each["principal"] in mine]
    return listed


@routes("GET", BASE)
def get(call: Call) -> dict[str, Any]:
    """`GrantsAPI.get`: without what is inherited."""
    what = securables.find(call.store, call.path["type"], call.path["name"])
    listed = _visible(call, what, assignments(what))
    return call.pages.cut(call, "privilege_assignments", listed, unset_is_all=True, least=LEAST_PAGE)


@routes("GET", "/api/2.1/unity-catalog/effective-permissions/{type}/{name}")
def get_effective(call: Call) -> dict[str, Any]:
    """`GrantsAPI.get_effective`: with what is inherited, and from where."""
    what = securables.find(call.store, call.path["type"], call.path["name"])
    found: dict[str, list[dict[str, Any]]] = {}
    for each in (what, *what.parents):
        inherited = (
            {} if each is what else {"inherited_from_type": each.kind.upper(), "inherited_from_name": each.full_name}
        )
        for one in assignments(each):
            found.setdefault(one["principal"], []).extend(
                {"privilege": privilege, **inherited} for privilege in one["privileges"]
            )
    listed = [{"principal": principal, "privileges": granted} for principal, granted in sorted(found.items())]
    visible = _visible(call, what, listed)
    return call.pages.cut(call, "privilege_assignments", visible, unset_is_all=True, least=LEAST_PAGE)


@routes("PATCH", BASE)
def update(call: Call) -> dict[str, Any]:
    """`GrantsAPI.update`: all changes, or none."""
    body = fields.read(call.json(), {"changes": list}, need=("changes",))
    what = securables.find(call.store, call.path["type"], call.path["name"])
    privileges.check_manages(call.principal, what)
    change(call, what, body["changes"])
    if what.object is not None:
        what.object.updated_at = now()
    listed = assignments(what)
    return {"privilege_assignments": listed} if listed else {}


def change(call: Call, what: Found, changes: list[Any]) -> None:
    """Check changes of grants, then make them."""
    checked: list[tuple[str, set[str], set[str]]] = []
    for each in changes:
        one = fields.read(each, {"principal": str, "add": list, "remove": list}, need=("principal",), where="changes.")
        privileges.check_exists(call.store, one["principal"])
        add, remove = (_privileges(what, one.get(name) or []) for name in ("add", "remove"))
        if add & remove:
            raise errors.invalid(f"Cannot add and remove {', '.join(sorted(add & remove))} at once")
        checked.append((one["principal"], add, remove))
    for principal, add, remove in checked:
        held = set(what.grants.get(principal, set()))
        kept = {privilege for privilege in held if privileges.spelled(privilege) not in remove | add} | add
        if kept:
            what.grants[principal] = kept
        else:
            what.grants.pop(principal, None)


def _privileges(what: Found, given: list[Any]) -> set[str]:
    """Return privileges that may be granted on an object of this type."""
    allowed = privileges.APPLICABLE.get(what.kind, frozenset())
    for privilege in given:
        if not isinstance(privilege, str) or privilege not in allowed:
            raise errors.invalid(f"Privilege {privilege} is not applicable to this entity [{what.kind.upper()}]")
    return set(given)
