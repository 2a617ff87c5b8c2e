"""What happens to products after they were published: going back, and retiring. Both need a word of their own.

A rollback is recorded before the catalog changes: from then on the withdrawn build is not published again, and a
rollback that was interrupted is completed by asking for it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from meshport.contracts import next_version
from meshport.errors import BlockedError, InputError
from meshport.model import Port, Product
from meshport.plan.apply import swap_only, write
from meshport.plan.diff import diff
from meshport.plan.ledger import Progress, finish_ledger
from meshport.plan.make import Observed, product_digest, resources_of
from meshport.plan.operations import PortWork, drop, rollback
from meshport.plan.protecting import Protection
from meshport.plan.site import Site, journalled, locked
from meshport.plan.types import ProductPlan
from meshport.registry.types import LedgerKey, ProductVersion, PublicationRecord, Standing
from meshport.resources import observed_of
from meshport.resources.port import definition, protection

if TYPE_CHECKING:
    from meshport.registry import Registry


class Return(msgspec.Struct, frozen=True):
    """A port on its way back: `port` as it was declared then, `build` to return to, `withdrawn` the build that goes."""

    port: Port
    build: str
    withdrawn: str


def find_returns(
    registry: Registry, observed: Observed, key: str, labels: Collection[str]
) -> tuple[list[Return], list[Return]]:
    """Return which ports go back, and which of an interrupted rollback still have to. Empty `labels` means all.

    Both are empty where an interrupted rollback brought back all rows, and only the rest is left to do.
    Raises InputError for a product or port that was never published, BlockedError where nothing can go back.
    """
    versions = registry.versions(key)
    standing = standing_of(observed, key)
    for label in labels:
        port_of(standing, label)
    returns: list[Return] = []
    pending: list[Return] = []
    for port in standing.head.product.ports:
        if (labels and port.label not in labels) or port.label in standing.retired:
            continue
        relation = observed.relations.get(port.relation)
        if relation is None or not relation.previous or "build" not in relation.properties:
            continue
        build, current = relation.previous.get("build", ""), relation.properties["build"]
        withdrawn = standing.withdrawn.get(port.label, frozenset())
        then = _declared_then(versions, port, relation.previous.get("definition", ""))
        if then is None or build in withdrawn or relation.previous.get("protection") != protection(port):
            continue
        (pending if current in withdrawn else returns).append(Return(port=then, build=build, withdrawn=current))
    interrupted = {run.plan_digest for run in registry.unfinished(standing.head.product.domain)}
    if not returns and not pending and _journal_name(key) not in interrupted:
        raise BlockedError(
            f"there is no previous version of {key} to go back to",
            hint=f"meshport product history {key} shows what was published",
        )
    return returns, pending


def roll_back(site: Site, key: str, labels: Collection[str], note: str | None) -> list[str]:
    """Bring back the previous version of a product's ports and return their labels.

    Empty where an earlier rollback was interrupted after all rows were back: what was left is done now.
    """
    with locked(site) as lock:
        observed = site.observe()
        standing = standing_of(observed, key)
        returns, pending = find_returns(site.registry, observed, key, labels)
        by_label = {item.port.label: item for item in (*returns, *pending)}
        head = standing.head.product
        product = msgspec.structs.replace(
            head, ports=tuple(by_label[p.label].port if p.label in by_label else p for p in head.ports)
        )
        builds = {**standing.builds, **{label: item.build for label, item in by_label.items()}}
        version = _version(standing, product)
        with journalled(site, _journal_name(key)) as step:
            if returns:
                record = _record(site, standing, product, version, builds, returns, note)
                step(f"record {key}", partial(site.registry.record_publication, record))
            work = [rollback(key, item.port, observed.relations.get(item.port.relation)) for item in by_label.values()]
            swap_only(site, work, step, _label)
            after = site.observe()
            planned = _remainder(product, builds, version, after)
            write(site, [planned], after, step, Protection(site, lock.renew, [product]), Progress())
            finish_ledger(site, [planned])
    return sorted(by_label)


def retire(site: Site, key: str, labels: Collection[str], note: str | None) -> list[str]:
    """Take ports (all of them without `labels`) out of the catalog for good and return their labels."""
    with locked(site):
        observed = site.observe()
        standing = standing_of(observed, key)
        ports = [port_of(standing, label) for label in labels] if labels else list(standing.head.product.ports)
        gone = [port for port in ports if port.label not in standing.retired]
        with journalled(site, f"retire {key}") as step:
            # The registry first: from here on nobody finds what is about to go.
            for port in gone:
                site.registry.set_port_status(key, port.label, "retired", actor=site.actor, note=note)
            left = {p.label for p in standing.head.product.ports} - standing.retired - {p.label for p in gone}
            if not left:
                site.registry.set_product_status(key, "retired", actor=site.actor, note=note)
            present = [port for port in ports if port.relation in observed.relations]
            swap_only(site, [drop(key, port, observed.relations[port.relation]) for port in present], step, _label)
            resources = [r for port in present for r in observed_of(observed.relations[port.relation])]
            keys = [LedgerKey(kind=resource.kind, key=resource.key) for resource in resources]
            site.registry.forget(site.catalog.name, site.domain, keys)
    return sorted(port.label for port in ports)


def standing_of(observed: Observed, key: str) -> Standing:
    """Return where a product of this domain stands. Raises InputError where it was never published."""
    standing = observed.standing.get(key)
    if standing is None:
        known = ", ".join(sorted(observed.standing)) or "nothing yet"
        raise InputError(f"this domain never published {key}", hint=f"published: {known}")
    return standing


def port_of(standing: Standing, label: str) -> Port:
    """Return a port of a product by its label. Raises InputError where there is none."""
    port = standing.head.product.port(label)
    if port is None:
        labels = ", ".join(port.label for port in standing.head.product.ports)
        raise InputError(f"{standing.head.product.key} has no port `{label}`", hint=f"its ports: {labels}")
    return port


def _journal_name(key: str) -> str:
    return f"rollback {key}"


def _declared_then(versions: list[ProductVersion], port: Port, digest: str) -> Port | None:
    """Return the port as it was declared when the rows of that definition were written, the newest such declaration."""
    candidates = (version.product.port(port.label) for version in versions)
    return next((found for found in candidates if found is not None and definition(found) == digest), None)


def _version(standing: Standing, product: Product) -> str:
    head = standing.head
    if product_digest(product) == head.digest:
        return head.version
    return next_version(
        head.version, head.product, product, "duckdb" if head.catalog_type == "duckdb" else "databricks"
    )


def _record(
    site: Site,
    standing: Standing,
    product: Product,
    version: str,
    builds: Mapping[str, str],
    returns: list[Return],
    note: str | None,
) -> PublicationRecord:
    return PublicationRecord(
        product=product,
        version=version,
        digest=product_digest(product),
        plan_digest=f"rollback of {','.join(sorted(item.withdrawn for item in returns))}",
        actor=site.actor,
        catalog=standing.head.catalog,
        catalog_type=standing.head.catalog_type,
        kind="rollback",
        builds=dict(builds),
        withdrawn={item.port.label: item.withdrawn for item in returns},
        note=note,
    )


def _label(port: PortWork) -> str:
    return f"{port.swap[0].operation} {port.label}"


def _remainder(product: Product, builds: Mapping[str, str], version: str, observed: Observed) -> ProductPlan:
    """Return what still differs once the rows are back: comments and tags of the declaration of then."""
    relations = [observed.relations[port.relation] for port in product.ports if port.relation in observed.relations]
    changes, _ = diff(
        resources_of(product, builds), (r for relation in relations for r in observed_of(relation)), observed.ledger
    )
    return ProductPlan(
        product=product,
        version_before=version,
        version=version,
        register=False,
        gates=(),
        changes=tuple(change for change in changes if change.kind != "port"),
        builds=dict(builds),
        evidence={},
    )
