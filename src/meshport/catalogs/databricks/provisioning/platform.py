"""One workspace, as planning and applying need it: each kind of thing goes to the part that knows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from meshport.catalogs.databricks.connection import host_of
from meshport.catalogs.databricks.provisioning.computing import Computing
from meshport.catalogs.databricks.provisioning.discovery import Discovery
from meshport.catalogs.databricks.provisioning.people import People
from meshport.catalogs.databricks.provisioning.securables import Securables
from meshport.catalogs.databricks.registration.client import workspace
from meshport.catalogs.platforms import Seen
from meshport.resources import Resource
from meshport.resources.grant import KIND as GRANT
from meshport.resources.infrastructure import (
    CATALOG,
    CLUSTER_POLICY,
    DISCOVERED,
    GOVERNED,
    GROUP,
    MEMBER,
    PERMISSION,
    PRINCIPAL,
    SCHEMA,
    WAREHOUSE,
)
from meshport.resources.tag import KIND as TAG

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

PEOPLE = (GROUP, PRINCIPAL, MEMBER)
SECURABLE = (CATALOG, SCHEMA, TAG, GRANT)
COMPUTING = (WAREHOUSE, CLUSTER_POLICY, PERMISSION)
DISCOVERY = (GOVERNED, DISCOVERED)


class DatabricksPlatform:
    """A workspace and its metastore. `client` reaches the workspace as whoever provisions."""

    kinds = frozenset((*PEOPLE, *SECURABLE, *COMPUTING, *DISCOVERY))

    def __init__(self, client: WorkspaceClient, host: str) -> None:
        self.name = f"databricks:{host}"
        self._people = People(client)
        self._securables = Securables(client, self._people)
        self._discovery = Discovery(client)
        self._computing = Computing(client, self._people)

    def observe(self, asked: Collection[Resource]) -> Seen:
        """Look at these things: a call or two for each catalog, schema, warehouse and group, and a few lists."""

        def of(kinds: Sequence[str]) -> list[Resource]:
            return [each for each in asked if each.kind in kinds]

        people = list(self._people.observe(of(PEOPLE)))  # first: the others ask it how principals are written
        securables = list(self._securables.observe(of(SECURABLE)))
        others = (*self._computing.observe(of(COMPUTING)), *self._discovery.observe(of(DISCOVERY)))
        contents = self._securables.contents(securables) | self._people.contents(people)
        return Seen((*people, *securables, *others), contents)

    def make(self, resources: Sequence[Resource]) -> None:
        """Make one thing, or grant privileges in one place."""
        kind = resources[0].kind
        if kind in SECURABLE:
            self._securables.make(resources)
        elif kind in PEOPLE:
            self._people.make(resources[0])
        elif kind in COMPUTING:
            self._computing.make(resources[0])
        else:
            self._discovery.make(resources[0])

    def change(self, resource: Resource) -> None:
        """Make something that is there what it should be. People, schemas and grants are only there or not."""
        if resource.kind in SECURABLE:
            self._securables.change(resource)
        elif resource.kind in COMPUTING:
            self._computing.change(resource)
        else:
            self._discovery.change(resource)

    def remove(self, resources: Sequence[Resource], *, force: bool) -> None:
        """Remove one thing, or revoke privileges in one place."""
        kind = resources[0].kind
        if kind in SECURABLE:
            self._securables.remove(resources, force=force)
        elif kind in PEOPLE:
            self._people.remove(resources[0])
        elif kind in COMPUTING:
            self._computing.remove(resources[0])
        else:
            self._discovery.remove(resources[0])

    def http_path(self, warehouse: str) -> str:
        """Return what connects to a SQL warehouse."""
        return self._computing.http_path(warehouse)


def platform() -> DatabricksPlatform:
    """Return the workspace that the environment names. Raises InputError where none is, or nobody to connect as."""
    host = host_of()
    return DatabricksPlatform(workspace(host), host)
