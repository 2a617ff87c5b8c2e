"""Governed tags: `TagPoliciesAPI` of the SDK (`tags.TagPolicy`)."""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import errors, fields, securables, tag_rules
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import TagPolicy

routes = Routes()
BASE = "/api/2.1/tag-policies"
BODY = {"tag_key": str, "description": str, "values": list, "id": str, "create_time": str, "update_time": str}


def _shown(policy: TagPolicy) -> dict[str, Any]:
    shown: dict[str, Any] = {"tag_key": policy.key, "id": policy.id or securables.identity("tag", policy.key)}
    if policy.description is not None:
        shown["description"] = policy.description
    if policy.values:
        shown["values"] = [{"name": value} for value in policy.values]
    return shown


def _values(given: list[Any] | None) -> tuple[str, ...]:
    values = [fields.read(each, {"name": str}, need=("name",), where="values.")["name"] for each in given or []]
    for value in values:
        tag_rules.check_governed_text("tag value", value)
    if len(set(values)) != len(values):
        raise errors.invalid("Tag values must be unique")
    return tuple(values)


def _there(call: Call) -> TagPolicy:
    key = call.path["key"]
    if key in tag_rules.SYSTEM:
        return TagPolicy(key, tag_rules.SYSTEM[key], "A tag of the system")
    if key not in call.store.tag_policies:
        raise errors.not_found("tag policy", key)
    return call.store.tag_policies[key]


def _check_admin(call: Call) -> None:
    if not call.principal.is_admin:
        raise errors.permission_denied("User does not have MANAGE on tag policies")
    if call.path.get("key") in tag_rules.SYSTEM:
        raise errors.permission_denied("System tags cannot be changed")


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`TagPoliciesAPI.create_tag_policy`: makes a key governed, also where it is in use."""
    body = fields.read(call.json(), BODY, need=("tag_key",))
    _check_admin(call)
    key = body["tag_key"]
    tag_rules.check_governed_text("tag key", key)
    if key in call.store.tag_policies:
        raise errors.already_exists("tag policy", key)
    policy = TagPolicy(key, _values(body.get("values")), body.get("description"), securables.identity("tag", key))
    call.store.tag_policies[key] = policy
    return _shown(policy)


@routes("GET", BASE)
def list_policies(call: Call) -> dict[str, Any]:
    """`TagPoliciesAPI.list_tag_policies`: everybody sees them, with the system's own."""
    system = [TagPolicy(key, values, "A tag of the system") for key, values in tag_rules.SYSTEM.items()]
    listed = [_shown(each) for each in (*system, *(p for _, p in sorted(call.store.tag_policies.items())))]
    return call.pages.cut(call, "tag_policies", listed, size_field="page_size")


@routes("GET", f"{BASE}/{{key}}")
def get(call: Call) -> dict[str, Any]:
    """`TagPoliciesAPI.get_tag_policy`."""
    return _shown(_there(call))


@routes("PATCH", f"{BASE}/{{key}}")
def update(call: Call) -> dict[str, Any]:
    """`TagPoliciesAPI.update_tag_policy`: values and description; the key stays."""
    body = fields.read(call.json(), BODY)
    _check_admin(call)
    policy = _there(call)
    changed = fields.masked(body, call.need_query("update_mask"), frozenset({"description", "values"}))
    if "values" in changed:
        policy.values = _values(changed["values"])
    if "description" in changed:
        policy.description = changed["description"]
    return _shown(policy)


@routes("DELETE", f"{BASE}/{{key}}")
def delete(call: Call) -> dict[str, Any]:
    """`TagPoliciesAPI.delete_tag_policy`: the tags stay, ungoverned."""
    _check_admin(call)
    del call.store.tag_policies[_there(call).key]
    return {}
