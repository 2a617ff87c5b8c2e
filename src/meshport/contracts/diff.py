"""What changed between two contracts of a port, and whether its readers would notice. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from meshport.datatypes import same
from meshport.model import Constraint, Contract, fold

Severity = Literal["breaking", "compatible", "patch"]


class ContractChange(msgspec.Struct, frozen=True):
    """One difference. `subject` is a column's name, or empty for the whole contract."""

    severity: Severity
    kind: str
    subject: str
    message: str


def diff_contracts(old: Contract, new: Contract, dialect: str) -> list[ContractChange]:
    """Return the changes from `old` to `new`, breaking ones first, then in the order of the columns.

    Breaking: a column removed or retyped, a constraint added (tighter) or removed (readers relied on it).
    Compatible: a column added. Patch: descriptions. Renaming is removing and adding.
    """
    changes: list[ContractChange] = []
    for column in old.columns:
        now = new.column(column.name)
        if now is None:
            changes.append(
                ContractChange("breaking", "column_removed", column.name, f"the column `{column.name}` is gone")
            )
            continue
        if not same(column.data_type, now.data_type, dialect):
            message = f"the type of `{column.name}` changed from {column.data_type} to {now.data_type}"
            changes.append(ContractChange("breaking", "column_retyped", column.name, message))
        if column.description != now.description:
            message = f"the description of `{column.name}` changed"
            changes.append(ContractChange("patch", "description_changed", column.name, message))
        if column.classification != now.classification or column.mask != now.mask:
            changes.append(_masking(column.name, column.mask is not None, now.mask is not None))
    changes += [
        ContractChange("compatible", "column_added", column.name, f"the column `{column.name}` is new")
        for column in new.columns
        if old.column(column.name) is None
    ]
    changes += _constraints(old, new)
    order = {"breaking": 0, "compatible": 1, "patch": 2}
    return sorted(changes, key=lambda change: order[change.severity])


def _masking(column: str, before: bool, after: bool) -> ContractChange:
    if before == after:
        return ContractChange("compatible", "mask_changed", column, f"`{column}` is classified or masked differently")
    word = "now masked" if after else "no longer masked"
    return ContractChange("compatible", "mask_changed", column, f"`{column}` is {word}")


def _constraints(old: Contract, new: Contract) -> list[ContractChange]:
    """Compare constraints whose columns exist on both sides: a removed or new column speaks for itself."""
    before = {_identity(c): c for c in old.constraints if all(new.column(name) for name in c.columns)}
    after = {_identity(c): c for c in new.constraints if all(old.column(name) for name in c.columns)}
    changes = []
    for identity in before.keys() - after.keys():
        constraint = before[identity]
        message = f"{_name(constraint)} is no longer promised"
        changes.append(ContractChange("breaking", "constraint_removed", ", ".join(constraint.columns), message))
    for identity in after.keys() - before.keys():
        constraint = after[identity]
        message = f"{_name(constraint)} is required now: the contract is tighter"
        changes.append(ContractChange("breaking", "constraint_added", ", ".join(constraint.columns), message))
    return sorted(changes, key=lambda change: (change.subject, change.message))


def _identity(constraint: Constraint) -> tuple[object, ...]:
    columns = frozenset(fold(name) for name in constraint.columns)
    return constraint.type, columns, " ".join((constraint.expression or "").split())


def _name(constraint: Constraint) -> str:
    what = constraint.type.replace("_", " ")
    where = f" on {', '.join(f'`{name}`' for name in constraint.columns)}" if constraint.columns else ""
    return f"{what}{where}" + (f" ({constraint.expression})" if constraint.expression else "")
