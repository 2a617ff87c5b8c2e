"""Which columns differ between two states of a project: not as text, but in what they are computed by."""

from __future__ import annotations

from typing import Literal

import msgspec
import sqlglot
from sqlglot import errors, exp

from meshport.artifacts.project import Node, Project
from meshport.lineage.compute import node_formulas
from meshport.lineage.dialects import Dialect
from meshport.lineage.types import ColumnLineage, Lineage, NodeLineage
from meshport.model import fold

What = Literal["added", "removed", "changed", "retyped", "rows"]
_DECIDE_ROWS = (exp.Where, exp.Join, exp.Group, exp.Having, exp.Qualify, exp.Limit, exp.Distinct, exp.SetOperation)


class ColumnChange(msgspec.Struct, frozen=True):
    """One column that is another than before. `what` is `rows` for a node whose filters, joins or groupings changed;
    `column` is then empty. `old` and `new` are formulas, or types where it was retyped.
    """

    node: str
    column: str
    what: What
    old: str = ""
    new: str = ""


def changed_columns(old: Project, before: Lineage, new: Project, after: Lineage) -> list[ColumnChange]:
    """Return what changed from one state to another, by node. Only nodes whose SQL or types differ are looked into.

    `before` and `after` are the lineages of the two. Names of databases and schemas are left out of the comparison: the
    two may be of different environments.
    """
    found: list[ColumnChange] = []
    for name in changed_nodes(old, new):
        was = node_formulas(old, before, name) if name in old.nodes else None
        now = node_formulas(new, after, name) if name in new.nodes else None
        found += _compare(old, new, name, was, now)
    return found


def changed_nodes(old: Project, new: Project) -> list[str]:
    """Return the unique ids of nodes whose SQL or types differ, of those that are new and those that are gone."""
    return [name for name in sorted(old.nodes.keys() | new.nodes.keys()) if _touched(old, new, name)]


def _touched(old: Project, new: Project, name: str) -> bool:
    one, two = old.nodes.get(name), new.nodes.get(name)
    if one is None or two is None:
        return (one or two) is not None
    return _comparable(old, one) != _comparable(new, two) or _types(old, one) != _types(new, two)


def _comparable(project: Project, node: Node) -> str:
    """Return a node's SQL without what is its environment's: each parent's relation is replaced by its unique id."""
    sql = node.compiled_code or node.checksum or ""
    for name in (node.unique_id, *node.depends_on):
        parent = project.nodes.get(name)
        if parent is not None and parent.relation_name:
            sql = sql.replace(parent.relation_name, name)
    return sql.strip()


def _types(project: Project, node: Node) -> dict[str, str]:
    declared = {fold(column.name): column.data_type or "" for column in node.columns}
    return {name: data_type.lower() for name, data_type in declared.items() if data_type}


def _compare(
    old: Project, new: Project, name: str, was: NodeLineage | None, now: NodeLineage | None
) -> list[ColumnChange]:
    if now is None:
        return [ColumnChange(name, column.name, "removed") for column in was.columns] if was else []
    if was is None:
        return [ColumnChange(name, column.name, "added") for column in now.columns]
    before, after = ({fold(column.name): column for column in each.columns} for each in (was, now))
    found = [ColumnChange(name, column.name, "removed") for key, column in before.items() if key not in after]
    old_types, new_types = _types(old, old.nodes[name]), _types(new, new.nodes[name])
    for key, column in after.items():
        if key not in before:
            found.append(ColumnChange(name, column.name, "added", new=column.formula))
        elif _differs(before[key], column):
            found.append(ColumnChange(name, column.name, "changed", before[key].formula, column.formula))
        elif old_types.get(key) and new_types.get(key) and old_types[key] != new_types[key]:
            found.append(ColumnChange(name, column.name, "retyped", old_types[key], new_types[key]))
    if _rows(old, name) != _rows(new, name):
        found.append(ColumnChange(name, "", "rows"))
    return found


def _differs(one: ColumnLineage, two: ColumnLineage) -> bool:
    """Compare two columns by formula, or, where either has none to show, by origins."""
    if one.formula and two.formula:
        return one.formula != two.formula
    return {(o.node, o.column, o.kind) for o in one.origins} != {(o.node, o.column, o.kind) for o in two.origins}


def _rows(project: Project, name: str) -> list[str] | str:
    """Return everything in a node's SQL that decides its rows, without the names of databases and schemas."""
    node = project.nodes[name]
    dialect = Dialect(project.adapter_type).name
    try:
        tree = sqlglot.parse_one(node.compiled_code or "select 1", dialect=dialect)
    except errors.SqlglotError:
        return node.compiled_code or ""
    for table in tree.find_all(exp.Table):
        table.set("db", None)
        table.set("catalog", None)
    return [
        type(part).__name__ if isinstance(part, exp.SetOperation) else part.sql(dialect, comments=False)
        for part in tree.find_all(*_DECIDE_ROWS)
    ]
