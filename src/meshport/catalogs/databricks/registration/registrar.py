"""All of registering, as planning and applying need it: what it would do, what must be there first, and the rest.

What is registered is what the registry says is published, however the last publish ended: so each run completes the
one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from meshport.artifacts.project import Project
from meshport.catalogs.base import Outlook, Registration
from meshport.catalogs.databricks.connection import Access, Warehouse
from meshport.catalogs.databricks.registration import apply as applying
from meshport.catalogs.databricks.registration import known, mask_policies, tag_policies
from meshport.catalogs.databricks.registration.client import workspace
from meshport.catalogs.databricks.registration.columns import Pairs, pairs_of
from meshport.catalogs.databricks.registration.desired import World, desired
from meshport.catalogs.databricks.registration.diff import diff
from meshport.catalogs.databricks.registration.mask_tags import tagged
from meshport.catalogs.databricks.registration.observed import observed
from meshport.catalogs.databricks.registration.tables import TABLES, load
from meshport.catalogs.databricks.registration.tables.rows import rows_of
from meshport.catalogs.databricks.registration.types import MASK_POLICY, Change, Difference
from meshport.errors import MeshportError, UnavailableError
from meshport.lineage.types import Lineage
from meshport.model import Product
from meshport.registry.book import Book
from meshport.resources import BOOKKEEPING
from meshport.standards.types import TagTemplate

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

Tell = Callable[[str, int, int], None]


class Domain(msgspec.Struct, frozen=True):
    """Whose products: a domain, its project and standards. `catalog` is what the registry calls the published one, and
    `database` what Databricks does. `lineage` finds the project's column lineage when it is first needed.
    """

    name: str
    catalog: str
    database: str
    registry: Any  # a meshport.registry.Registry
    project: Project
    templates: Mapping[str, TagTemplate]
    lineage: Callable[[], Lineage]


class UnityRegistrar:
    """Registers a domain in the Unity Catalog of one workspace. `run` runs statements; `close` ends their sessions."""

    def __init__(
        self,
        domain: Domain,
        client: Callable[[], WorkspaceClient],
        run: load.Run,
        tell: Tell,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._domain, self._connect, self._run, self._tell, self._close = domain, client, run, tell, close
        self._book = Book(domain.registry, f"{domain.catalog}#registration", domain.name)

    def outlook(self, products: Sequence[Product], *, publishes: bool) -> Outlook:
        """Return what is to be done once these products, with these ports, are published. Reads, and writes nothing."""
        try:
            return self._outlook(products, publishes=publishes)
        finally:
            self._close()

    def _outlook(self, products: Sequence[Product], *, publishes: bool) -> Outlook:
        governed = self._governed(products)
        policies = tag_policies.diff(governed, tag_policies.observed(self._client)) if governed else []
        masks, in_the_way, written = self._mask_policies(products)
        difference = self._differ(products)
        tables = [table.name for table in TABLES] if publishes else [each.table for each in self._loads(self._there())]
        changes = [known.registration(change) for change in (*policies, *masks, *difference.changes)]
        if tables:
            schema = f"{self._domain.database}.{BOOKKEEPING}"
            changes.append(Registration("tables", "update", schema, ", ".join(tables), "rows change"))
        return Outlook(tuple(changes), (*difference.theirs, *in_the_way), {known.KINDS[MASK_POLICY]: written})

    def prepare(self, products: Sequence[Product]) -> None:
        """Make tags governed that the standards want so, before ports get them. Raises UnavailableError."""
        if governed := self._governed(products):
            tag_policies.apply(self._client, governed, tag_policies.observed(self._client))

    def protect(self, products: Sequence[Product]) -> bool:
        """Make, heal and read back the policies that mask columns of ports. Returns whether anything had to be done."""
        wanted = mask_policies.desired(products)
        return bool(wanted) and mask_policies.apply(self._client, self._book, self._domain.database, wanted)

    def register(self) -> None:
        """Register what is published. One part's failure does not keep the others from being made.

        Raises UnavailableError that names each failure.
        """
        failures: list[MeshportError] = []
        for part in (self._settle_policies, self._register_things, self._load_tables):
            try:
                part()
            except MeshportError as error:
                failures.append(error)
            finally:
                self._close()
        if failures:
            raise UnavailableError(
                "published, but not all of it is registered in Unity Catalog: "
                + "; ".join(error.message for error in failures),
                hint="; ".join(dict.fromkeys(error.hint for error in failures if error.hint)) or None,
            )

    def _settle_policies(self) -> None:
        """Heal the policies that published ports need, and take away those that no column goes by any more."""
        products, ledger = self._published(), self._book.read()
        self.protect(products)
        wanted = mask_policies.desired(products)
        needed = {thing.key for thing in wanted}
        spare = [key for key in ledger if key.startswith(f"{MASK_POLICY}/") and key not in needed]
        if not spare:
            return
        there = mask_policies.observed(self._client, self._domain.database)
        used = {each.value for each in tagged(self._run, self._domain.database)}
        changes = mask_policies.gone(wanted, there, ledger, used)
        mask_policies.remove(self._client, self._book, self._domain.database, changes)
        self._book.forget([key for key in spare if key not in there])

    def _mask_policies(self, products: Sequence[Product]) -> tuple[list[Change], tuple[str, ...], int]:
        """Return what is to be done with policies, those of others that are in the way, and how many are ours."""
        wanted, ledger = mask_policies.desired(products), self._book.read()
        ours = [key for key in ledger if key.startswith(f"{MASK_POLICY}/")]
        if not wanted and not ours:
            return [], (), 0
        there = mask_policies.observed(self._client, self._domain.database)
        changes, theirs = mask_policies.diff(wanted, there, ledger)
        if set(ours) - {thing.key for thing in wanted}:
            mine = {(port.relation.schema, port.relation.identifier) for product in products for port in product.ports}
            elsewhere = [each for each in tagged(self._run, self._domain.database) if each[:2] not in mine]
            changes += mask_policies.gone(wanted, there, ledger, {each.value for each in elsewhere})
        return changes, theirs, len(ours)

    def _governed(self, products: Sequence[Product]) -> dict[str, TagTemplate]:
        by_policy = any(port.by_policy for product in products for port in product.ports)
        own = mask_policies.GOVERNED if by_policy else {}
        return tag_policies.desired({**self._domain.templates, **own})

    def _published(self) -> list[Product]:
        entries = known.entries(self._domain.registry, self._domain.name, self._domain.catalog)
        return [known.shown(entry) for entry in entries]

    def _register_things(self) -> None:
        difference = self._differ(self._published())
        applying.apply(self._client, self._book, difference, self._domain.name, self._tell)

    def _differ(self, products: Sequence[Product]) -> Difference:
        world = World(
            domain=self._domain.name,
            products=products,
            project=self._domain.project,
            pairs=self._pairs(products),
            elsewhere=known.elsewhere(self._domain.registry, self._domain.catalog, products, self._exists),
        )
        wanted, ledger = desired(world), self._book.read()
        return diff(wanted, observed(self._client, wanted, ledger), ledger)

    def _load_tables(self) -> None:
        load.prepare(self._run, self._domain.database, self._there())
        there = self._there()
        loads = self._loads(there)
        for number, each in enumerate(loads, start=1):
            self._tell(f"loading {each.table}", number, len(loads))
            for statement in load.statements(self._domain.database, self._domain.name, each, there):
                self._run(statement)
            self._book.write({load.key_of(each.table): each.known})

    def _there(self) -> load.There:
        return load.observed(self._run, self._domain.database)

    def _loads(self, there: load.There) -> list[load.Load]:
        ledger = self._book.read()
        entries = known.entries(self._domain.registry, self._domain.name, self._domain.catalog)
        rows = rows_of(entries, self._pairs([known.shown(entry) for entry in entries]))
        until = load.loaded_until(there, ledger)
        results = load.additions(known.results(self._domain.registry, entries, until), until)
        return [*load.pending(rows, there, ledger), *([results] if results else [])]

    def _pairs(self, products: Sequence[Product]) -> Pairs:
        ports = [port for product in products for port in product.ports if port.upstream]
        return pairs_of(ports, self._domain.lineage()) if ports else {}

    def _exists(self, table: str) -> bool:
        return known.exists(self._client, table)

    @cached_property
    def _client(self) -> WorkspaceClient:
        return self._connect()


def registrar(domain: Domain, access: Access, tell: Tell) -> UnityRegistrar:
    """Return the registrar of a domain for the workspace that `access` names."""
    warehouse = Warehouse(access)
    return UnityRegistrar(domain, lambda: workspace(access.host), warehouse.rows, tell, warehouse.close)
