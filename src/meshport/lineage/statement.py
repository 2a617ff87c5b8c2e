"""One node's SQL to its lineage: parse, resolve, and put into the words of dbt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import sqlglot
from sqlglot import errors, exp

from meshport.lineage.dialects import Dialect
from meshport.lineage.queries import query
from meshport.lineage.relation import COPY, INFERRED, Col, Origins, Rel
from meshport.lineage.scope import Context
from meshport.lineage.types import ColumnLineage, Kind, NodeLineage, Origin, Status

_KINDS: tuple[Kind, ...] = ("copy", "mod", "scan")
_STATUS: tuple[Status, ...] = ("resolved", "inferred", "unresolved")
EPHEMERAL = "__dbt__cte__"
"""How dbt begins the name of an ephemeral model's common table expression."""
_BY_STAR = "it comes through a star over a relation whose columns are not known"


class Parent(msgspec.Struct, frozen=True, gc=False):
    """What a node may read: its place in the catalog (in small letters), and its columns as far as they are known.

    `complete` says that there are no others. `ephemeral` is the name dbt inlines it under, empty for a relation.
    """

    unique_id: str
    place: tuple[str, str, str]
    names: tuple[str, ...]
    complete: bool
    ephemeral: str = ""


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One node to resolve: its compiled SQL, its place, and the columns it is known to have, as far as they are."""

    unique_id: str
    sql: str
    columns: tuple[str, ...] = ()
    place: tuple[str, str, str] = ("", "", "")


def base(parent: Parent, formulas: bool) -> Rel:
    """Return a parent as a relation whose columns come from nowhere further."""

    def column(name: str) -> Col:
        formula = exp.column(name, table=parent.place[2] or parent.unique_id) if formulas else None
        return Col({(parent.unique_id, name): COPY}, formula=formula)

    cols = [column(name) for name in parent.names]
    return Rel(list(parent.names), cols, {}, None if parent.complete else column)


class Resolver:
    """Resolves statements of one dialect, remembering the relations of parents that many of them read."""

    def __init__(self, adapter_type: str, formulas: bool = False) -> None:
        self.dialect = Dialect(adapter_type)
        self.formulas = formulas
        self._bases: dict[str, tuple[Parent, Rel]] = {}

    def resolve(self, statement: Statement, parents: Iterable[Parent]) -> NodeLineage:
        """Return a node's lineage. SQL that cannot be read is a reason, never an error."""
        rel, foreign, reason = self.relation(statement, parents)
        if rel is None:
            return NodeLineage(statement.unique_id, complete=False, foreign=tuple(foreign), reason=reason)
        names, cols, complete = self._columns(statement, rel)
        doubt = "" if self.dialect.known else "sqlglot does not know this adapter's dialect"
        own = statement.unique_id
        columns = tuple(
            [_column(own, name, col, self._text(col), doubt) for name, col in zip(names, cols, strict=True)]
        )
        reason = "" if complete else "it has a star over a relation whose columns are not known"
        scans = _origins(statement.unique_id, rel.scans)
        return NodeLineage(statement.unique_id, columns, scans, tuple(foreign), complete, reason)

    def relation(self, statement: Statement, parents: Iterable[Parent]) -> tuple[Rel | None, list[str], str]:
        """Return what the statement returns, the relations it reads that are no parent, and why there is nothing."""
        known = _Known(self, statement, parents)
        context = Context(self.dialect, known.table, known.ephemeral, query, self.formulas)
        try:
            trees = [tree for tree in sqlglot.parse(statement.sql, dialect=self.dialect.name) if tree is not None]
            if len(trees) != 1 or not isinstance(trees[0], (exp.Query, exp.Pivot, exp.Values)):
                return None, [], "its SQL is not one query"
            return query(context, trees[0]), list(known.foreign), ""
        except errors.SqlglotError as error:
            return None, [], f"its SQL cannot be read: {_first_line(error)}"
        except RecursionError:
            return None, [], "its SQL is nested too deeply"

    def base(self, parent: Parent) -> Rel:
        """Return a parent's relation, built once for as long as its columns stay the same."""
        found = self._bases.get(parent.unique_id)
        if found is None or found[0] != parent:
            found = self._bases[parent.unique_id] = parent, base(parent, self.formulas)
        return found[1]

    def _columns(self, statement: Statement, rel: Rel) -> tuple[list[str], list[Col], bool]:
        """Return names and values of all columns, with the catalog's help, and whether these are all."""
        key = self.dialect.key
        names, cols = list(rel.names), list(rel.cols)
        catalog = {key(name): name for name in statement.columns}
        if rel.more is not None:
            have = set(map(key, names))
            for folded, name in catalog.items():
                if folded not in have:
                    names.append(name)
                    cols.append(rel.more(name).doubted(_BY_STAR))
            return names, cols, bool(catalog)
        if len(catalog) == len(names):  # what nobody named, the catalog has a name for
            have = set(map(key, names))
            for i, (folded, name) in enumerate(catalog.items()):
                if key(names[i]) not in catalog and folded not in have:
                    names[i] = name
        return *_distinct(names, cols, self.dialect), True

    def _text(self, col: Col) -> str:
        return col.formula.sql(self.dialect.name) if col.formula is not None else ""


class _Known:
    """The parents of one statement by the names that its SQL may use, and what it reads beside them."""

    def __init__(self, resolver: Resolver, statement: Statement, parents: Iterable[Parent]) -> None:
        self.foreign: dict[str, None] = {}
        self.ephemeral: dict[str, Rel] = {}
        self._resolver = resolver
        self._own = statement.place
        self._places: dict[tuple[str, ...], Parent | None] = {}
        for parent in parents:
            if parent.ephemeral:
                self.ephemeral[EPHEMERAL + parent.ephemeral.lower()] = resolver.base(parent)
                continue
            for start in range(3):
                place = parent.place[start:]
                # A shorter name that two parents share names neither.
                self._places[place] = parent if place not in self._places or start == 0 else None

    def table(self, node: exp.Table) -> Rel:
        """Return the relation that a table's name means; what is no parent has columns that nobody knows."""
        parts = tuple(part.name.lower() for part in (node.args.get("catalog"), node.args.get("db"), node.this) if part)
        parent = self._places.get(parts)
        if parent is not None:
            return self._resolver.base(parent)
        if parts == self._own[-len(parts) :] and self._own[2]:  # `{{ this }}`: the rows it had before
            return Rel([], [], {}, lambda name: Col({}))
        text = ".".join(part.name for part in (node.args.get("catalog"), node.args.get("db"), node.this) if part)
        text = text or node.sql(self._resolver.dialect.name)
        self.foreign[text] = None
        return Rel([], [], {}, lambda name: Col({(text, name): COPY}))


def _column(unique_id: str, name: str, col: Col, formula: str, doubt: str) -> ColumnLineage:
    status, reason = (col.status, col.reason) if col.status or not doubt else (INFERRED, doubt)
    return ColumnLineage(name, formula, _origins(unique_id, col.origins), _STATUS[status], reason)


def _origins(unique_id: str, origins: Origins) -> tuple[Origin, ...]:
    return tuple([Origin(node, column, _KINDS[kind]) for (node, column), kind in origins.items() if node != unique_id])


def _distinct(names: list[str], cols: list[Col], dialect: Dialect) -> tuple[list[str], list[Col]]:
    """Name a column that comes twice as DuckDB does when it makes a table; elsewhere the first one stands for both."""
    if len({*map(dialect.key, names)}) == len(names):
        return names, cols
    seen: dict[str, int] = {}
    kept_names, kept = [], []
    for name, col in zip(names, cols, strict=True):
        key = dialect.key(name)
        if key in seen:
            if dialect.name != "duckdb":
                continue
            seen[key] += 1
            name = f"{name}_{seen[key]}"
        else:
            seen[key] = 0
        kept_names.append(name)
        kept.append(col)
    return kept_names, kept


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].replace("\x1b[4m", "").replace("\x1b[0m", "")


def through(mapping: Mapping[str, str], node: NodeLineage) -> NodeLineage:
    """Return a lineage with relations that SQL names by hand replaced by the nodes that build them."""
    if not any(relation.lower() in mapping for relation in node.foreign):
        return node

    def mapped(origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
        return tuple(Origin(mapping.get(each.node.lower(), each.node), each.column, each.kind) for each in origins)

    columns = tuple(msgspec.structs.replace(column, origins=mapped(column.origins)) for column in node.columns)
    return msgspec.structs.replace(node, columns=columns, scans=mapped(node.scans))
