"""What ABAC policies do to a table on read: `effective(store, name, principal)`. For the SQL half, which enforces it.

From the vendor's "Policy evaluation": policies of the table and its parents whose `to_principals` has the reader and whose
`except_principals` has not; `when_condition` is asked of the table's tags with those that it inherits, `match_columns` of
each column's own; all of `match_columns` must match. One mask for a column and one filter for a table: more are an error, and
nobody reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.databricks_double.rest import conditions, privileges, securables
from tests.databricks_double.store import Metastore, Name, Principal


@dataclass(frozen=True)
class Argument:
    """An argument after the first one: a column of the table, or SQL text of a constant."""

    column: str | None = None
    constant: str | None = None


@dataclass(frozen=True)
class Applied:
    """A function on a column (or on rows, where there is none), and its further arguments."""

    policy: str
    function: Name
    using: tuple[Argument, ...] = ()


@dataclass
class Effective:
    """What a reader of a table gets."""

    masks: dict[str, list[Applied]] = field(default_factory=dict)
    row_filters: list[Applied] = field(default_factory=list)

    @property
    def conflicts(self) -> list[str]:
        """Return what is masked or filtered in more than one way: reading must be refused."""
        found = [column for column, applied in self.masks.items() if _ways(applied) > 1]
        return [*found, *(["ROW FILTER"] if _ways(self.row_filters) > 1 else [])]


def _ways(applied: list[Applied]) -> int:
    return len({(each.function, each.using) for each in applied})


def effective(store: Metastore, name: Name, principal: Principal) -> Effective:
    """Return the masks (by column) and row filters that policies put on a table for a reader."""
    what = securables.found(store, "table", name)
    relation = store.relations[name]
    inherited: dict[str, str] = {}
    for each in reversed((what, *what.parents)):
        inherited |= each.tags
    tagged = {column.name.lower(): column.tags for column in relation.columns.values()}
    places = {(each.kind.upper(), each.full_name) for each in (what, *what.parents)}
    result = Effective()
    for _, policy in sorted(store.documents.get("policies", {}).items()):
        if (policy["on_securable_type"], policy["on_securable_fullname"]) not in places or not _is_for(
            policy, principal
        ):
            continue
        when = policy.get("when_condition")
        if when and not conditions.parse(when).holds(inherited):
            continue
        _apply(policy, tagged, result)
    return result


def forget(store: Metastore, kind: str, name: Name) -> None:
    """Drop the policies on what is dropped (`TABLE`, `SCHEMA`, `CATALOG`), and on what was in it."""
    policies = store.documents.get("policies", {})
    for key, policy in list(policies.items()):
        on = tuple(policy["on_securable_fullname"].split("."))
        if on[: len(name)] == name and (len(on) > len(name) or policy["on_securable_type"] == kind):
            del policies[key]


def _is_for(policy: dict[str, Any], principal: Principal) -> bool:
    mine = privileges.names(principal)
    return bool(mine & set(policy["to_principals"])) and not mine & set(policy.get("except_principals") or ())


def _apply(policy: dict[str, Any], tagged: dict[str, dict[str, str]], result: Effective) -> None:
    """Add what one policy does to the table. An alias that matches several columns stands for each of them."""
    matches: list[list[tuple[str, str]]] = []
    for at, each in enumerate(policy.get("match_columns") or ()):
        condition = conditions.parse(each["condition"])
        alias = each.get("alias") or f"#{at}"
        matches.append([(alias, column) for column, tags in tagged.items() if condition.holds(tags)])
    for chosen in product(*matches):
        columns = dict(chosen)
        options = policy.get("column_mask") or policy["row_filter"]
        using = tuple(
            Argument(column=columns[each["alias"]]) if each.get("alias") else Argument(constant=each["constant"])
            for each in options.get("using") or ()
        )
        applied = Applied(policy["name"], tuple(options["function_name"].lower().split(".")), using)
        if policy.get("column_mask"):
            listed = result.masks.setdefault(columns[options["on_column"]], [])
        else:
            listed = result.row_filters
        if applied not in listed:
            listed.append(applied)
