"""Delta Sharing, the giver's side: `SharesAPI` of the SDK (`sharing.ShareInfo`).

Tables with row filters or column masks of their own cannot be shared. Tables that ABAC policies mask can, by an owner of the share
whom the policies except: the receiver then sees them unmasked.
"""

from __future__ import annotations

import re
from typing import Any

from tests.databricks_double.rest import abac, errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.securables import Found
from tests.databricks_double.store import Name, Relation, now

routes = Routes()
BASE = "/api/2.1/unity-catalog/shares"
MOST_UPDATES = 100
OBJECT = {"name": str, "data_object_type": str, "comment": str, "shared_as": str, "string_shared_as": str,
          "cdf_enabled": bool, "history_data_sharing_status": str, "start_version": int, "partitions": list,
          "content": str, "added_at": int, "added_by": str, "status": str}  # fmt: skip
UPDATE = {"comment": str, "new_name": str, "owner": str, "storage_root": str, "updates": list}
TYPES = frozenset({"TABLE", "VIEW", "MATERIALIZED_VIEW", "STREAMING_TABLE", "SCHEMA"})
_ALIAS = re.compile(r"\w+\.\w+", re.ASCII)


def find(call: Call, name: str) -> tuple[Found, dict[str, Any]]:
    """Return a share."""
    what = securables.find(call.store, "share", name)
    return what, call.store.documents["shares"][name]


def _shown(held: dict[str, Any], *, with_objects: bool) -> dict[str, Any]:
    internal = {"grants", "tags"} if with_objects else {"grants", "tags", "objects"}
    shown = {name: value for name, value in held.items() if name not in internal and value is not None}
    if with_objects:
        shown["objects"] = list(held["objects"].values())
    return shown


def _check_owns(call: Call, what: Found) -> None:
    if not privileges.owns(call.principal, what.owner):
        raise errors.permission_denied(f"User is not an owner of {what.shown}.")


def _reads(call: Call, what: Found) -> bool:
    metastore = securables.find(call.store, "metastore", securables.METASTORE_ID)
    mine = privileges.manages(call.principal, what) or privileges.has(call.principal, what, "SELECT")
    return mine or privileges.has(call.principal, metastore, "USE_SHARE")


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`SharesAPI.create`: by CREATE SHARE on the metastore. It is empty at first."""
    body = fields.read(call.json(), {"name": str, "comment": str, "storage_root": str}, need=("name",))
    metastore = securables.find(call.store, "metastore", securables.METASTORE_ID)
    privileges.check_has(call.principal, metastore, "CREATE_SHARE")
    name = securables.check_new_name("share", body["name"])
    shares = securables.documents(call.store, "shares")
    if name in shares:
        raise errors.already_exists("share", name)
    shares[name] = {
        "name": name,
        "comment": body.get("comment"),
        "owner": call.principal.name,
        "created_at": now(),
        "created_by": call.principal.name,
        "updated_at": now(),
        "objects": {},
    }
    return _shown(shares[name], with_objects=False)


@routes("GET", BASE)
def list_shares(call: Call) -> dict[str, Any]:
    """`SharesAPI.list_shares`."""
    visible = [
        _shown(held, with_objects=False)
        for name, held in sorted(securables.documents(call.store, "shares").items())
        if _reads(call, securables.find(call.store, "share", name))
    ]
    return call.pages.cut(call, "shares", visible, unset_is_all=True)


@routes("GET", f"{BASE}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`SharesAPI.get`: what is in it only when asked."""
    what, held = find(call, call.path["name"])
    if not _reads(call, what):
        raise errors.permission_denied(f"User does not have SELECT on {what.shown}.")
    return _shown(held, with_objects=call.flag("include_shared_data"))


@routes("PATCH", f"{BASE}/{{name}}")
def update(call: Call) -> dict[str, Any]:
    """`SharesAPI.update`: all updates or none; by its owner. An admin may change the owner, and nothing else."""
    body = fields.read(call.json(), UPDATE)
    what, held = find(call, call.path["name"])
    if not (call.principal.is_admin and set(body) == {"owner"}):
        _check_owns(call, what)
    if body.get("new_name") or body.get("storage_root"):
        raise errors.invalid("The double does not rename or move shares")
    updates = body.get("updates") or []
    if len(updates) > MOST_UPDATES:
        raise errors.invalid(f"At most {MOST_UPDATES} objects in an update, not {len(updates)}")
    objects = dict(held["objects"])
    for each in updates:
        _apply(call, objects, each)
    aliases = [each["shared_as"] for each in objects.values() if each.get("shared_as")]
    if len(set(aliases)) != len(aliases):
        raise errors.invalid("shared_as must be unique in a share")
    if body.get("owner"):
        privileges.check_exists(call.store, body["owner"])
        held["owner"] = body["owner"]
    if "comment" in body:
        held["comment"] = body["comment"]
    held["objects"] = objects
    held["updated_at"] = now()
    return _shown(held, with_objects=bool(updates))


def _apply(call: Call, objects: dict[str, Any], given: Any) -> None:
    """Add, change, or remove one object."""
    one = fields.read(given, {"action": str, "data_object": dict}, need=("action", "data_object"), where="updates.")
    action = fields.one_of("action", one["action"], frozenset({"ADD", "REMOVE", "UPDATE"}))
    given_object = fields.read(one["data_object"], OBJECT, need=("name",), where="data_object.")
    name = given_object["name"].lower()
    if action != "ADD" and name not in objects:
        raise errors.not_found("shared object", name)
    if action == "REMOVE":
        del objects[name]
        return
    if action == "ADD" and name in objects:
        raise errors.already_exists("shared object", name)
    kept = {**objects.get(name, {}), **{key: value for key, value in given_object.items() if value is not None}}
    objects[name] = _checked(call, {**kept, "name": name})


def _checked(call: Call, shared: dict[str, Any]) -> dict[str, Any]:
    """Refuse what cannot be shared, or not by the caller."""
    kind = fields.one_of("data_object_type", shared.get("data_object_type") or "TABLE", TYPES)
    if kind == "SCHEMA":
        what, _ = securables.schema(call.store, shared["name"])
        for name in sorted(call.store.children(securables.split("schema", what.full_name))):
            _check_unmasked(call, name, call.store.relations[name])
    else:
        what, relation = securables.relation(call.store, shared["name"])
        real = "TABLE" if relation.kind == "MANAGED" else relation.kind
        if real != kind:
            raise errors.invalid(f"{what.shown} is a {real}, not a {kind}")
        _check_unmasked(call, securables.split("table", what.full_name), relation)
        shared.setdefault("shared_as", ".".join(what.full_name.split(".")[1:]))
        if not _ALIAS.fullmatch(shared["shared_as"]):
            raise errors.invalid(
                f"shared_as {shared['shared_as']!r} must be schema.table: letters, digits, underscores"
            )
    if not (privileges.has(call.principal, what, "SELECT") and privileges.reaches(call.principal, what) is None):
        raise errors.permission_denied(f"User does not have SELECT on {what.shown}.")
    added = {"added_at": now(), "added_by": call.principal.name, "status": "ACTIVE"}
    return {**shared, "data_object_type": kind, **added}


def _check_unmasked(call: Call, name: Name, relation: Relation) -> None:
    shown = ".".join(name)
    if relation.row_filter is not None or any(column.mask for column in relation.columns.values()):
        raise errors.invalid(f"Table '{shown}' has row filters or column masks and cannot be shared")
    found = abac.effective(call.store, name, call.principal)
    if found.masks or found.row_filters:
        raise errors.permission_denied(f"Table '{shown}' has ABAC policies that do not except {call.principal.name}")
