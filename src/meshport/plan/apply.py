"""Apply a plan: exactly that plan, or a refusal. Every step is journalled and idempotent: killed anywhere, the next
publish converges.

The order matters. The ledger says first what will be written, so that nothing of ours is ever taken for somebody
else's. Then each port, in one go. The registry comes last: a version in it means that the catalog holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import msgspec

from meshport.catalogs.base import Catalog, Statement
from meshport.errors import MeshportError, PlanMovedError, UnavailableError
from meshport.plan.diff import diff
from meshport.plan.make import Observed, product_digest, resources_of
from meshport.plan.operations import Operation, operations_for, prepare_zone
from meshport.plan.types import Plan, ProductPlan
from meshport.registry.types import LedgerKey, PublicationRecord
from meshport.resources import ObservedRelation, Resource, observed_of, place_of

LOCK_WAIT_SECONDS = 30.0
Step = Callable[[str, Callable[[], object]], None]
"""Runs one named step and journals it."""


class Renderer(Protocol):
    """Whoever turns operations into statements: dbt."""

    def render(self, operations: Sequence[Operation]) -> Rendered:
        """Return the statements of each operation."""


class Rendered(Protocol):
    """Statements by operation id, and what dbt connects to."""

    @property
    def target(self) -> dict[str, Any]:
        """What dbt connects to."""

    @property
    def statements(self) -> Mapping[str, tuple[Statement, ...]]:
        """The statements by operation id."""


class Site(msgspec.Struct, frozen=True):
    """Everything that applying needs: where to read, write, render and record, and who does it."""

    domain: str
    actor: str
    registry: Any  # a meshport.registry.Registry; not named, so that planning does not import a database
    catalog: Any  # a meshport.catalogs.base.Catalog
    renderer: Any  # a Renderer
    observe: Callable[[], Observed]
    tell: Callable[[str, int, int], None]


def apply_plan(site: Site, plan: Plan) -> list[str]:
    """Apply a plan and return the keys of the products that were published.

    Raises PlanMovedError where what the plan was made for is no longer what is there, VerificationError where a port
    fails its contract or its masks: its product, and every product after it, keeps what it had.
    """
    with locked(site) as lock:
        observed = site.observe()
        if observed.basis != plan.basis:
            raise PlanMovedError(
                "the plan no longer fits: the catalog or the registry changed after it was made",
                hint="look at a new one: meshport plan",
            )
        chosen = [product for product in plan.products if product.actionable]
        with journalled(site, plan.digest) as step:
            written: list[ProductPlan] = []
            try:
                write(site, chosen, observed, step, lock.renew, written)
            finally:
                # What was written whole is recorded, whatever kept the rest from being written.
                _record(site, plan, written, step)
    return [product.product.key for product in chosen]


def converge(site: Site, plan: Plan) -> None:
    """Complete the ledger of publishes that were interrupted after their last write, and close their journal."""
    with locked(site):
        finish_ledger(site, [product for product in plan.products if not product.blocked])
        for run in site.registry.unfinished(site.domain):
            site.registry.journal_end(run.id, "converged")


@contextmanager
def locked(site: Site) -> Iterator[Any]:
    """Hold the domain's lock: one publish at a time, across processes and machines."""
    with site.registry.lock(site.domain, site.actor, LOCK_WAIT_SECONDS) as lock:
        yield lock


@contextmanager
def journalled(site: Site, plan_digest: str) -> Iterator[Step]:
    """Yield a function that runs one named step and journals it; runs that an earlier publish left open end with it."""
    registry = site.registry
    earlier = registry.unfinished(site.domain)
    run = registry.journal_begin(site.domain, plan_digest, site.actor)

    def step(name: str, action: Callable[[], object]) -> None:
        registry.journal(run, name, "started", None)
        try:
            action()
        except MeshportError as error:
            registry.journal(run, name, "failed", error.message)
            raise
        registry.journal(run, name, "done", None)

    # A run that fails stays open like one that was killed: the ledger already holds what it meant to write.
    yield step
    registry.journal_end(run, "done")
    for interrupted in earlier:
        registry.journal_end(interrupted.id, "converged")


def write(
    site: Site,
    products: list[ProductPlan],
    observed: Observed,
    step: Step,
    renew: Callable[[], None],
    written: list[ProductPlan],
) -> None:
    """Write every port that has changes; append each product to `written` once all of its ports are."""
    work = {product.product.key: operations_for(product, observed.relations) for product in products}
    ports = [(key, port) for key, ports in work.items() for port in ports]
    if not ports:
        written.extend(products)
        return
    schemas = {port.relation.schema for product in products for port in product.product.ports}
    database = products[0].product.ports[0].relation.database
    zone = prepare_zone(database, schemas)
    operations = [zone, *(operation for _, port in ports for operation in (*port.stage, *port.swap))]
    site.tell("rendering with dbt", 0, len(operations))
    rendered = site.renderer.render(operations)
    intent = [r for product in products for r in resources_of(product.product, product.builds)]
    site.registry.write_ledger(site.catalog.name, site.domain, _entries(intent))
    catalog: Catalog = site.catalog
    with catalog.writer(rendered.target) as writer:
        step("prepare zone", lambda: writer.execute(rendered.statements[zone.id]))
        for product in products:
            key = product.product.key
            # All copies of a product are written and verified before the first of its ports changes.
            for phase in ("stage", "swap"):
                for number, port in enumerate(work[key], start=1):
                    site.tell(f"{phase} {key}", number, len(work[key]))
                    statements = statements_of(getattr(port, phase), rendered)
                    if statements:
                        step(f"{phase} {key}: {port.label}", partial(writer.execute, statements))
                renew()
            written.append(product)


def statements_of(operations: Sequence[Operation], rendered: Rendered) -> list[Statement]:
    """Return the statements of some operations in order."""
    return [statement for operation in operations for statement in rendered.statements[operation.id]]


def finish_ledger(site: Site, products: list[ProductPlan]) -> None:
    """Read the catalog back, check that it took everything, and keep in the ledger what was written."""
    catalog: Catalog = site.catalog
    relations = catalog.observe()
    desired = [r for product in products for r in resources_of(product.product, product.builds)]
    wanted = {resource.key for resource in desired}
    found = [r for relation in _relations(products, relations) for r in observed_of(relation)]
    missing, _ = diff(desired, found, {})
    if missing:
        raise UnavailableError(
            f"the catalog did not keep what was written: {missing[0].subject} ({missing[0].kind})",
            where=catalog.name,
            hint="somebody else is writing there; run `meshport plan`",
        )
    ledger: dict[LedgerKey, str] = site.registry.ledger(catalog.name, site.domain)
    entries = _entries([resource for resource in found if resource.key in wanted])
    changed = {key: value for key, value in entries.items() if ledger.get(key) != value}
    site.registry.write_ledger(catalog.name, site.domain, changed)
    ours = {port.relation for product in products for port in product.product.ports}
    site.registry.forget(
        catalog.name, site.domain, [key for key in ledger if key not in entries and place_of(key.key) in ours]
    )


def _relations(products: list[ProductPlan], relations: Mapping[Any, ObservedRelation]) -> Iterator[ObservedRelation]:
    for product in products:
        for port in product.product.ports:
            if port.relation in relations:
                yield relations[port.relation]


def _entries(resources: Sequence[Resource]) -> dict[LedgerKey, str]:
    return {
        LedgerKey(kind=resource.kind, key=resource.key): msgspec.json.encode(resource.fields, order="sorted").decode()
        for resource in resources
    }


def _record(site: Site, plan: Plan, products: list[ProductPlan], step: Step) -> None:
    if not products:
        return
    finish_ledger(site, products)
    for product in products:
        if product.register:
            step(f"register {product.product.key}", partial(_register, site, plan, product))


def _register(site: Site, plan: Plan, product: ProductPlan) -> None:
    site.registry.record_publication(
        PublicationRecord(
            product=product.product,
            version=product.version,
            digest=product_digest(product.product),
            plan_digest=plan.digest,
            actor=site.actor,
            catalog=site.catalog.name,
            catalog_type=site.catalog.type,
            builds=product.builds,
            evidence=product.evidence,
        )
    )
