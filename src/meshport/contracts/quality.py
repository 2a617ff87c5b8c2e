"""What changed in a contract's quality rules, the tests of a port. Pure.

Unit tests are left out: they tell of a model's code, not of its rows. So are tests of columns that came or went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from meshport.contracts.promises import not_null, promises, unique
from meshport.contracts.rules import ContractChange, change
from meshport.model import Contract, QualityRule, fold

Key = Callable[[QualityRule], object]
Direction = bool | None
"""Whether a change asks for more (True) or for less (False) than before; None where that cannot be told."""


def rule_changes(old: Contract, new: Contract) -> Iterator[ContractChange]:
    """Yield what changed in the tests: pairs of one kind on one column first, then what is gone, then what is new."""
    if old.rules == new.rules:
        return
    shared = {fold(column.name) for column in old.columns} & {fold(column.name) for column in new.columns}
    before, after = ([rule for rule in side.rules if _counts(rule, shared)] for side in (old, new))
    for key in (_whole, _by_name, _by_column):
        for was, now in _take_pairs(before, after, key):
            yield from _pair(was, now)
    promised = promises(new, shared)
    for rule in before:
        if not _covered(rule, promised):
            kind = "rule_removed" if rule.severity == "error" else "warning_changed"
            yield change(kind, rule.column or "", f"{_name(rule)} is not tested any more")
    for rule in after:
        yield change("rule_added", rule.column or "", f"{_name(rule)} is tested now")


def _counts(rule: QualityRule, shared: set[str]) -> bool:
    return rule.kind != "unit" and (rule.column is None or fold(rule.column) in shared)


def _covered(rule: QualityRule, promised: dict[Any, Any]) -> bool:
    """Tell whether a constraint promises what the test did."""
    same = {"not_null": not_null, "unique": unique}.get(rule.kind)
    return same is not None and rule.column is not None and same(rule.column) in promised


def _take_pairs(
    before: list[QualityRule], after: list[QualityRule], key: Key
) -> Iterator[tuple[QualityRule, QualityRule]]:
    """Yield the rules that have the same key on both sides, in order, and take them out of the lists."""
    waiting: dict[object, list[QualityRule]] = {}
    for rule in after:
        waiting.setdefault(key(rule), []).append(rule)
    for rule in list(before):
        if found := waiting.get(key(rule)):
            match = found.pop(0)
            before.remove(rule)
            after.remove(match)
            yield rule, match


def _by_column(rule: QualityRule) -> object:
    # A singular test is nothing but its name.
    return rule.kind, fold(rule.column or ""), rule.name if rule.kind == "singular" else ""


def _by_name(rule: QualityRule) -> object:
    return _by_column(rule), rule.name


def _whole(rule: QualityRule) -> object:
    return _by_column(rule), msgspec.json.encode([rule.arguments, rule.severity, rule.limits], order="sorted")


def _pair(old: QualityRule, new: QualityRule) -> Iterator[ContractChange]:
    """Yield how a test of one kind on one column changed; nothing where it did not."""
    if _whole(old) == _whole(new):
        return
    column, name = new.column or "", _name(new)
    if old.severity != "error" and new.severity != "error":
        yield change("warning_changed", column, f"{name} only warns, and changed")
        return
    if old.severity != new.severity:
        weaker = old.severity == "error"
        words = "is a warning now, and was an error" if weaker else "is an error now, and was a warning"
        yield change("rule_weakened" if weaker else "rule_tightened", column, f"{name} {words}")
    if old.limits != new.limits:
        yield _directed(_limits(old.limits, new.limits), column, name, _said(old.limits, new.limits))
    if old.arguments != new.arguments:
        yield from _arguments(old, new, column, name)


def _arguments(old: QualityRule, new: QualityRule, column: str, name: str) -> Iterator[ContractChange]:
    changed = {key for key in {*old.arguments, *new.arguments} if old.arguments.get(key) != new.arguments.get(key)}
    before, after = old.arguments.get("values"), new.arguments.get("values")
    if old.kind == "accepted_values" and changed == {"values"} and isinstance(before, list) and isinstance(after, list):
        for kind, values in (
            ("values_added", [value for value in after if value not in before]),
            ("values_removed", [value for value in before if value not in after]),
        ):
            if values:
                word = "also" if kind == "values_added" else "no longer"
                yield change(kind, column, f"`{column}` may {word} be {', '.join(map(str, values))}")
        return
    said = _said(old.arguments, new.arguments)
    yield _directed(_range(old.arguments, new.arguments, changed), column, name, said)


def _limits(old: dict[str, Any], new: dict[str, Any]) -> Direction:
    """A condition on the rows that comes or goes is the one change of a test's limits whose direction is plain."""
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    if changed == {"where"} and ("where" not in old or "where" not in new):
        return "where" in old
    return None


def _range(old: dict[str, Any], new: dict[str, Any], changed: set[str]) -> Direction:
    """Arguments that bound a range, by the names that dbt's packages give them."""
    directions: set[bool] = set()
    for key in changed:
        before, after = old.get(key), new.get(key)
        if key not in ("min_value", "max_value"):
            return None
        if not isinstance(before, int | float) or not isinstance(after, int | float):
            return None
        directions.add(after > before if key == "min_value" else after < before)
    return directions.pop() if len(directions) == 1 else None


def _directed(direction: Direction, column: str, name: str, said: str) -> ContractChange:
    kind = "rule_changed" if direction is None else "rule_tightened" if direction else "rule_weakened"
    words = {"rule_changed": "changed", "rule_tightened": "asks for more", "rule_weakened": "asks for less"}[kind]
    return change(kind, column, f"{name} {words}: {said}")


def _said(old: dict[str, Any], new: dict[str, Any]) -> str:
    changed = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    return ", ".join(f"{key} was {old.get(key, 'not set')}, is {new.get(key, 'not set')}" for key in changed)


def _name(rule: QualityRule) -> str:
    if rule.kind == "singular":
        return f"the test `{rule.name}`"
    return rule.kind + (f" on `{rule.column}`" if rule.column else "")
