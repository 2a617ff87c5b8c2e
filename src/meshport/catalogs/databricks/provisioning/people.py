"""Groups with their members, and service principals.

Groups are the account's, by the path that a workspace has for them: those of the workspace alone cannot be granted
anything in Unity Catalog. Service principals are made by the workspace's API, which assigns them to it as well.
Sources: the vendor's "Account SCIM API" (`{workspace}/api/2.0/account/scim/v2`), `iam.ServicePrincipalsV2API` of the
SDK.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from meshport.catalogs.databricks.provisioning.calls import ensure
from meshport.catalogs.databricks.registration.client import explained, in_path, once
from meshport.errors import InputError, UnavailableError
from meshport.resources import Resource
from meshport.resources.infrastructure import GROUP, MEMBER, PRINCIPAL, named

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

GROUPS = "/api/2.0/account/scim/v2/Groups"
USERS = "/api/2.0/account/scim/v2/Users"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
NEEDS = "to be an admin of the workspace, and that the account lets workspace admins make groups"
PAGE = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class People:
    """The groups, their members and the service principals of one workspace, by name."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def observe(self, asked: list[Resource]) -> Iterator[Resource]:
        """Yield those of these groups, members and service principals that there are."""
        inside: dict[str, set[str]] = {}
        for each in asked:
            if each.kind == MEMBER:
                group = each.relation.identifier
                if group not in inside:
                    inside[group] = self._members(group)
                if self._user(each.name) in inside[group]:
                    yield each
            if each.kind == GROUP and self._group(each.name) is not None:
                yield named(GROUP, each.name)
            elif each.kind == PRINCIPAL and self._principal(each.name) is not None:
                yield named(PRINCIPAL, each.name)

    def contents(self, there: Iterable[Resource]) -> dict[str, tuple[str, ...]]:
        """Return who is in each of these groups beside the members among them, by the group's key."""
        ours = {(each.relation.identifier, self._user(each.name)) for each in there if each.kind == MEMBER}
        found = {}
        for each in there:
            held = self._found(each.name) if each.kind == GROUP else None
            members = (held or {}).get("members", ())
            others = [one for one in members if (each.name, str(one["value"])) not in ours]
            if others:
                found[each.key] = tuple(str(one.get("display") or one["value"]) for one in others)
        return found

    def make(self, resource: Resource) -> None:
        """Make a group or a service principal, or somebody a member of a group."""
        name = resource.name
        if resource.kind == MEMBER:
            self._join(resource)
            return
        with explained(f"making the {resource.kind.replace('_', ' ')} {name}", NEEDS):
            if resource.kind == GROUP:
                schema = "urn:ietf:params:scim:schemas:core:2.0:Group"
                body = {"schemas": [schema], "displayName": name}
                ensure(
                    lambda: self._client.api_client.do("POST", GROUPS, body=body), lambda: self._group(name) is not None
                )
                return
            self._client.service_principals_v2.create(display_name=name, active=True)
            # Names of service principals are not unique, so a call that was sent again has made another one.
            first, *others = sorted(self._principals(name), key=lambda one: int(one.id))
            for one in others:
                self._remove_principal(one.id)
            self._learn(name, first.application_id)

    def remove(self, resource: Resource) -> None:
        """Remove a group or a service principal, or somebody from a group."""
        if resource.kind == MEMBER:
            user = self._user(resource.name)
            if user is not None:
                self._change_members(resource, {"op": "remove", "path": f'members[value eq "{user}"]'})
            return
        with explained(f"removing the {resource.kind.replace('_', ' ')} {resource.name}", NEEDS):
            if resource.kind == GROUP:
                found = self._group(resource.name)
                if found is not None:
                    once(lambda: self._client.api_client.do("DELETE", f"{GROUPS}/{in_path(found)}"), making=False)
                return
            for one in self._principals(resource.name):
                self._remove_principal(one.id)

    def written(self, principal: str) -> str:
        """Return how grants write a principal: a service principal by its application id."""
        return self._ids.get(principal, principal)

    def read(self, principal: str) -> str:
        """Return how a domain's file writes a principal that grants name."""
        return self._names.get(principal, principal)

    def is_service_principal(self, principal: str) -> bool:
        """Tell whether this is one, as grants write it."""
        return _UUID.fullmatch(principal) is not None

    def _remove_principal(self, identifier: str) -> None:
        once(partial(self._client.service_principals_v2.delete, identifier), making=False)

    def _join(self, resource: Resource) -> None:
        user = self._user(resource.name)
        if user is None:
            raise UnavailableError(
                f"the account has no user {resource.name}",
                hint="let the identity provider bring them, or let the owner remove them from the domain's developers",
            )
        self._change_members(resource, {"op": "add", "path": "members", "value": [{"value": user}]})

    def _change_members(self, resource: Resource, operation: dict[str, Any]) -> None:
        with explained(f"changing who is in {resource.relation.identifier}", NEEDS):
            group = self._group(resource.relation.identifier)
            if group is not None:
                body = {"schemas": [PATCH], "Operations": [operation]}
                self._client.api_client.do("PATCH", f"{GROUPS}/{in_path(group)}", body=body)

    def _members(self, group: str) -> set[str]:
        """Return the ids of who is in a group."""
        found = self._group(group)
        if found is None:
            return set()
        with explained(f"reading who is in {group}", NEEDS):
            held: Any = self._client.api_client.do("GET", f"{GROUPS}/{in_path(found)}")
        return {str(each["value"]) for each in held.get("members", ())}

    def _user(self, name: str) -> str | None:
        """Return the id of a user of the account, None where there is none."""
        with explained(f"looking for the user {name}", NEEDS):
            answer: Any = self._client.api_client.do("GET", USERS, query={"filter": f'userName eq "{name}"'})
        return next((str(each["id"]) for each in answer.get("Resources", ())), None)

    def _learn(self, name: str, application_id: str) -> None:
        self._ids[name], self._names[application_id] = application_id, name

    def _group(self, name: str) -> str | None:
        """Return the id of a group, None where there is none."""
        held = self._found(name)
        return str(held["id"]) if held is not None else None

    def _found(self, name: str) -> dict[str, Any] | None:
        """Return a group as the account shows it, None where there is none."""
        with explained(f"looking for the group {name}", NEEDS):
            query = {"filter": f'displayName eq "{name}"', "startIndex": 1, "count": PAGE}
            answer: Any = self._client.api_client.do("GET", GROUPS, query=query)
        named_so = (each for each in answer.get("Resources", ()) if each["displayName"].casefold() == name.casefold())
        return next(named_so, None)

    def _principal(self, name: str) -> str | None:
        """Return the application id of a service principal by that, or by its name; None where there is none.

        Raises InputError where several have the name.
        """
        found = self._principals(name)
        if len(found) > 1:
            raise InputError(
                f"{len(found)} service principals are called {name}", hint="name one by its `application_id`"
            )
        if not found:
            return None
        if found[0].application_id != name:
            self._learn(name, str(found[0].application_id))
        return str(found[0].application_id)

    def _principals(self, name: str) -> list[Any]:
        field = "applicationId" if self.is_service_principal(name) else "displayName"
        with explained(f"looking for the service principal {name}", NEEDS):
            return list(self._client.service_principals_v2.list(filter=f'{field} eq "{name}"'))
