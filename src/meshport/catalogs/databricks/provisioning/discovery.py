"""The domain on the Discover page, and the governed tag that carries it.

The SDK that dbt-databricks allows has no service for Discover domains, so they are called as plain REST: `DomainsAPI`
of newer ones (`/api/2.0/domains`). A governed tag is the whole account's: it is made, and never removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from meshport.catalogs.databricks.provisioning.calls import ensure
from meshport.catalogs.databricks.registration import tag_policies
from meshport.catalogs.databricks.registration.client import explained, in_path, once
from meshport.resources import Resource
from meshport.resources.infrastructure import DISCOVERED, GOVERNED, named

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

PATH = "/api/2.0/domains"
NEEDS = "MANAGE DISCOVERY"


class Discovery:
    """The Discover domains and governed tags of one workspace."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client

    def observe(self, asked: Sequence[Resource]) -> Iterator[Resource]:
        """Yield those of these governed tags and Discover domains that there are."""
        governed = [each.name for each in asked if each.kind == GOVERNED]
        if governed:
            there = tag_policies.observed(self._client)
            yield from (named(GOVERNED, name) for name in governed if name in there)
        wanted = {each.name for each in asked if each.kind == DISCOVERED}
        if wanted:
            for held in self._domains():
                if held["tag_key"] in wanted:
                    fields = {"subtitle": held.get("subtitle") or "", "description": held.get("description") or ""}
                    yield named(DISCOVERED, held["tag_key"], fields)

    def make(self, resource: Resource) -> None:
        """Make a governed tag of any value, or a Discover domain."""
        if resource.kind == GOVERNED:
            from databricks.sdk.service.tags import TagPolicy

            policy = TagPolicy(tag_key=resource.name, description="A domain of the data mesh.")
            with explained(f"making `{resource.name}` a governed tag", tag_policies.NEEDS):
                once(lambda: self._client.tag_policies.create_tag_policy(policy), making=True)
            return
        body = {"tag_key": resource.name, **resource.fields}
        with explained(f"making the Discover domain {resource.name}", NEEDS):
            ensure(
                lambda: self._client.api_client.do("POST", PATH, body=body), lambda: self._id(resource.name) is not None
            )

    def change(self, resource: Resource) -> None:
        """Give a Discover domain its texts."""
        with explained(f"changing the Discover domain {resource.name}", NEEDS):
            path, query = f"{PATH}/{in_path(self._id(resource.name) or '')}", {"update_mask": ",".join(resource.fields)}
            self._client.api_client.do("PATCH", path, query=query, body=resource.fields)

    def remove(self, resource: Resource) -> None:
        """Remove a Discover domain; a governed tag stays."""
        if resource.kind == GOVERNED:
            return
        with explained(f"removing the Discover domain {resource.name}", NEEDS):
            found = self._id(resource.name)
            if found is not None:
                once(lambda: self._client.api_client.do("DELETE", f"{PATH}/{in_path(found)}"), making=False)

    def _id(self, tag_key: str) -> str | None:
        return next((str(each["domain_id"]) for each in self._domains() if each["tag_key"] == tag_key), None)

    def _domains(self) -> Iterator[dict[str, Any]]:
        token: str | None = None
        while True:
            query: dict[str, Any] = {"page_size": 1000, **({"page_token": token} if token else {})}
            with explained("reading the Discover domains", NEEDS):
                page: Any = self._client.api_client.do("GET", PATH, query=query)
            yield from page.get("domains", ())
            token = page.get("next_page_token")
            if not token:
                return
