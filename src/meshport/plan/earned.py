"""Certifications of a product's ports as planning has them: earned by what is declared, lost by what is not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from meshport.model import Evidence, Gate, Product, Relation
from meshport.plan import certification as certificates
from meshport.plan.diff import diff
from meshport.plan.types import Certification, Change, Foreign
from meshport.registry.types import Standing
from meshport.resources import Resource, observed_of, tag

if TYPE_CHECKING:
    from meshport.plan.make import Observed


class Certified(msgspec.Struct, frozen=True):
    """What ports have earned, by label, and what that changes: with the product, or all the same (`withdrawals`)."""

    certifications: dict[str, Certification]
    changes: tuple[Change, ...]
    withdrawals: tuple[Change, ...]
    foreign: tuple[Foreign, ...]


def certified(
    product: Product,
    standing: Standing | None,
    gates: Sequence[Gate],
    evidence: Mapping[str, Sequence[Evidence]],
    builds: Mapping[str, str],
    changes: Sequence[Change],
    observed: Observed,
    moment: datetime | None,
    *,
    certify: bool = True,
) -> Certified:
    """Return what the ports of a product have earned, where the catalog masks on read: there, certification is a tag.

    `changes` are the product's others. Where a gate is blocked they are not made: ports show the builds that they have.
    """
    blocked = any(not gate.passed for gate in gates)
    shown = standing.builds if blocked and standing is not None else builds
    going = standing is not None and standing.head.status == "deprecated"
    deprecated = standing.deprecated if standing is not None else frozenset()
    earned = {
        port.label: certificates.certification(
            product,
            port,
            gates,
            evidence.get(port.label, ()),
            certificates.Facts(
                age=certificates.age_of(shown.get(port.label, ""), moment),
                shielded=not (blocked and certificates.exposed(changes, port)),
            ),
            deprecated=going or port.label in deprecated,
        )
        for port in product.ports
        if port.mode is not None and certify
    }
    tagged = certificates.with_tags(product, earned)
    wanted = [resource for port in tagged.ports for resource in tag.desired(port)]
    places = [port.relation for port in product.ports]
    found, foreign = _differ(wanted, places, observed)
    found = certificates.explained(
        found, {p.relation: earned[p.label].missing for p in product.ports if p.label in earned}
    )
    if not blocked:
        return Certified(earned, tuple(found), (), tuple(foreign))
    lost = certificates.withdrawals(found)
    if standing is not None:
        lost = (*lost, *orphaned(standing.head.product, places, observed))
    return Certified(earned, (), lost, tuple(foreign))


def orphaned(published: Product, declared: Collection[Relation], observed: Observed) -> tuple[Change, ...]:
    """Return the withdrawals of published ports that nobody declares any more: nothing shows that they are any good."""
    places = [port.relation for port in published.ports if port.relation not in declared]
    changes, _ = _differ([], places, observed)
    reasons = dict.fromkeys(places, ("it is not declared any more",))
    return certificates.withdrawals(certificates.explained(changes, reasons))


def _differ(
    wanted: Sequence[Resource], places: Collection[Relation], observed: Observed
) -> tuple[list[Change], list[Foreign]]:
    relations = [observed.relations[place] for place in places if place in observed.relations]
    there = [resource for relation in relations for resource in observed_of(relation)]
    return diff(
        filter(certificates.is_certification, wanted),
        filter(certificates.is_certification, there),
        observed.ledger,
        interrupted=observed.interrupted,
    )
