"""Make a plan: desired state from the project, observed state as it was read, their difference. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from meshport.artifacts.project import Project
from meshport.contracts import FIRST, next_version
from meshport.model import Evidence, Gate, Product, Relation
from meshport.plan import certification as certificates
from meshport.plan.contract_gates import breach_gates, breaches, changes_in_place, contract_gates
from meshport.plan.diff import Ledger, diff
from meshport.plan.earned import certified, orphaned
from meshport.plan.evidence import evidence_of
from meshport.plan.gates import (
    Place,
    continuity_gates,
    leftover_gates,
    past_gates,
    place_gates,
    place_of,
    withdrawn_gates,
)
from meshport.plan.guard import removals_of
from meshport.plan.types import Certification, Change, Foreign, Plan, ProductPlan
from meshport.products import Declared
from meshport.registry.types import Consumers, ProductVersion, Standing
from meshport.resources import ObservedRelation, Resource, desired_of, observed_of


class Observed(msgspec.Struct, frozen=True):
    """Everything that was read before planning: the catalog, the ledger, the registry, and the artifacts as a digest.

    `interrupted` says that an earlier publish of this domain began and did not end. `consumers` are no part of the
    basis: who subscribes in the meantime does not make a plan unfit.
    """

    catalog: str
    catalog_type: str
    relations: Mapping[Relation, ObservedRelation]
    ledger: Ledger
    standing: Mapping[str, Standing]
    interrupted: bool
    artifacts: str = ""
    consumers: Mapping[str, Consumers] = {}

    @property
    def basis(self) -> str:
        """A digest of it all: a plan holds only as long as this does."""
        relations = [self.relations[relation] for relation in sorted(self.relations)]
        return fingerprint([self.catalog, relations, self.ledger, self.standing, self.artifacts])


class Verdicts(msgspec.Struct, frozen=True):
    """What policies and data policies said: gates by product key, evidence of data policies by a model's unique id."""

    gates: Mapping[str, Sequence[Gate]] = {}
    evidence: Mapping[str, Sequence[Evidence]] = {}


def make_plan(
    domain: str,
    project: Project,
    declared: list[Declared],
    observed: Observed,
    target: str | None = None,
    override: str | None = None,
    verdicts: Verdicts | None = None,
    moment: datetime | None = None,
    *,
    certify: bool = True,
) -> Plan:
    """Return what publishing these products would change. `target` is dbt's, None for the profile's default.

    `override` is the reason for publishing breaking changes that ask for more than they have. `moment` is what time it
    is, with a time zone: rows that are older than promised are not certified. Without `certify`, none are.
    """
    products: list[ProductPlan] = []
    foreign: list[Foreign] = []
    places = {place_of(relation): found for relation, found in observed.relations.items()}
    for item in declared:
        product_plan, left_alone = _plan_product(
            project, item, observed, places, target, override, verdicts or Verdicts(), moment, certify=certify
        )
        products.append(product_plan)
        foreign.extend(left_alone)
    keys = {item.product.key for item in declared}
    undeclared = (_undeclared(standing, observed) for key, standing in observed.standing.items() if key not in keys)
    products += [planned for planned in undeclared if planned is not None]
    needed = any(breach.lacks_something for product in products for breach in product.breaches)
    return sealed(
        Plan(
            domain=domain,
            catalog=observed.catalog,
            catalog_type=observed.catalog_type,
            basis=observed.basis,
            products=tuple(products),
            foreign=tuple(foreign),
            removals=removals_of(_done(products), observed.ledger),
            override=override if needed else None,
        )
    )


def _done(products: Sequence[ProductPlan]) -> Iterator[Change]:
    """Yield the changes of products that are not blocked."""
    for product in products:
        if not product.blocked:
            yield from product.changes


def sealed(plan: Plan) -> Plan:
    """Return the plan with its digest set."""
    return msgspec.structs.replace(plan, digest=digest_of(plan.as_data()))


def digest_of(data: object) -> str:
    """Return the digest of a plan as JSON-able data, over everything but the digest itself."""
    assert isinstance(data, dict)
    return fingerprint({key: value for key, value in data.items() if key != "digest"})


def product_digest(product: Product) -> str:
    """Return the digest of a product's definition: two products with the same digest are the same version."""
    return fingerprint(product)


def version_of(product: Product, head: ProductVersion | None, dialect: str) -> str:
    """Return the version that publishing a product gives, where `head` is its newest version so far."""
    if head is None:
        return FIRST
    same = head.digest == product_digest(product)
    return head.version if same else next_version(head.version, head.product, product, dialect)


def resources_of(
    product: Product, builds: Mapping[str, str], certifications: Mapping[str, Certification] | None = None
) -> list[Resource]:
    """Return everything that should be in the catalog for one product, with what its ports have earned."""
    product = certificates.with_tags(product, certifications or {})
    return [resource for port in product.ports for resource in desired_of(port, builds[port.label])]


def _plan_product(
    project: Project,
    declared: Declared,
    observed: Observed,
    places: Mapping[Place, ObservedRelation],
    target: str | None,
    override: str | None,
    verdicts: Verdicts,
    moment: datetime | None,
    *,
    certify: bool,
) -> tuple[ProductPlan, list[Foreign]]:
    product, standing = declared.product, observed.standing.get(declared.product.key)
    gates: list[Gate] = list(declared.problems)
    builds: dict[str, str] = {}
    evidence: dict[str, tuple[Evidence, ...]] = {}
    for port in product.ports:
        build, seen, port_gates = evidence_of(project, port, target)
        gates += port_gates
        evidence[port.label] = (*seen, *verdicts.evidence.get(port.unique_id, ()))
        # Without a build the plan still shows what would be written; the gate keeps it from being written.
        builds[port.label] = build or ""
    consumers = observed.consumers.get(product.key, Consumers())
    changes_now = changes_in_place(product, standing, project.adapter_type)
    broken = breaches(product, standing, changes_now, consumers, project.adapter_type)
    gates += contract_gates(product, standing, changes_now, override)
    gates += breach_gates(product, broken, override)
    gates += place_gates(product, places, observed.ledger)
    gates += verdicts.gates.get(product.key, ())
    if standing is not None:
        gates += continuity_gates(product, standing)
        gates += past_gates(product, standing)
        gates += withdrawn_gates(builds, standing.withdrawn)
        gates += leftover_gates(standing, observed.relations)
    relations = [observed.relations[port.relation] for port in product.ports if port.relation in observed.relations]
    there = [resource for relation in relations for resource in observed_of(relation)]
    changes, foreign = diff(
        resources_of(product, builds),
        [resource for resource in there if not certificates.is_certification(resource)],
        observed.ledger,
        interrupted=observed.interrupted,
    )
    earned = certified(product, standing, gates, evidence, builds, changes, observed, moment, certify=certify)
    digest = product_digest(product)
    head = standing.head if standing else None
    planned = ProductPlan(
        product=product,
        version_before=head.version if head else None,
        version=version_of(product, head, project.adapter_type),
        register=standing is None or head is None or _unrecorded(standing, digest, builds, observed.catalog),
        gates=tuple(gates),
        changes=(*changes, *earned.changes),
        builds=builds,
        evidence=evidence,
        breaches=broken,
        certifications=earned.certifications,
        withdrawals=earned.withdrawals,
    )
    return planned, [*foreign, *earned.foreign]


def _unrecorded(standing: Standing, digest: str, builds: Mapping[str, str], catalog: str) -> bool:
    """Tell whether the registry does not have this definition, with these builds, at this place."""
    return standing.head.digest != digest or standing.builds != builds or standing.head.catalog != catalog


def _undeclared(standing: Standing, observed: Observed) -> ProductPlan | None:
    """Return the plan for a published product that the project does not declare any more: nothing, loudly.

    None where all of it is retired, and gone.
    """
    product = standing.head.product
    gates = list(leftover_gates(standing, observed.relations))
    if any(port.label not in standing.retired for port in product.ports):
        reason = "breaking: the product is published and is not declared any more"
        hint = f"declare it again, or retire it first: meshport product retire {product.key}"
        gates.append(Gate(name="contract", subject=product.name, passed=False, reason=reason, hint=hint))
    if not gates:
        return None
    return ProductPlan(
        product=product,
        version_before=standing.head.version,
        version=standing.head.version,
        register=False,
        gates=tuple(gates),
        changes=(),
        builds=standing.builds,
        evidence={},
        withdrawals=orphaned(product, (), observed),
    )


def fingerprint(value: object) -> str:
    """Return a digest of anything that goes to JSON."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
