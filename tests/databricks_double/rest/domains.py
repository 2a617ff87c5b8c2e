"""Domains of the Discover page: `DomainsAPI` of newer SDKs (`/api/2.0/domains`; the installed one has it not).

A domain stands on a governed tag, whose key it keeps for ever. Its name is `domains/{domain_id}`.
"""

from __future__ import annotations

import uuid
from typing import Any

from tests.databricks_double.rest import errors, fields, securables, tag_rules
from tests.databricks_double.rest.external_metadata import time_text
from tests.databricks_double.rest.routes import Call, Routes

routes = Routes()
BASE = "/api/2.0/domains"
_OUTPUT = {"create_time": str, "update_time": str, "effective_draft": bool, "domain_id": str, "name": str}
BODY = {"tag_key": str, "subtitle": str, "description": str, "draft": bool, "icon": dict, "parent_domain_id": str,
        "business_owner_ids": list, "technical_owner_ids": list, **_OUTPUT}  # fmt: skip
CHANGEABLE = frozenset(BODY) - frozenset(_OUTPUT) - {"tag_key"}
MOST = {"subtitle": 280, "description": 4096}


def _check_admin(call: Call) -> None:
    if not call.principal.is_admin:
        raise errors.permission_denied("User does not have MANAGE DISCOVERY")


def _check(call: Call, domain: dict[str, Any], own_id: str) -> None:
    for field, most in MOST.items():
        if len(domain.get(field) or "") > most:
            raise errors.invalid(f"{field} has at most {most} characters")
    if domain.get("icon"):
        fields.read(domain["icon"], {"name": str, "color": str}, where="icon.")
    parent = domain.get("parent_domain_id")
    while parent:
        if parent == own_id:
            raise errors.invalid("A domain cannot be its own parent")
        if parent not in _held(call):
            raise errors.not_found("domain", parent)
        parent = _held(call)[parent].get("parent_domain_id")


def _held(call: Call) -> dict[str, dict[str, Any]]:
    return securables.documents(call.store, "domains")


def _there(call: Call) -> dict[str, Any]:
    _check_admin(call)
    if call.path["id"] not in _held(call):
        raise errors.not_found("domain", call.path["id"])
    return _held(call)[call.path["id"]]


@routes("POST", BASE)
def create(call: Call) -> dict[str, Any]:
    """Make a domain for a governed tag; one for each."""
    body = fields.read(call.json(), BODY, need=("tag_key",))
    _check_admin(call)
    if not tag_rules.is_governed(call.store, body["tag_key"]):
        raise errors.invalid(f"tag_key {body['tag_key']!r} is not a governed tag")
    domain_id = call.query("domain_id") or uuid.uuid4().hex
    _check(call, body, domain_id)
    if domain_id in _held(call) or any(each["tag_key"] == body["tag_key"] for each in _held(call).values()):
        raise errors.already_exists("domain", f"{domain_id} ({body['tag_key']})")
    _held(call)[domain_id] = {
        **{name: value for name, value in body.items() if value is not None and name not in _OUTPUT},
        "domain_id": domain_id,
        "name": f"domains/{domain_id}",
        "effective_draft": bool(body.get("draft")),
        "create_time": time_text(),
        "update_time": time_text(),
    }
    return _held(call)[domain_id]


@routes("GET", BASE)
def list_domains(call: Call) -> dict[str, Any]:
    """List all domains, or those right below one."""
    _check_admin(call)
    parent = call.query("parent_domain_id")
    listed = [each for _, each in sorted(_held(call).items()) if parent in (None, each.get("parent_domain_id"))]
    return call.pages.cut(call, "domains", listed, size_field="page_size")


@routes("GET", f"{BASE}/{{id}}")
def get(call: Call) -> dict[str, Any]:
    """Return a domain."""
    return _there(call)


@routes("PATCH", f"{BASE}/{{id}}")
def update(call: Call) -> dict[str, Any]:
    """Change a domain; its tag's key never."""
    body = fields.read(call.json(), BODY)
    domain = _there(call)
    if body.get("tag_key") not in (None, domain["tag_key"]):
        raise errors.invalid("tag_key cannot be changed")
    changed = fields.masked(body, call.need_query("update_mask"), CHANGEABLE)
    _check(call, {**domain, **changed}, domain["domain_id"])
    domain |= {**changed, "update_time": time_text()}
    domain["effective_draft"] = bool(domain.get("draft"))
    return {name: value for name, value in domain.items() if value is not None}


@routes("DELETE", f"{BASE}/{{id}}")
def delete(call: Call) -> dict[str, Any]:
    """Delete a domain that has no domains below it."""
    call.flag("force")
    domain = _there(call)
    if any(each.get("parent_domain_id") == domain["domain_id"] for each in _held(call).values()):
        raise errors.ApiError(400, "FAILED_PRECONDITION", f"Domain {domain['domain_id']} has subdomains")
    del _held(call)[domain["domain_id"]]
    return {}
