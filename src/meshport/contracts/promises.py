"""What changed in what a contract promises of its rows by constraints: nulls, keys, uniqueness, everything else. Pure.

A primary key is three promises (no nulls, no row twice, this is what a row is), each judged for itself. Columns that
came or went are left out: they speak for themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from meshport.contracts.rules import ContractChange, change
from meshport.model import Constraint, Contract, fold

Promise = tuple[object, ...]


def constraint_changes(old: Contract, new: Contract) -> Iterator[ContractChange]:
    """Yield what changed in the constraints, by column."""
    if old.constraints == new.constraints:
        return
    shared = {fold(column.name) for column in old.columns} & {fold(column.name) for column in new.columns}
    before, after = promises(old, shared), promises(new, shared)
    found = [_lost(before[promise]) for promise in before.keys() - after.keys()]
    found += [_gained(after[promise]) for promise in after.keys() - before.keys()]
    yield from sorted(found, key=lambda item: (item.subject, item.message))
    yield from _key(_primary_key(old), _primary_key(new), shared)


def promises(contract: Contract, columns: Collection[str]) -> dict[Promise, Constraint]:
    """Return what the constraints promise of these columns (folded names), each as a constraint that says only that."""
    found: dict[Promise, Constraint] = {}
    for constraint in contract.constraints:
        for part in _parts(constraint):
            if all(fold(name) in columns for name in part.columns):
                found[_identity(part)] = part
    return found


def not_null(column: str) -> Promise:
    """Return the promise that a column holds no nulls."""
    return _identity(Constraint("not_null", (column,)))


def unique(column: str) -> Promise:
    """Return the promise that no value of a column comes twice."""
    return _identity(Constraint("unique", (column,)))


def _parts(constraint: Constraint) -> Iterator[Constraint]:
    if constraint.type == "not_null":
        for name in constraint.columns:
            yield Constraint("not_null", (name,))
    elif constraint.type == "primary_key":
        yield from (Constraint("not_null", (name,)) for name in constraint.columns)
        yield Constraint("unique", constraint.columns)
    else:
        yield constraint


def _identity(constraint: Constraint) -> Promise:
    return (
        constraint.type,
        frozenset(fold(name) for name in constraint.columns),
        " ".join((constraint.expression or "").split()),
        constraint.to,
        tuple(fold(name) for name in constraint.to_columns),
    )


def _lost(constraint: Constraint) -> ContractChange:
    kind = "nullability_loosened" if constraint.type == "not_null" else "constraint_removed"
    return change(kind, ", ".join(constraint.columns), f"{_name(constraint)} is no longer promised")


def _gained(constraint: Constraint) -> ContractChange:
    kind = "nullability_tightened" if constraint.type == "not_null" else "constraint_added"
    return change(kind, ", ".join(constraint.columns), f"{_name(constraint)} is required now: the contract is tighter")


def _primary_key(contract: Contract) -> tuple[str, ...]:
    return next((each.columns for each in contract.constraints if each.type == "primary_key"), ())


def _key(old: tuple[str, ...], new: tuple[str, ...], shared: Collection[str]) -> Iterator[ContractChange]:
    if {fold(name) for name in old} == {fold(name) for name in new} or not all(
        fold(name) in shared for name in (*old, *new)
    ):
        return
    before, after = (", ".join(f"`{name}`" for name in names) for names in (old, new))
    if not old:
        yield change("key_added", ", ".join(new), f"the primary key is {after}")
    elif not new:
        yield change("key_removed", ", ".join(old), f"the primary key was {before}, and there is none now")
    else:
        yield change("key_changed", ", ".join(new), f"the primary key was {before}, and is {after} now")


def _name(constraint: Constraint) -> str:
    what = constraint.type.replace("_", " ")
    where = f" on {', '.join(f'`{name}`' for name in constraint.columns)}" if constraint.columns else ""
    to = f" to {constraint.to}" if constraint.to else ""
    return f"{what}{where}{to}" + (f" ({constraint.expression})" if constraint.expression else "")
