"""What changed in the columns of a contract: which there are, their types, order, descriptions, protection. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from meshport.contracts.rules import ContractChange, change
from meshport.contracts.widening import compare_types
from meshport.model import Column, Contract, fold


def column_changes(old: Contract, new: Contract, dialect: str) -> Iterator[ContractChange]:
    """Yield what changed, in the order of the old columns, then what is new in the order of the new ones."""
    if old.columns == new.columns:
        return
    before = {fold(column.name): column for column in old.columns}
    after = {fold(column.name): column for column in new.columns}
    for name, column in before.items():
        now = after.get(name)
        if now is None:
            yield change("column_removed", column.name, f"the column `{column.name}` is gone")
        elif now != column:
            yield from _column(column, now, dialect)
    for name, column in after.items():
        if name not in before:
            yield change("column_added", column.name, f"the column `{column.name}` is new")
    order = [after[name].name for name in before if name in after]
    now_order = [column.name for name, column in after.items() if name in before]
    if order != now_order:
        yield change("columns_reordered", "", f"the columns come in another order: {', '.join(now_order)}")


def _column(old: Column, new: Column, dialect: str) -> Iterator[ContractChange]:
    step = compare_types(old.data_type, new.data_type, dialect)
    if step != "same":
        kind, verb = {"wider": ("widened",) * 2, "narrower": ("narrowed",) * 2}.get(step, ("retyped", "changed"))
        message = f"the type of `{old.name}` {verb} from {old.data_type} to {new.data_type}"
        yield change(f"column_{kind}", old.name, message)
    if old.description != new.description:
        yield change("description_changed", old.name, f"the description of `{old.name}` changed")
    if old.mask != new.mask:
        kind, words = (
            ("mask_added", "is masked now")
            if old.mask is None
            else ("mask_removed", "is no longer masked")
            if new.mask is None
            else ("mask_changed", "is masked in another way")
        )
        yield change(kind, old.name, f"`{old.name}` {words}")
    if old.classification != new.classification:
        said = f"`{old.name}` was {old.classification or 'not classified'}, and is {new.classification or 'not'} now"
        yield change("classification_changed", old.name, said)
