"""ABAC policies: `PoliciesAPI` of the SDK (`catalog.PolicyInfo`). `abac.py` says what they do to a table on read.

The store has them as `documents["policies"]`, by `TYPE/full name/policy name`, each a document with the fields of `PolicyInfo`:

    {"id": ..., "name": "mask_email", "policy_type": "POLICY_TYPE_COLUMN_MASK",       # or POLICY_TYPE_ROW_FILTER
     "on_securable_type": "SCHEMA", "on_securable_fullname": "cat.sch",               # CATALOG, SCHEMA, TABLE; small letters
     "for_securable_type": "TABLE",
     "to_principals": ["account users"], "except_principals": ["stewards"],           # names of users and groups
     "when_condition": "has_tag('domain')",                                           # on the table's tags; may be absent
     "match_columns": [{"alias": "m", "condition": "has_tag_value('pii', 'email')"}], # on each column's tags
     "column_mask": {"function_name": "cat.sch.f", "on_column": "m", "using": [{"alias": "m2"}, {"constant": "'x'"}]},
     "row_filter": {"function_name": "cat.sch.f", "using": [{"alias": "m"}]}}         # one of the two
"""

from __future__ import annotations

from typing import Any

from tests.databricks_double.rest import conditions, errors, fields, privileges, securables, tag_rules
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.securables import Found
from tests.databricks_double.store import Metastore, Relation, now

routes = Routes()
BASE = "/api/2.1/unity-catalog/policies"
KINDS = {"POLICY_TYPE_COLUMN_MASK": "column_mask", "POLICY_TYPE_ROW_FILTER": "row_filter"}
_OUTPUT = {"id": str, "created_at": int, "created_by": str, "updated_at": int, "updated_by": str}
BODY = {"name": str, "policy_type": str, "on_securable_type": str, "on_securable_fullname": str, "comment": str,
        "for_securable_type": str, "to_principals": list, "except_principals": list, "when_condition": str,
        "match_columns": list, "column_mask": dict, "row_filter": dict, **_OUTPUT}  # fmt: skip
CHANGEABLE = frozenset({"name", "comment", "to_principals", "except_principals", "when_condition", "match_columns",
                        "column_mask", "row_filter"})  # fmt: skip
MOST = {"catalog": 100, "schema": 100, "table": 50}
MOST_PRINCIPALS, MOST_COLUMNS = 20, 3


def _target(call: Call, kind: str, full_name: str) -> Found:
    """Return what a policy is on; who does not manage it may not even look."""
    fields.one_of("on_securable_type", kind.upper(), frozenset({"CATALOG", "SCHEMA", "TABLE"}))
    what = securables.find(call.store, kind, full_name)
    privileges.check_manages(call.principal, what)
    if isinstance(what.object, Relation) and what.object.kind in ("VIEW", "FOREIGN"):
        raise errors.invalid(f"ABAC policies are not supported on {what.shown}: it is a {what.object.kind}")
    return what


def _key(what: Found, name: str) -> str:
    return f"{what.kind.upper()}/{what.full_name}/{name}"


def _on(store: Metastore, what: Found) -> list[dict[str, Any]]:
    return [
        policy
        for key, policy in sorted(securables.documents(store, "policies").items())
        if key.startswith(_key(what, ""))
    ]


def _check(call: Call, policy: dict[str, Any]) -> None:
    """Refuse a policy that could not work."""
    kind = KINDS[fields.one_of("policy_type", policy.get("policy_type"), frozenset(KINDS))]
    other = "row_filter" if kind == "column_mask" else "column_mask"
    if not policy.get(kind) or policy.get(other):
        raise errors.invalid(f"A policy of type {policy['policy_type']} has {kind}, and not {other}")
    everybody = [*(policy.get("to_principals") or []), *(policy.get("except_principals") or [])]
    if not policy.get("to_principals") or len(everybody) > MOST_PRINCIPALS:
        raise errors.invalid(f"to_principals must not be empty; there are at most {MOST_PRINCIPALS} principals")
    for principal in everybody:
        privileges.check_exists(call.store, principal)
    aliases = _columns(call, policy.get("match_columns") or [])
    if policy.get("when_condition"):
        _condition(call, policy["when_condition"])
    options = {"function_name": str, "using": list, **({"on_column": str} if kind == "column_mask" else {})}
    chosen = fields.read(policy[kind], options, need=("function_name",), where=f"{kind}.")
    used = [_argument(each, aliases) for each in chosen.get("using") or []]
    if kind == "column_mask" and chosen.get("on_column") not in aliases:
        raise errors.invalid(f"column_mask.on_column {chosen.get('on_column')!r} is not an alias of match_columns")
    what, function = securables.function(call.store, chosen["function_name"])
    privileges.check_has(call.principal, what, "EXECUTE")
    given = len(used) + (kind == "column_mask")
    if len(function.parameters) != given:
        raise errors.invalid(f"{what.shown} takes {len(function.parameters)} arguments, the policy gives {given}")


def _columns(call: Call, given: list[Any]) -> set[str]:
    """Return the aliases of the matched columns."""
    if len(given) > MOST_COLUMNS:
        raise errors.invalid(f"At most {MOST_COLUMNS} match_columns in a policy")
    aliases: set[str] = set()
    for each in given:
        one = fields.read(each, {"alias": str, "condition": str}, need=("condition",), where="match_columns.")
        _condition(call, one["condition"])
        if one.get("alias") in aliases:
            raise errors.invalid(f"match_columns: the alias {one['alias']!r} is there twice")
        if one.get("alias"):
            aliases.add(one["alias"])
    return aliases


def _condition(call: Call, text: str) -> None:
    try:
        condition = conditions.parse(text)
    except ValueError as error:
        raise errors.invalid(str(error)) from None
    for tag in sorted(condition.tags):
        if not tag_rules.is_governed(call.store, tag):
            raise errors.invalid(f"Tag {tag} in condition {text!r} is not a governed tag")


def _argument(given: Any, aliases: set[str]) -> str:
    one = fields.read(given, {"alias": str, "constant": str}, where="using.")
    if len([value for value in one.values() if value is not None]) != 1:
        raise errors.invalid("An argument is either an alias or a constant")
    if one.get("alias") is not None and one["alias"] not in aliases:
        raise errors.invalid(f"{one['alias']!r} is not an alias of match_columns")
    return str(one.get("alias") or one.get("constant"))


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """`PoliciesAPI.create_policy`: needs MANAGE on what it is on, and EXECUTE on the function."""
    need = ("name", "policy_type", "on_securable_type", "on_securable_fullname", "for_securable_type", "to_principals")
    body = fields.read(call.json(), BODY, need=need)
    fields.one_of("for_securable_type", body["for_securable_type"], frozenset({"TABLE"}))
    what = _target(call, body["on_securable_type"], body["on_securable_fullname"])
    _check(call, body)
    policies = securables.documents(call.store, "policies")
    key = _key(what, body["name"])
    if key in policies:
        raise errors.already_exists("policy", key)
    if len(_on(call.store, what)) >= MOST[what.kind]:
        raise errors.ApiError(400, "RESOURCE_EXHAUSTED", f"At most {MOST[what.kind]} policies on a {what.kind}")
    by, at = call.principal.name, now()
    policies[key] = {
        **{name: value for name, value in body.items() if value is not None and name not in _OUTPUT},
        "on_securable_type": what.kind.upper(),
        "on_securable_fullname": what.full_name,
        "id": securables.identity("policy", key),
        **{"created_at": at, "created_by": by, "updated_at": at, "updated_by": by},
    }
    return policies[key]


@routes("GET", f"{BASE}/{{type}}/{{on}}")
def list_policies(call: Call) -> dict[str, Any]:
    """`PoliciesAPI.list_policies`: with those of the parents when asked."""
    what = _target(call, call.path["type"], call.path["on"])
    levels = (what, *what.parents) if call.flag("include_inherited") else (what,)
    return call.pages.cut(call, "policies", [policy for each in levels for policy in _on(call.store, each)])


def _there(call: Call) -> tuple[str, dict[str, Any], Found]:
    what = _target(call, call.path["type"], call.path["on"])
    key = _key(what, call.path["name"])
    if key not in securables.documents(call.store, "policies"):
        raise errors.not_found("policy", key)
    return key, call.store.documents["policies"][key], what


@routes("GET", f"{BASE}/{{type}}/{{on}}/{{name}}")
def get(call: Call) -> dict[str, Any]:
    """`PoliciesAPI.get_policy`."""
    return _there(call)[1]


@routes("PATCH", f"{BASE}/{{type}}/{{on}}/{{name}}")
def update(call: Call) -> dict[str, Any]:
    """`PoliciesAPI.update_policy`: also its name."""
    body = fields.read(call.json(), BODY)
    key, policy, what = _there(call)
    changed = fields.masked(body, call.query("update_mask"), CHANGEABLE)
    new = {name: value for name, value in {**policy, **changed}.items() if value is not None}
    _check(call, new)
    new |= {"updated_at": now(), "updated_by": call.principal.name}
    new_key = _key(what, new.get("name") or call.path["name"])
    if new_key != key and new_key in call.store.documents["policies"]:
        raise errors.already_exists("policy", new_key)
    del call.store.documents["policies"][key]
    call.store.documents["policies"][new_key] = new
    return new


@routes("DELETE", f"{BASE}/{{type}}/{{on}}/{{name}}")
def delete(call: Call) -> dict[str, Any]:
    """`PoliciesAPI.delete_policy`."""
    key, _, _ = _there(call)
    del call.store.documents["policies"][key]
    return {}
