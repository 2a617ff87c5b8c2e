"""What a change costs: building what it changes again, and all below it, by how long each node took last. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal

import msgspec

from meshport.artifacts.project import Project, Result
from meshport.mesh import Cost
from meshport.operations.cost.rate import currency_of, price_of


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """A node that is built again. `changed`: by the change itself, else because it is below. `seconds` and `amount` are
    None where no run is known.
    """

    unique_id: str
    name: str
    changed: bool
    seconds: float | None
    amount: Decimal | None


class ChangeCost(msgspec.Struct, frozen=True, kw_only=True):
    """What one run of everything that a change touches costs, the costliest node first. `currency` is `s` where no rate
    says what an hour costs: amounts are seconds then.
    """

    nodes: tuple[Rebuilt, ...]
    currency: str

    @property
    def amount(self) -> Decimal:
        """What all nodes that have run cost together."""
        return sum((each.amount for each in self.nodes if each.amount is not None), Decimal(0))

    @property
    def seconds(self) -> float:
        """How long they took together."""
        return sum(each.seconds for each in self.nodes if each.seconds is not None)

    @property
    def unknown(self) -> int:
        """How many nodes never ran."""
        return sum(each.seconds is None for each in self.nodes)


def change_cost(project: Project, changed: Collection[str], known: Sequence[Project], rate: Cost) -> ChangeCost:
    """Return what building changed nodes (unique ids) and all below them costs.

    Times are of the first of the `known` states of the project in which the node ran.
    """
    below: dict[str, list[str]] = defaultdict(list)
    for node in project.nodes.values():
        for parent in node.depends_on:
            below[parent].append(node.unique_id)
    waiting, found = list(changed), set()
    while waiting:
        unique_id = waiting.pop()
        if unique_id not in found:
            found.add(unique_id)
            waiting += below[unique_id]
    built = [project.nodes[each] for each in found if each in project.nodes]
    nodes = [
        _rebuilt(node.unique_id, node.name, node.unique_id in changed, _newest(node.unique_id, known), rate)
        for node in built
        if node.resource_type != "source"
    ]
    nodes.sort(key=lambda each: (-(each.amount or Decimal(0)), each.unique_id))
    return ChangeCost(nodes=tuple(nodes), currency=currency_of(rate))


def _newest(unique_id: str, known: Sequence[Project]) -> Result | None:
    return next((each.results[unique_id] for each in known if unique_id in each.results), None)


def _rebuilt(unique_id: str, name: str, changed: bool, result: Result | None, rate: Cost) -> Rebuilt:
    seconds = None if result is None else result.execution_time
    return Rebuilt(
        unique_id=unique_id,
        name=name,
        changed=changed,
        seconds=seconds,
        amount=None if seconds is None else price_of(seconds, rate),
    )
