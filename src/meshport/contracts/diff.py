"""What changed between two contracts, two ports, two products, and whether anybody would notice. Pure.

Each kind of change has a module (`columns`, `promises`, `quality`, `service`); how it is judged stands in `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from meshport.contracts.columns import column_changes
from meshport.contracts.promises import constraint_changes
from meshport.contracts.quality import rule_changes
from meshport.contracts.rules import ContractChange, Severity, change
from meshport.contracts.service import service_changes
from meshport.model import Contract, Port, Product

_ORDER: dict[Severity, int] = {"breaking": 0, "compatible": 1, "patch": 2}


class PortDiff(msgspec.Struct, frozen=True):
    """What became of a port: `port` is its label, `name` that without the version."""

    port: str
    name: str
    state: Literal["new", "removed", "changed", "unchanged"]
    changes: tuple[ContractChange, ...] = ()


class ProductDiff(msgspec.Struct, frozen=True):
    """What became of a product: `changes` are those of the whole product, `ports` is every port of either side."""

    changes: tuple[ContractChange, ...]
    ports: tuple[PortDiff, ...]

    @property
    def severity(self) -> Severity:
        """The worst of all changes; `patch` where there is none."""
        found = [*self.changes, *(each for port in self.ports for each in port.changes)]
        return min((each.severity for each in found), key=_ORDER.__getitem__, default="patch")


def diff_contracts(old: Contract, new: Contract, dialect: str) -> list[ContractChange]:
    """Return the changes from `old` to `new`, breaking ones first, then in the order of the columns."""
    return _sorted([*column_changes(old, new, dialect), *constraint_changes(old, new), *rule_changes(old, new)])


def diff_ports(old: Port, new: Port, dialect: str) -> list[ContractChange]:
    """Return what changed for readers of a port: its contract, and what it shows of its rows, and until when."""
    return _sorted([*diff_contracts(old.contract, new.contract, dialect), *_around(old, new)])


def diff_products(old: Product | None, new: Product, dialect: str) -> ProductDiff:
    """Return what changed from `old` (None: there was nothing) to `new`: of the product, and of each port by label."""
    before = {port.label: port for port in old.ports} if old else {}
    after = {port.label: port for port in new.ports}
    ports = (_port(before.get(label), after.get(label), dialect) for label in sorted({*before, *after}))
    return ProductDiff(tuple(_sorted(service_changes(old, new))) if old else (), tuple(ports))


def _port(old: Port | None, new: Port | None, dialect: str) -> PortDiff:
    if old is None:
        assert new is not None
        added = change("port_added", "", f"the port {new.label} is new")
        return PortDiff(new.label, new.name, "new", (added,))
    if new is None:
        gone = change("port_removed", "", f"the port {old.label} is gone")
        return PortDiff(old.label, old.name, "removed", (gone,))
    changes = tuple(diff_ports(old, new, dialect))
    return PortDiff(new.label, new.name, "changed" if changes else "unchanged", changes)


def _around(old: Port, new: Port) -> Iterator[ContractChange]:
    if old.row_filter != new.row_filter:
        kind = "row_filter_changed" if old.row_filter and new.row_filter else "row_filter_added"
        kind = kind if new.row_filter else "row_filter_removed"
        said = f"only rows with {new.row_filter.predicate} are shown" if new.row_filter else "all rows are shown"
        yield change(kind, "", said)
    if new.deprecation_date and (old.deprecation_date or "")[:10] != new.deprecation_date[:10]:
        yield change("port_deprecated", "", f"the port goes on {new.deprecation_date[:10]}")
    if old.description != new.description:
        yield change("description_changed", "", f"the description of {new.label} changed")


def _sorted(changes: Iterable[ContractChange]) -> list[ContractChange]:
    return sorted(changes, key=lambda each: _ORDER[each.severity])
