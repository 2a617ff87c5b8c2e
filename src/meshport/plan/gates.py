"""The gates of publishing that look at what is published already: ports, names, builds. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from meshport.model import Gate, Port, Product, Relation, fold
from meshport.plan.diff import Ledger
from meshport.registry.types import Standing
from meshport.resources import ObservedRelation
from meshport.resources import port as ports


def past_gates(product: Product, standing: Standing) -> Iterator[Gate]:
    """Yield a blocked gate for each port that would hide nothing any more, while its table still holds what it hid.

    The catalog refuses to read the past of a table that has masks or a row filter, and of no other.
    """
    declared = {port.label: port for port in product.ports}
    for port in standing.head.product.ports:
        now = declared.get(port.label)
        if now is not None and _has_past(port) and _hides(port) and not _hides(now):
            yield Gate(
                name="masks",
                subject=now.label,
                passed=False,
                reason="it would hide nothing any more, and readers could read what older versions of its table hid",
                hint=f"publish it as a new version of `{now.name}`: another table, without that past",
            )


def _has_past(port: Port) -> bool:
    return port.mode in ("clone", "copy")


def _hides(port: Port) -> bool:
    return port.row_filter is not None or any(column.mask is not None for column in port.contract.columns)


def continuity_gates(product: Product, standing: Standing) -> Iterator[Gate]:
    """Yield blocked gates for what would take something from consumers without a word: ports gone, names taken over."""
    declared = {port.label: port for port in product.ports}
    for port in standing.head.product.ports:
        now = declared.get(port.label)
        if port.label in standing.retired:
            if now is not None:
                reason, hint = "the port was retired", "publish it again as a new version, or under another name"
                yield Gate(name="contract", subject=port.label, passed=False, reason=reason, hint=hint)
        elif now is not None and now.relation != port.relation:
            reason = f"breaking: the port would move from {port.relation} to {now.relation}"
            hint = "publish it as a new version beside this one, or keep its alias"
            yield Gate(name="contract", subject=port.label, passed=False, reason=reason, hint=hint)
        elif now is None:
            yield Gate(
                name="contract",
                subject=port.label,
                passed=False,
                reason="breaking: the port is published and is not declared any more",
                hint=f"declare it again, or retire it first: meshport product retire {product.key} --port {port.label}",
            )
    packages = {port.unique_id.split(".")[1] for port in standing.head.product.ports}
    ours = {port.unique_id.split(".")[1] for port in product.ports}
    if packages and ours and not packages & ours:
        yield Gate(
            name="origin",
            subject=product.name,
            passed=False,
            reason=f"another dbt project ({', '.join(sorted(packages))}) has published {product.key}",
            hint="two products cannot share a name: rename the group, or the domain in mesh.yml",
        )


def withdrawn_gates(builds: Mapping[str, str], withdrawn: Mapping[str, Collection[str]]) -> Iterator[Gate]:
    """Yield a blocked gate for each build that a rollback took away: it does not come back by publishing it again."""
    for label, build in builds.items():
        if build in withdrawn.get(label, ()):
            yield Gate(
                name="withdrawn",
                subject=label,
                passed=False,
                reason=f"the build of {build} was rolled back",
                hint="mend the model and run `meshport build` again",
            )


Place = tuple[str, str]
"""Schema and identifier of a relation as the catalog compares them."""


def place_of(relation: Relation) -> Place:
    """Return the place that a relation takes in its catalog."""
    return fold(relation.schema), fold(relation.identifier)


def place_gates(product: Product, places: Mapping[Place, ObservedRelation], ledger: Ledger) -> Iterator[Gate]:
    """Yield a blocked gate for each port in whose place, or its previous version's, somebody else's relation stands."""
    for port in product.ports:
        for relation in (port.relation, ports.previous_of(port)):
            found = places.get(place_of(relation))
            ours = found is not None and ("build" in found.properties or ports.key_of(port) in ledger)
            if found is None or (ours and found.relation == port.relation):
                continue
            yield Gate(
                name="place",
                subject=port.label,
                passed=False,
                reason="a relation that meshport did not write stands at "
                f"{found.relation.schema}.{found.relation.identifier}",
                hint="move it out of the published zone, or give the model another alias",
            )


def leftover_gates(standing: Standing, relations: Mapping[Relation, ObservedRelation]) -> Iterator[Gate]:
    """Yield a blocked gate for each retired port that is still in the catalog: a retirement was interrupted."""
    for port in standing.head.product.ports:
        if port.label in standing.retired and port.relation in relations:
            key = standing.head.product.key
            yield Gate(
                name="retired",
                subject=port.label,
                passed=False,
                reason="it is retired and still in the catalog: its retirement was interrupted",
                hint=f"finish it: meshport product retire {key} --port {port.label}",
            )
