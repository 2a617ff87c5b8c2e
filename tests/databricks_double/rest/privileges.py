"""Who may do what: ownership, MANAGE, and grants on an object and on what it is in.

As Unity Catalog has it: owners of a catalog or schema manage what is in it; privileges are inherited downward; ALL PRIVILEGES
is every privilege but MANAGE; to use an object one needs USE CATALOG and USE SCHEMA on its parents as well.
"""

from __future__ import annotations

from tests.databricks_double.rest import errors
from tests.databricks_double.rest.securables import Found
from tests.databricks_double.store import Metastore, Principal

EVERYBODY = "account users"
MADE = ("groups", "service_principals")
"""The kinds of documents whose keys are principals."""
_IN_SCHEMA = {
    "APPLY_TAG", "BROWSE", "CREATE_FUNCTION", "CREATE_MATERIALIZED_VIEW", "CREATE_MODEL", "CREATE_TABLE", "CREATE_VIEW",
    "CREATE_VOLUME", "EXECUTE", "EXTERNAL_USE_SCHEMA", "MANAGE", "MODIFY", "READ_VOLUME", "REFRESH", "SELECT",
    "USE_SCHEMA", "WRITE_VOLUME", "ALL_PRIVILEGES",
}  # fmt: skip
APPLICABLE: dict[str, frozenset[str]] = {
    "metastore": frozenset(
        [
            "CREATE_CATALOG",
            "CREATE_CLEAN_ROOM",
            "CREATE_CONNECTION",
            "CREATE_EXTERNAL_LOCATION",
            "CREATE_EXTERNAL_METADATA",
            "CREATE_PROVIDER",
            "CREATE_RECIPIENT",
            "CREATE_SERVICE_CREDENTIAL",
            "CREATE_SHARE",
            "CREATE_STORAGE_CREDENTIAL",
            "MANAGE_ALLOWLIST",
            "SET_SHARE_PERMISSION",
            "USE_MARKETPLACE_ASSETS",
            "USE_PROVIDER",
            "USE_RECIPIENT",
            "USE_SHARE",
        ]
    ),
    "catalog": frozenset(_IN_SCHEMA | {"USE_CATALOG", "CREATE_SCHEMA"}),
    "schema": frozenset(_IN_SCHEMA - {"BROWSE"}),
    "table": frozenset({"ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "MODIFY", "REFRESH", "SELECT"}),
    "function": frozenset({"ALL_PRIVILEGES", "EXECUTE", "MANAGE"}),
    "volume": frozenset({"ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "READ_VOLUME", "WRITE_VOLUME"}),
    "external_metadata": frozenset({"ALL_PRIVILEGES", "APPLY_TAG", "BROWSE", "MANAGE", "MODIFY"}),
    "share": frozenset({"SELECT"}),
}
"""What may be granted on what (the vendor's privileges reference; `catalog.Privilege` has the spelling)."""


def spelled(privilege: str) -> str:
    """Return a privilege as the API spells it: SQL says USE CATALOG, and USAGE."""
    return privilege.upper().replace(" ", "_")


def names(principal: Principal) -> frozenset[str]:
    """Return whose grants a principal has."""
    return principal.groups | {principal.name, EVERYBODY}


def owns(principal: Principal, owner: str) -> bool:
    """Return whether somebody is, or belongs to, the owner."""
    return owner == principal.name or owner in principal.groups


def granted(principal: Principal, what: Found) -> set[str]:
    """Return the privileges that somebody was granted on one object itself."""
    mine = names(principal)
    return {spelled(p) for name, privileges in what.grants.items() if name in mine for p in privileges}


def manages(principal: Principal, what: Found) -> bool:
    """Return whether somebody may change an object: an admin, its owner, its parents' owners, or by MANAGE."""
    return principal.is_admin or any(
        owns(principal, each.owner) or "MANAGE" in granted(principal, each) for each in (what, *what.parents)
    )


def has(principal: Principal, what: Found, privilege: str) -> bool:
    """Return whether somebody has a privilege on an object, by itself or by inheritance. Owners have all."""
    for each in (what, *what.parents):
        mine = granted(principal, each)
        if privilege in mine or ("ALL_PRIVILEGES" in mine and privilege != "MANAGE"):
            return True
    return owns(principal, what.owner) or (principal.is_admin and what.kind == "metastore")


def reaches(principal: Principal, what: Found) -> str | None:
    """Return what keeps somebody from using the parents of an object, or None when nothing does."""
    for parent in reversed(what.parents):
        need = "USE_CATALOG" if parent.kind == "catalog" else "USE_SCHEMA"
        if not (manages(principal, parent) or has(principal, parent, need)):
            return f"User does not have {need.replace('_', ' ')} on {parent.shown}."
    return None


def sees(principal: Principal, what: Found, *, browse: bool = False) -> bool:
    """Return whether somebody may read the metadata of an object: any privilege on it will do, when in reach."""
    if manages(principal, what):
        return True
    if browse and has(principal, what, "BROWSE"):
        return True
    if reaches(principal, what) is not None:
        return False
    useful = APPLICABLE.get(what.kind, frozenset())
    if what.kind == "catalog":
        useful = frozenset({"USE_CATALOG"})
    elif what.kind == "schema":
        useful = frozenset({"USE_SCHEMA"})
    return any(has(principal, what, privilege) for privilege in useful)


def check_manages(principal: Principal, what: Found) -> None:
    """Refuse who may not change an object."""
    if not manages(principal, what):
        raise errors.permission_denied(f"User is not an owner of {what.shown} and does not have MANAGE on it.")


def check_sees(principal: Principal, what: Found, *, browse: bool = False) -> None:
    """Refuse who may not read the metadata of an object."""
    if not sees(principal, what, browse=browse):
        blocked = reaches(principal, what)
        raise errors.permission_denied(blocked or f"User does not have any privilege on {what.shown}.")


def check_has(principal: Principal, what: Found, privilege: str) -> None:
    """Refuse who lacks a privilege on an object, or cannot reach it."""
    if manages(principal, what):
        return
    blocked = reaches(principal, what)
    if blocked is None and has(principal, what, privilege):
        return
    raise errors.permission_denied(blocked or f"User does not have {privilege.replace('_', ' ')} on {what.shown}.")


def exists(store: Metastore, principal: str) -> bool:
    """Return whether there is such a user, service principal, or group."""
    people = store.principals.values()
    if principal == EVERYBODY or any(principal in store.documents.get(kind, {}) for kind in MADE):
        return True
    return any(principal == one.name or principal in one.groups for one in people)


def check_exists(store: Metastore, principal: str) -> None:
    """Refuse a principal that nobody is."""
    if not exists(store, principal):
        raise errors.ApiError(404, "PRINCIPAL_DOES_NOT_EXIST", f"Could not find principal with name {principal}")
