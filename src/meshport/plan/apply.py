"""Apply a plan: exactly that plan, or a refusal. Every step is journalled and idempotent: killed anywhere, the next
publish converges.

The order matters. The ledger says first what will be written, so that nothing of ours is ever taken for somebody
else's. Then each port, in one go. The registry comes last: a version in it means that the catalog holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from meshport.catalogs.base import Catalog, Statement, StatementRefused, Writer
from meshport.errors import PlanMovedError
from meshport.model import Relation
from meshport.plan import native
from meshport.plan.certification import KEY
from meshport.plan.ledger import Progress, certification_key, finish_ledger, intended
from meshport.plan.make import Observed, product_digest
from meshport.plan.operations import Operation, PortWork, operations_for, prepare_zone, withdrawn
from meshport.plan.outlook import published_after
from meshport.plan.parallel import in_parallel
from meshport.plan.protecting import Protection
from meshport.plan.site import Rendered, Site, Step, journalled, locked, open_publishes
from meshport.plan.types import Certification, Plan, ProductPlan
from meshport.registry.types import PublicationRecord
from meshport.resources import port as ports

PHASES = ("stage", "keep", "shield", "swap", "certify")
"""In this order: all copies of a product are written and verified before the first of its ports changes."""


class Applied(msgspec.Struct, frozen=True):
    """The keys of the products that were published, and what people have to know that was not done."""

    published: tuple[str, ...]
    notes: tuple[str, ...] = ()


def apply_plan(site: Site, plan: Plan) -> Applied:
    """Apply a plan and return what was published.

    Raises PlanMovedError where what the plan was made for is no longer what is there, VerificationError where a port
    fails its contract or its masks: its product, and every product after it, keeps what it had. UnavailableError where
    ports were published and something beside them could not be registered: the next publish does it.
    """
    with locked(site) as lock:
        observed = site.observe()
        if observed.basis != plan.basis:
            raise PlanMovedError(
                "the plan no longer fits: the catalog or the registry changed after it was made",
                hint="look at a new one: meshport plan",
            )
        chosen = [product for product in plan.products if product.actionable]
        _record_override(site, plan, chosen)
        progress = Progress()
        with journalled(site, plan.digest, lambda: progress.half_done) as step:
            protection = Protection(site, lock.renew, list(published_after(plan, observed.standing)))
            if site.registrar is not None:
                step("prepare the catalog", partial(site.registrar.prepare, protection.products))
            _withdraw(site, plan, observed, step)
            try:
                write(site, chosen, observed, step, protection, progress)
            finally:
                # What was written whole is recorded, whatever kept the rest from being written.
                _record(site, plan, progress.products, step)
            if observed.interrupted and not progress.products:
                finish_ledger(site, [product for product in plan.products if not product.blocked])
            if site.registrar is not None:
                # Ports are published, whatever comes of this; the next publish completes it.
                step("register in the catalog", site.registrar.register)
    return Applied(tuple(product.product.key for product in chosen), _notes(progress))


def _notes(progress: Progress) -> tuple[str, ...]:
    lost = [f"No version to roll back to is kept of {port}: {said}" for port, said in progress.lost.items()]
    refused = [f"Not certified: {port}: {said}" for port, said in progress.uncertified.items()]
    grant = f"Certifying takes ASSIGN on the governed tag `{KEY}`: let who publishes be granted it, or say "
    grant += "`published: {certify: false}` in mesh.yml."
    return (*sorted(lost), *sorted(refused), *([grant] if refused else []))


def _record_override(site: Site, plan: Plan, chosen: list[ProductPlan]) -> None:
    """Write to the audit log which promises are broken for what reason: before the first of them is."""
    for product in chosen:
        for breach in product.breaches:
            if plan.override is not None and breach.lacks_something:
                detail = {"reason": plan.override, "plan": plan.digest, **msgspec.to_builtins(breach)}
                site.registry.audit(site.actor, "contract.override", product.product.key, detail)


def _withdraw(site: Site, plan: Plan, observed: Observed, step: Step) -> None:
    """Take certifications from ports of blocked products, then from the ledger: what is gone already goes again."""
    products = [product for product in plan.products if product.withdrawals]
    work = [port for product in products for port in withdrawn(product, observed.relations)]
    if not work:
        return
    swap_only(site, work, step, lambda port: f"withdraw the certification of {port.label}")
    keys = [certification_key(change.relation) for product in products for change in product.withdrawals]
    site.registry.forget(site.catalog.name, site.domain, keys)


def converge(site: Site, plan: Plan) -> None:
    """Complete the ledger of publishes that were interrupted after their last write, and close their journal."""
    with locked(site):
        finish_ledger(site, [product for product in plan.products if not product.blocked])
        for run in open_publishes(site.registry.unfinished(site.domain)):
            site.registry.journal_end(run.id, "converged")


def write(
    site: Site,
    products: list[ProductPlan],
    observed: Observed,
    step: Step,
    protection: Protection,
    progress: Progress,
) -> None:
    """Write every port that has changes, and note in `progress` how far that came."""
    copies = _audited_copies(site, products, observed)
    work = {product.product.key: operations_for(product, observed.relations, copies) for product in products}
    pending = [port for each in work.values() for port in each]
    if not pending:
        protection.verify(step)
        progress.products.extend(products)
        return
    zone = prepare_zone([product.product for product in products])
    operations = [zone, *(each for port in pending for each in port.operations)]
    site.tell("rendering with dbt", 0, len(operations))
    rendered = site.renderer.render(operations)
    catalog: Catalog = site.catalog
    with intended(site, products, progress), catalog.writer(rendered.target) as writer:
        # From here on nobody else writes what is read: dbt that ran in the meantime has changed the artifacts.
        if site.artifacts() != observed.artifacts:
            raise PlanMovedError(
                "dbt ran after the plan was made: its rows are not the ones that were tested", hint="run it again"
            )
        step("prepare zone", lambda: writer.execute("", rendered.statements[zone.id]))
        protection.verify(step)
        for product in products:
            key = product.product.key
            for phase in PHASES:
                chosen = [port for port in work[key] if phase in ("stage", "swap") or getattr(port, phase)]
                _each_port(site, f"{phase} {key}", chosen, phase, rendered, writer, step, protection.renew, progress)
                if phase == "shield":
                    protection.settle(product, chosen, observed, step)
            progress.products.append(_as_certified(product, progress))


def _audited_copies(
    site: Site, products: Sequence[ProductPlan], observed: Observed
) -> dict[Relation, tuple[Relation, ...]]:
    """Return the audited copies that are kept of each port whose rows change: of ports that are ours by the ledger."""
    written = {change.relation for product in products for change in product.changes if change.kind == ports.KIND}
    ours = [
        port
        for product in products
        for port in product.product.ports
        if port.relation in written and native.is_native(port) and ports.key_of(port) in observed.ledger
    ]
    kept = site.catalog.raw_copies(sorted({port.source.database for port in ours})) if ours else []
    return {port.relation: native.copies_of(port, kept) for port in ours}


def _each_port(
    site: Site,
    label: str,
    ports: list[PortWork],
    phase: str,
    rendered: Rendered,
    writer: Writer,
    step: Step,
    renew: Callable[[], None],
    progress: Progress,
) -> None:
    """Do one phase for each port, as many at a time as the catalog takes; where ports change, `progress` notes it."""
    may_be_refused = {"keep": progress.lost, "certify": progress.uncertified}

    def one(port: PortWork) -> PortWork:
        alone = phase == "swap" and port.relation in progress.lost
        statements = statements_of(port.alone if alone else getattr(port, phase), rendered)
        if statements:
            if phase not in ("stage", "keep") and not site.catalog.capabilities.atomic:
                progress.begun.add(port.relation)
            try:
                step(f"{label}: {port.label}", partial(writer.execute, port.label, statements))
            except StatementRefused as refused:
                if phase not in may_be_refused:
                    raise
                may_be_refused[phase][port.relation] = refused.message
        return port

    for number, port in enumerate(in_parallel(one, ports, site.catalog.capabilities.parallel), start=1):
        site.tell(label, number, len(ports))
        if phase == ("certify" if port.certify else "swap"):
            progress.ports.add(port.relation)
        renew()


def _as_certified(product: ProductPlan, progress: Progress) -> ProductPlan:
    """Return what was done for a product: ports that could not be certified are not."""
    refused = {port.label for port in product.product.ports if port.relation in progress.uncertified}
    return msgspec.structs.replace(
        product,
        certifications={
            label: Certification(None, ("the catalog refused it",)) if label in refused else earned
            for label, earned in product.certifications.items()
        },
    )


def swap_only(site: Site, work: Sequence[PortWork], step: Step, label: Callable[[PortWork], str]) -> None:
    """Render and execute work that has nothing to stage, one port after another."""
    if not work:
        return
    site.tell("rendering with dbt", 0, len(work))
    rendered = site.renderer.render([operation for port in work for operation in port.swap])
    with site.catalog.writer(rendered.target) as writer:
        for port in work:
            step(label(port), partial(writer.execute, port.label, statements_of(port.swap, rendered)))


def statements_of(operations: Sequence[Operation], rendered: Rendered) -> list[Statement]:
    """Return the statements of some operations in order."""
    return [statement for operation in operations for statement in rendered.statements[operation.id]]


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
            lineage={port.label: site.lineage(port) for port in product.product.ports},
        )
    )
