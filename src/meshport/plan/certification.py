"""Which ports have earned a certification, and what the others lack. Pure.

The catalog's own tag says it (Unity Catalog: `system.certification_status`, the vendor's "Flag data as certified or
deprecated"), so that plan, drift and ledger treat it as any other tag of a port. It is earned anew by every publish,
and it goes when evidence fails, also where nothing else is published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from meshport.contracts.levels import quality
from meshport.contracts.service import seconds_of
from meshport.model import Evidence, Gate, Port, Product, Relation, fold
from meshport.moments import moment_of
from meshport.plan.types import Certification, Change
from meshport.registry.types import ProductVersion, Standing
from meshport.resources import Resource, mask, row_filter, tag

KEY = tag.CERTIFICATION
CERTIFIED: Final = "certified"
DEPRECATED: Final = "deprecated"
GREEN = ("pass", "warn")
"""How a test ended that says nothing against its rows."""
_EVIDENCE = {"owner": "the owner", "tests": "tests", "masks": "masks", "row_filter": "the row filter"}
"""Gates that say something of the evidence. A breaking change that waits says nothing against what is published."""


class Facts(msgspec.Struct, frozen=True):
    """What was seen of a port's service: `age` of its rows in seconds, None where nobody knows; whether its masks and
    its row filter are what was written.
    """

    age: float | None = None
    shielded: bool = True


def certification(
    product: Product,
    port: Port,
    gates: Iterable[Gate],
    evidence: Sequence[Evidence],
    facts: Facts,
    *,
    deprecated: bool = False,
) -> Certification:
    """Return what one port has earned.

    `deprecated` where its day to go is declared in dbt or was decided (`deprecated`); else `certified` where it has an
    owner, an enforced contract, tests that all passed (at least one), the service levels it promises, and masks that
    are verified; else nothing, with what is missing. `evidence` is of the build that `facts` are of.
    """
    if deprecated or port.deprecation_date is not None:
        return Certification(DEPRECATED)
    missing = tuple(dict.fromkeys(_missing(product, port, gates, evidence, facts)))
    return Certification(None if missing else CERTIFIED, missing)


def of_published(
    head: ProductVersion, standing: Standing | None, results: Mapping[str, Sequence[Evidence]], moment: datetime
) -> dict[str, Certification]:
    """Return what the ports of a published product have earned by what the registry keeps, by label.

    Retired ones are left out. `results` are those of the newest publication that was tested, by label. Whether masks
    are still what was written, the catalog alone can say, and publishing asks it.
    """
    retired: Collection[str] = standing.retired if standing else ()
    deprecated: Collection[str] = standing.deprecated if standing else ()
    builds = standing.builds if standing else {}
    return {
        port.label: certification(
            head.product,
            port,
            (),
            results.get(port.label, ()),
            Facts(age=age_of(builds.get(port.label, ""), moment)),
            deprecated=port.label in deprecated or head.status == "deprecated",
        )
        for port in head.product.ports
        if port.label not in retired and head.status != "retired"
    }


def age_of(build: str, moment: datetime | None) -> float | None:
    """Return how old the rows of a build are, in seconds; a build is the time stamp at which they came to be."""
    built = moment_of(build)
    return None if moment is None or built is None else (moment - built).total_seconds()


def with_tags(product: Product, earned: Mapping[str, Certification]) -> Product:
    """Return the product with the tags that its ports have earned, by label. The declaration itself has none."""

    def tagged(port: Port) -> Port:
        status = earned[port.label].status if port.label in earned else None
        return port if status is None else msgspec.structs.replace(port, tags={**port.tags, KEY: status})

    return msgspec.structs.replace(product, ports=tuple(tagged(port) for port in product.ports))


def is_certification(resource: Resource) -> bool:
    """Whether a resource is the certification of a port."""
    return (resource.kind, resource.column, resource.name) == (tag.KIND, "", KEY)


def explained(changes: Iterable[Change], missing: Mapping[Relation, Sequence[str]]) -> list[Change]:
    """Return changes of certifications with the reason why one goes: what its port is missing."""
    return [
        msgspec.structs.replace(change, reason="; ".join(missing[change.relation]))
        if change.action == "delete" and missing.get(change.relation)
        else change
        for change in changes
    ]


def withdrawals(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return those changes of certifications that take away `certified`: what a blocked product loses all the same."""
    return tuple(change for change in changes if change.action == "delete" and change.fields[0].old == CERTIFIED)


def exposed(changes: Iterable[Change], port: Port) -> bool:
    """Whether masks or the row filter of a port that stands are not what was written, so that it shows too much."""
    return any(
        change.relation == port.relation and change.kind in (mask.KIND, row_filter.KIND) and change.drift
        for change in changes
    )


def _missing(
    product: Product, port: Port, gates: Iterable[Gate], evidence: Sequence[Evidence], facts: Facts
) -> Iterator[str]:
    if not str(product.owner):
        yield "it has no owner"
    if not port.contract.enforced:
        yield "its contract is not enforced"
    if not port.contract.columns or any(not column.data_type for column in port.contract.columns):
        yield "its contract does not type every column"
    failed = list(_failed_tests(port, evidence))
    yield from failed
    yield from _broken_promises(product, evidence, facts)
    if not facts.shielded:
        yield "its masks are not what was written"
    for gate in gates:
        said = (gate.name == "tests" and failed) or (gate.name == "owner" and not str(product.owner))
        if not gate.passed and gate.name in _EVIDENCE and not said and _concerns(gate, product, port):
            yield f"{_EVIDENCE[gate.name]}: {gate.subject}: {gate.reason}"


def _failed_tests(port: Port, evidence: Sequence[Evidence]) -> Iterator[str]:
    seen = {each.rule.unique_id for each in evidence}
    bad = [each.rule.name for each in evidence if each.status not in GREEN]
    if not evidence and not port.contract.rules:
        yield "it has no tests"
    if unseen := [rule.name for rule in port.contract.rules if rule.unique_id not in seen]:
        yield f"tests that were not run: {_listed(unseen)}"
    if bad:
        yield f"tests that failed: {_listed(bad)}"


def _broken_promises(product: Product, evidence: Sequence[Evidence], facts: Facts) -> Iterator[str]:
    slo = product.slo
    if slo.freshness is not None:
        promised = seconds_of(slo.freshness)
        if promised is None or facts.age is None:
            yield f"nothing shows that its rows are as fresh as promised ({slo.freshness})"
        elif facts.age > promised:
            yield f"its rows are older than promised ({slo.freshness})"
    share = quality(evidence)
    if slo.quality is not None and share is not None and share < slo.quality:
        yield f"{share:.1%} of its tests passed, {slo.quality:.1%} is promised"


def _concerns(gate: Gate, product: Product, port: Port) -> bool:
    """Whether a gate is about this port, one of its columns or tests, or the whole product."""
    subject, label = fold(gate.subject), fold(port.label)
    return (
        gate.subject in (product.name, product.key)
        or subject == label
        or subject.startswith((f"{label}.", f"{label}:"))
    )


def _listed(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
