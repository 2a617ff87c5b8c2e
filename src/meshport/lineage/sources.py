"""What stands in a FROM clause: tables, queries, functions that make rows, VALUES, and pivots of any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from meshport.lineage.pivots import pivoted, statement
from meshport.lineage.relation import COPY, MOD, SCAN, Col, Origins, Rel, absorb, merged
from meshport.lineage.scope import Scope
from meshport.lineage.selection import GENERATED
from meshport.lineage.values import value

if TYPE_CHECKING:
    from meshport.lineage.queries import Cte


def add_source(scope: Scope, node: exp.Expr, scans: Origins, hidden: bool = False) -> Rel | None:
    """Bring what a FROM clause or a join names in sight, with what decides its rows added to `scans`.

    Returns the relation; None for a join in parentheses, which brings several.
    """
    from meshport.lineage.queries import query  # the two call each other: a query has sources, a source may be a query

    if isinstance(node, exp.Table):
        rel = _table(scope, node)
    elif isinstance(node, exp.Subquery):
        if isinstance(node.this, exp.Table) and not node.args.get("alias"):
            add_source(scope, node.this, scans, hidden)
            return None
        rel = query(scope.context, node.this, scope, _ctes(scope))
    elif isinstance(node, (exp.Select, exp.SetOperation)):
        rel = query(scope.context, node, scope, _ctes(scope))
    elif isinstance(node, exp.Lateral):
        rel = _lateral(scope, node)
    elif isinstance(node, exp.Unnest):
        rel = _made(scope, node, node.expressions, ("unnest",))
    elif isinstance(node, exp.Values):
        rel = _values(scope, node)
    elif isinstance(node, exp.Pivot):
        inner = Scope(scope.context, scope.outer, scope.ctes)
        add_source(inner, node.this, scans)
        rel = statement(inner, node)
    else:
        rel = _made(scope, node, [node], ())
    for pivot in node.args.get("pivots") or ():
        inner = Scope(scope.context, scope.outer, scope.ctes)
        inner.add("", rel)
        rel = pivoted(inner, rel, pivot)
        rel = _aliased(scope, rel, pivot.args.get("alias"))
    alias = node.args.get("alias")
    rel = _aliased(scope, rel, alias)
    absorb(scans, rel.scans, COPY)
    scope.add(_alias_of(scope, node), rel, hidden)
    if isinstance(node, (exp.Table, exp.Subquery)):
        for join in node.args.get("joins") or ():
            from meshport.lineage.queries import _join

            _join(scope, join, scans)
    return rel


def _ctes(scope: Scope) -> Cte | None:
    return scope.ctes


def _alias_of(scope: Scope, node: exp.Expr) -> str:
    for place in (node.args.get("alias"), *(pivot.args.get("alias") for pivot in node.args.get("pivots") or ())):
        if isinstance(place, exp.TableAlias) and place.this is not None:
            return scope.context.name(place.this)
        if isinstance(place, exp.Identifier):
            return scope.context.name(place)
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        return scope.context.name(node.this)
    return ""


def _aliased(scope: Scope, rel: Rel, alias: exp.Expr | None) -> Rel:
    """Give columns the names of `t(a, b)`."""
    columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    if not columns:
        return rel
    names = [scope.context.name(column.this if isinstance(column, exp.ColumnDef) else column) for column in columns]
    cols = list(rel.cols)
    while len(cols) < len(names) and rel.more is not None:
        cols.append(rel.more(names[len(cols)]))
    return Rel([*names[: len(cols)], *rel.names[len(names) :]], cols, rel.scans, rel.more)


def _table(scope: Scope, node: exp.Table) -> Rel:
    from meshport.lineage.queries import find_cte

    this = node.this
    if isinstance(this, exp.Identifier):
        if node.args.get("db") is None:
            found = scope.context.ephemeral.get(this.name.lower())
            if found is None:
                found = find_cte(scope.context, scope.ctes, scope.context.name(this))
            if found is not None:
                return found
        return scope.context.tables(node)
    if isinstance(this, exp.Func) and _computes(this):
        return _made(scope, node, [this], GENERATED.get(type(this), ()))
    return scope.context.tables(node)


_COMPUTE = (exp.GenerateSeries, exp.GenerateDateArray, exp.GenerateTimestampArray, exp.Explode, exp.Posexplode)
_COMPUTE_BY_NAME = frozenset({"range", "generator", "generate_series", "sequence", "stack", "unnest", "split_to_table"})


def _computes(function: exp.Func) -> bool:
    """Tell whether a table function makes rows of its arguments; others (`read_csv`) read what nobody declared."""
    by_name = function.name.lower() in _COMPUTE_BY_NAME
    return by_name or isinstance(function, _COMPUTE) or function.find(exp.Column) is not None


def _lateral(scope: Scope, node: exp.Lateral) -> Rel:
    from meshport.lineage.queries import query

    if isinstance(node.this, exp.Subquery):
        return query(scope.context, node.this, scope, scope.ctes)
    return _made(scope, node, [node.this], GENERATED.get(type(node.this), ()))


def _made(scope: Scope, node: exp.Expr, arguments: list[exp.Expr], default: tuple[str, ...]) -> Rel:
    """Return the rows that a function makes of its arguments: each of its columns is made of them."""
    cols = [value(scope, argument) for argument in arguments]
    origins: Origins = {}
    for col in cols:
        absorb(origins, col.origins, MOD)
    whole = merged([Col(origins, *max(((col.status, col.reason) for col in cols), default=(0, "")))])
    scans: Origins = {}
    absorb(scans, origins, SCAN)
    alias = node.args.get("alias")
    names = list(default)
    named = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    if isinstance(alias, exp.TableAlias) and alias.this is not None and len(names) < 2:
        names = [scope.context.name(alias.this)]  # PostgreSQL and DuckDB: the alias names the only column, too
    if named:
        names = [scope.context.name(column) for column in named]
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):
        names.append(scope.context.name(offset))
    return Rel(names, [whole] * len(names), scans, None if named else lambda name: whole)


def _values(scope: Scope, node: exp.Values) -> Rel:
    rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    width = len(rows[0]) if rows else 0
    cols = [merged(value(scope, row[i]) for row in rows if i < len(row)) for i in range(width)]
    prefix = {"duckdb": "col", "snowflake": "COLUMN", "postgres": "column"}.get(scope.context.dialect.name, "col")
    first = 0 if prefix == "col" and scope.context.dialect.name == "duckdb" else 1
    return Rel([f"{prefix}{i + first}" for i in range(width)], cols, {})
