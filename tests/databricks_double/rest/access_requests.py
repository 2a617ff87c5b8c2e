"""Requests for access: `RfaAPI` of the SDK. There is no list and no approval: who asks must remember it.

What was asked is kept in `documents["access_requests"]`, for tests.
"""

from __future__ import annotations

import re
from typing import Any

from tests.databricks_double.rest import errors, fields, identity, privileges, securables
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.securables import Found
from tests.databricks_double.store import now

routes = Routes()
BASE = "/api/3.0/rfa"
MOST_REQUESTS, MOST_SECURABLES, MOST_COMMENT, MOST_OF_A_KIND = 30, 30, 200, 5
PRINCIPALS = frozenset({"USER_PRINCIPAL", "GROUP_PRINCIPAL", "SERVICE_PRINCIPAL"})
DESTINATIONS = frozenset({"EMAIL", "GENERIC_WEBHOOK", "MICROSOFT_TEAMS", "SLACK", "URL"})
_COMMENT = re.compile(r"[A-Za-z0-9\s!-/:-@\[-`{-~]*")
SECURABLE = {"type": str, "full_name": str, "provider_share": str}


def _securable(call: Call, given: Any) -> Found:
    held = fields.read(given, SECURABLE, need=("type", "full_name"), where="securable.")
    return securables.find(call.store, held["type"], held["full_name"])


def _named(what: Found) -> dict[str, Any]:
    return {"type": what.kind.upper(), "full_name": what.full_name}


def destinations(call: Call, what: Found) -> dict[str, Any]:
    """Return where requests for an object go: what is set on it, or on its nearest parent, or a catalog's owner."""
    set_on = securables.documents(call.store, "destinations")
    shown = {"securable": _named(what), "securable_type": what.kind.upper(), "full_name": what.full_name}
    for each in (what, *what.parents):
        held = set_on.get(f"{each.kind}/{each.full_name}")
        if held and held["destinations"]:
            return {
                **shown,
                "destination_source_securable": _named(each),
                "destinations": held["destinations"],
                "are_any_destinations_hidden": False,
            }
    top = (what, *what.parents)[-1]
    if top.kind != "catalog":
        return {**shown, "destinations": [], "are_any_destinations_hidden": False}
    owner = {"destination_type": "EMAIL", "special_destination": "SPECIAL_DESTINATION_CATALOG_OWNER"}
    return {
        **shown,
        "destination_source_securable": _named(top),
        "destinations": [owner],
        "are_any_destinations_hidden": False,
    }


@routes("POST", f"{BASE}/requests")
def batch_create(call: Call) -> dict[str, Any]:
    """`RfaAPI.batch_create_access_requests`: all or none; answers with where they went."""
    body = fields.read(call.json(), {"requests": list}, need=("requests",))
    if len(body["requests"]) > MOST_REQUESTS:
        raise errors.invalid(f"At most {MOST_REQUESTS} requests per call, not {len(body['requests'])}")
    checked = [_request(call, each) for each in body["requests"]]
    asked_for = [who for who, _, _ in checked]
    if len(set(asked_for)) != len(asked_for):
        raise errors.invalid("Principals must be unique across the call")
    held = securables.documents(call.store, "access_requests")
    responses = []
    for who, kept, objects in checked:
        held[str(len(held) + 1)] = {**kept, "principal": who, "requested_by": call.principal.name, "at": now()}
        responses.append(
            {
                "behalf_of": kept["behalf_of"],
                "request_destinations": [destinations(call, what) for what in objects],
            }
        )
    return {"responses": responses}


def _request(call: Call, given: Any) -> tuple[str, dict[str, Any], list[Found]]:
    """Return for whom one request is, what is kept of it, and what it is about."""
    kinds = {"behalf_of": dict, "comment": str, "securable_permissions": list}
    one = fields.read(given, kinds, need=("securable_permissions",), where="requests.")
    comment = one.get("comment") or ""
    if len(comment) > MOST_COMMENT or not _COMMENT.fullmatch(comment):
        raise errors.invalid(f"A comment has at most {MOST_COMMENT} characters: letters, digits, punctuation, spaces")
    if one.get("behalf_of"):
        behalf = fields.read(one["behalf_of"], {"id": str, "principal_type": str}, need=("id",), where="behalf_of.")
        fields.one_of("principal_type", behalf.get("principal_type"), PRINCIPALS)
        who = identity.principal_name(call.store, behalf["id"])
        if who is None:
            raise errors.not_found("principal", behalf["id"])
    else:
        who = call.principal.name
        behalf = {"id": identity.scim_id(who), "principal_type": "USER_PRINCIPAL"}
    if len(one["securable_permissions"]) > MOST_SECURABLES:
        raise errors.invalid(f"At most {MOST_SECURABLES} securables in one request")
    objects: list[Found] = []
    wanted = []
    for each in one["securable_permissions"]:
        asked = fields.read(each, {"securable": dict, "permissions": list}, need=("securable", "permissions"))
        what = _securable(call, asked["securable"])
        for permission in asked["permissions"]:
            if privileges.spelled(permission) not in privileges.APPLICABLE.get(what.kind, frozenset()):
                raise errors.invalid(f"Permission {permission} is not applicable to {what.shown}")
        if (what.kind, what.full_name) in [(seen.kind, seen.full_name) for seen in objects]:
            raise errors.invalid(f"{what.shown} can only be requested once per principal")
        objects.append(what)
        wanted.append({"securable": _named(what), "permissions": list(asked["permissions"])})
    return who, {"behalf_of": behalf, "comment": comment, "securable_permissions": wanted}, objects


@routes("GET", f"{BASE}/destinations/{{type}}/{{name}}")
def get_destinations(call: Call) -> dict[str, Any]:
    """`RfaAPI.get_access_request_destinations`."""
    what = securables.find(call.store, call.path["type"], call.path["name"])
    found = destinations(call, what)
    if any(each["destination_type"] != "URL" for each in found["destinations"]):
        privileges.check_sees(call.principal, what, browse=True)
    return found


@routes("PATCH", f"{BASE}/destinations")
def update_destinations(call: Call) -> dict[str, Any]:
    """`RfaAPI.update_access_request_destinations`: on catalogs and schemas; what is in a schema inherits them."""
    kinds = {"securable": dict, "destinations": list, "full_name": str, "securable_type": str,
             "are_any_destinations_hidden": bool, "destination_source_securable": dict}  # fmt: skip
    body = fields.read(call.json(), kinds, need=("securable",))
    what = _securable(call, body["securable"])
    privileges.check_manages(call.principal, what)
    if len(what.parents) == 2:
        raise errors.invalid(f"Destinations cannot be set on {what.shown}: they are inherited from its schema")
    changed = fields.masked(body, call.need_query("update_mask"), frozenset({"destinations"}))
    given = [_destination(each) for each in changed.get("destinations") or []]
    types = [each["destination_type"] for each in given]
    others = [each for each in types if each not in ("EMAIL", "URL")]
    if types.count("EMAIL") > MOST_OF_A_KIND or len(others) > MOST_OF_A_KIND:
        raise errors.invalid(f"At most {MOST_OF_A_KIND} emails and {MOST_OF_A_KIND} external destinations")
    if "URL" in types and len(types) > 1:
        raise errors.invalid("A URL destination is the only one")
    set_on = securables.documents(call.store, "destinations")
    set_on[f"{what.kind}/{what.full_name}"] = {"destinations": given}
    return destinations(call, what)


def _destination(given: Any) -> dict[str, Any]:
    kinds = {"destination_id": str, "destination_type": str}
    one = fields.read(given, kinds, need=("destination_id", "destination_type"), where="destinations.")
    fields.one_of("destination_type", one["destination_type"], DESTINATIONS)
    return one
