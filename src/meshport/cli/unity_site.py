"""What `meshport unity` stands on: published products from the registry and the published file, and a server."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from meshport.catalogs.duckdb import DuckDBCatalog
from meshport.catalogs.unity.apply import Registrar, waiting
from meshport.catalogs.unity.client import UnityClient
from meshport.catalogs.unity.diff import diff
from meshport.catalogs.unity.files import Exporter
from meshport.catalogs.unity.observed import observe
from meshport.catalogs.unity.types import (
    Blocked,
    Observed,
    Place,
    PortEntry,
    ProductEntry,
    UnityPlan,
    Wanted,
)
from meshport.catalogs.unity.wanted import wanted
from meshport.cli.output import Progress, say
from meshport.errors import InputError, PlanMovedError, UnavailableError
from meshport.mesh import FILE_NAME
from meshport.model import Relation
from meshport.registry.book import Book
from meshport.registry.types import PortStatus, Standing
from meshport.resources import ObservedRelation

if TYPE_CHECKING:
    from meshport.cli.workspace import Workspace
    from meshport.registry import Registry

LOCK_WAIT_SECONDS = 30.0
OPEN = (
    "this server authorises nobody: who reaches it may do everything, and it keeps no grants. "
    "Start it with server.authorization=enable to have subscriptions granted."
)


class UnitySite:
    """One domain and one server. Raises InputError where `mesh.yml` does not say enough."""

    def __init__(self, workspace: Workspace, registry: Registry, shown: Progress) -> None:
        mesh = workspace.mesh
        where = str(workspace.project_dir / FILE_NAME)
        if not mesh.unity.url:
            raise InputError(
                "no Unity Catalog server is named",
                where=where,
                hint="unity: {url: http://localhost:8080, storage: files}",
            )
        if not mesh.unity.storage:
            raise InputError(
                "no folder is named for the rows of published ports",
                where=where,
                hint="a Unity Catalog server knows files, not DuckDB: `unity: {storage: files}` says where they go",
            )
        self._mesh, self._registry, self._shown = mesh, registry, shown
        self.domain = mesh.domain
        self.published = DuckDBCatalog(mesh.published_path(workspace.project_dir), mesh.published_database)
        self.place = Place(
            domain=mesh.domain,
            title=mesh.title or mesh.domain,
            catalog=mesh.unity.catalog or mesh.published_database,
            storage=(workspace.project_dir / mesh.unity.storage).resolve(),
        )
        self.client = UnityClient(mesh.unity.url, os.environ.get("UNITY_TOKEN"), tell=say)
        self.book = Book(registry, f"unity:{self.client.url}", mesh.domain)

    def plan(self) -> UnityPlan:
        """Return what registering would change. Writes nothing."""
        return self._look()[0]

    def apply(self, planned: UnityPlan, actor: str) -> list[str]:
        """Make exactly the changes of a plan; return remarks. Raises PlanMovedError where they are others by now."""
        with self._registry.lock(self.domain, actor, LOCK_WAIT_SECONDS) as lock:
            plan, wanted_, observed = self._look()
            if plan.changes != planned.changes:
                raise PlanMovedError(
                    "the plan no longer fits: the server or the registry changed after it was made",
                    hint="look at a new one: meshport unity plan",
                )

            def tell(what: str, number: int, of: int) -> None:
                self._shown.step(what, number, of)
                lock.renew()

            exporter = Exporter(self.published.path, self.published.database)
            registrar = Registrar(self.client, self.book, self.place, wanted_, observed, exporter)
            registrar.apply(plan, tell)
            if plan.changes:
                counts = Counter(f"{change.action} {change.kind}" for change in plan.changes)
                self._registry.audit(actor, "unity.apply", self.client.url, {"catalog": plan.catalog, **counts})
                left = [] if registrar.notes else self._look()[0].changes
                if left:
                    raise UnavailableError(
                        f"the server did not keep what was written: {left[0].subject} ({left[0].kind})",
                        where=self.client.url,
                        hint="somebody else is writing there; run `meshport unity plan`",
                    )
        return registrar.notes

    def _look(self) -> tuple[UnityPlan, Wanted, Observed]:
        entries = self._entries()
        ledger = self.book.read()
        observed = observe(self.client, self.place, [entry.product.name for entry in entries], ledger)
        notes = [] if observed.authorises else [OPEN]
        if observed.authorises:
            entries, notes = self._with_readers(entries, observed.users)
        should = wanted(self.place, entries, grants=observed.authorises)
        plan = diff(self.client.url, self.place.catalog, should, observed, ledger)
        return msgspec.structs.replace(plan, notes=(*notes, *plan.notes)), should, observed

    def _with_readers(self, entries: list[ProductEntry], users: frozenset[str]) -> tuple[list[ProductEntry], list[str]]:
        """Return entries with the server's users who may read them, and a remark for who cannot be granted anything."""
        notes: list[str] = []
        readers: dict[str, set[str]] = {}
        active = [each for each in self._registry.subscriptions() if each.state == "active"]
        published = {entry.product.key for entry in entries}
        for each in active:
            if each.product not in published:
                continue
            kind, _, name = each.principal.partition(":")
            address = self._mesh.unity.principals.get(each.principal) or (name if kind == "user" else None)
            if address is None:
                notes.append(f"{each.principal} reads {each.product}, but `unity.principals` names no user for it")
            elif (user := waiting([address], users)[address]) is None:
                notes.append(f"{each.principal} reads {each.product}, but the server knows no user {address}")
            else:
                readers.setdefault(each.product, set()).add(user)
        return [
            msgspec.structs.replace(entry, readers=tuple(sorted(readers.get(entry.product.key, ()))))
            for entry in entries
        ], notes

    def _entries(self) -> list[ProductEntry]:
        """Return the published products of the domain that are not retired."""
        relations = self.published.observe()
        return [
            self._entry(standing, relations)
            for _, standing in sorted(self._registry.standing(self.domain).items())
            if standing.head.status != "retired"
        ]

    def _entry(self, standing: Standing, relations: Mapping[Relation, ObservedRelation]) -> ProductEntry:
        head, key = standing.head, standing.head.product.key
        trouble: list[Blocked] = []
        if (head.catalog_type, head.catalog) != (self.published.type, self.published.name):
            trouble.append(
                Blocked(
                    key, key, f"it is published to {head.catalog_type}, at {head.catalog}", "only DuckDB is exported"
                )
            )
        decided = self._registry.port_status(key)
        newest = self._registry.publications(key, 1)
        evidence = self._registry.evidence(key, newest[0].number) if newest else {}
        ports: list[PortEntry] = []
        for port in head.product.ports:
            if port.label in standing.retired:
                continue
            there, build = relations.get(port.relation), standing.builds.get(port.label, "")
            if there is None or there.properties.get("build") != build:
                reason = "the published file does not hold the build that the registry knows"
                trouble.append(Blocked(key, port.label, reason, "run `meshport publish`"))
                continue
            status = decided.get(port.label) or PortStatus("published")
            counts = Counter(each.status for each in evidence.get(port.label, ()))
            ports.append(
                PortEntry(
                    port=port,
                    build=build,
                    definition=there.properties.get("definition", ""),
                    columns=there.columns,
                    status=status.status,
                    deprecation_date=status.deprecation_date or port.deprecation_date,
                    replaced_by=status.replaced_by,
                    tests=", ".join(f"{count} {state}" for state, count in sorted(counts.items())),
                )
            )
        return ProductEntry(
            product=head.product, version=head.version, status=head.status, ports=tuple(ports), trouble=tuple(trouble)
        )
