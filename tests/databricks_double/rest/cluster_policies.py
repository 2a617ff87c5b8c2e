"""Cluster policies: `ClusterPoliciesAPI` of the SDK. Their definitions are checked to be JSON, and nothing more."""

from __future__ import annotations

import json
from typing import Any

from tests.databricks_double.rest import errors, fields, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.store import now

routes = Routes()
BASE = "/api/2.0/policies/clusters"
BODY = {"name": str, "definition": str, "description": str, "max_clusters_per_user": int, "policy_id": str}


def _held(call: Call) -> dict[str, dict[str, Any]]:
    return securables.documents(call.store, "cluster_policies")


def _checked(call: Call, body: dict[str, Any], own_id: str | None) -> dict[str, Any]:
    """Return the body when who calls is an admin, the name is free and the definition is a JSON object."""
    if not call.principal.is_admin:
        raise errors.permission_denied("Only admins may change cluster policies")
    if not 1 <= len(body["name"]) <= 100:
        raise errors.invalid("The name of a cluster policy has 1 to 100 characters")
    if any(each["name"] == body["name"] for key, each in _held(call).items() if key != own_id):
        raise errors.invalid(f"Policy name '{body['name']}' already exists")
    try:
        whole = isinstance(json.loads(body.get("definition") or "{}"), dict)
    except ValueError:
        whole = False
    if not whole:
        raise errors.invalid("The definition of a cluster policy is a JSON object")
    return body


def _there(call: Call, policy_id: str) -> dict[str, Any]:
    if policy_id not in _held(call):
        raise errors.not_found("cluster policy", policy_id)
    return _held(call)[policy_id]


@routes("POST", f"{BASE}/create")
def create(call: Call) -> dict[str, Any]:
    """`ClusterPoliciesAPI.create`."""
    body = _checked(call, fields.read(call.json(), BODY, need=("name",)), None)
    policy_id = (
        securables.identity("cluster policy", f"{body['name']} {len(_held(call))}").replace("-", "")[:16].upper()
    )
    _held(call)[policy_id] = {
        **body,
        "policy_id": policy_id,
        "creator_user_name": call.principal.name,
        "created_at_timestamp": now(),
        "is_default": False,
    }
    return {"policy_id": policy_id}


@routes("POST", f"{BASE}/edit")
def edit(call: Call) -> dict[str, Any]:
    """`ClusterPoliciesAPI.edit`: what the body lacks is gone afterwards."""
    body = fields.read(call.json(), BODY, need=("policy_id", "name"))
    held = _there(call, body["policy_id"])
    _checked(call, body, body["policy_id"])
    for name in ("definition", "description", "max_clusters_per_user"):
        held.pop(name, None)
    held |= body
    return {}


@routes("POST", f"{BASE}/delete")
def delete(call: Call) -> dict[str, Any]:
    """`ClusterPoliciesAPI.delete`."""
    body = fields.read(call.json(), {"policy_id": str}, need=("policy_id",))
    _there(call, body["policy_id"])
    if not call.principal.is_admin:
        raise errors.permission_denied("Only admins may change cluster policies")
    del _held(call)[body["policy_id"]]
    return {}


@routes("GET", f"{BASE}/get")
def get(call: Call) -> dict[str, Any]:
    """`ClusterPoliciesAPI.get`."""
    return _there(call, call.need_query("policy_id"))


@routes("GET", f"{BASE}/list")
def list_policies(call: Call) -> dict[str, Any]:
    """`ClusterPoliciesAPI.list`: all at once."""
    for unused in ("sort_column", "sort_order"):
        call.query(unused)
    listed = sorted(_held(call).values(), key=lambda each: each["name"])
    return {"policies": listed, "total_count": len(listed)} if listed else {}
