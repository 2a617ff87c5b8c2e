"""PIVOT and UNPIVOT: rows to columns and back."""

from __future__ import annotations

from sqlglot import exp

from meshport.lineage.relation import MOD, NOTHING, SCAN, Col, Opener, Origins, Rel, absorb, merged
from meshport.lineage.scope import Scope
from meshport.lineage.values import value

_BY_VALUES = "the columns of the pivot depend on the data"


def pivoted(scope: Scope, rel: Rel, node: exp.Pivot) -> Rel:
    """Return `rel` after `PIVOT (sum(x) FOR y IN (...))` or its opposite. `scope` sees `rel` alone."""
    if node.args.get("unpivot"):
        return _unpivoted(scope, rel, node)
    fields = [field for field in node.args.get("fields") or () if isinstance(field, exp.In)]
    aggregates = [each.this if isinstance(each, exp.Alias) else each for each in node.expressions]
    turned = [value(scope, field.this) for field in fields]
    used = {column for part in (*fields, *aggregates) for column in _names(scope, part)}
    made = [_cell([value(scope, aggregate)], turned) for aggregate in aggregates]
    names = [scope.context.name(column) for column in node.args.get("columns") or ()]
    # sqlglot names the columns value by value, and for each value aggregate by aggregate.
    cells = [made[i % len(made)] for i in range(len(names))] if made else []
    kept, cols, more = _others(scope, rel, used)
    scans: Origins = dict(rel.scans)
    for col in cols:
        absorb(scans, col.origins, SCAN)
    if not names:  # `IN (ANY)`, or a subquery
        any_cell = merged(made).doubted(_BY_VALUES)
        return Rel(kept, cols, scans, lambda name: any_cell)
    return Rel([*kept, *names], [*cols, *cells], scans, more)


def statement(scope: Scope, node: exp.Pivot) -> Rel:
    """Return DuckDB's `PIVOT t ON y USING sum(x) GROUP BY z`, or its `UNPIVOT`. `scope` sees `t` alone."""
    rel = next(scope.visible())
    if node.args.get("unpivot"):
        return _unpivot_statement(scope, rel, node)
    turned = [value(scope, each.this if isinstance(each, exp.In) else each) for each in node.expressions]
    using = [each.this if isinstance(each, exp.Alias) else each for each in node.args.get("using") or ()]
    any_cell = _cell([value(scope, each) for each in using], turned).doubted(_BY_VALUES)
    used = {column for part in (*node.expressions, *using) for column in _names(scope, part)}
    group = node.args.get("group")
    if group is not None:
        names = [scope.context.name(each.this) for each in group.expressions if isinstance(each, exp.Column)]
        cols = [scope.column(each) for each in group.expressions if isinstance(each, exp.Column)]
    else:
        names, cols, _ = _others(scope, rel, used)
    scans: Origins = dict(rel.scans)
    for col in cols:
        absorb(scans, col.origins, SCAN)
    return Rel(names, cols, scans, lambda name: any_cell)


def _unpivot_statement(scope: Scope, rel: Rel, node: exp.Pivot) -> Rel:
    key = scope.context.dialect.key
    columns: list[Col] = []
    used: set[str] = set()
    for each in node.expressions:
        if isinstance(each, exp.Column):
            columns.append(scope.column(each))
            used.add(key(scope.context.name(each.this)))
        else:  # COLUMNS(...) or a star: which ones is not worked out, so it may be any
            columns += [col.doubted("the columns that are unpivoted are chosen by a pattern") for col in rel.cols]
    into = node.args.get("into")
    label = scope.context.name(_bare(into.this)) if into is not None else "name"
    values = [scope.context.name(_bare(each)) for each in into.expressions] if into is not None else ["value"]
    names, cols, more = _others(scope, rel, used)
    return Rel([*names, label, *values], [*cols, NOTHING, *[merged(columns)] * len(values)], dict(rel.scans), more)


def _unpivoted(scope: Scope, rel: Rel, node: exp.Pivot) -> Rel:
    key = scope.context.dialect.key
    first = node.expressions[0] if node.expressions else None
    targets = first.expressions if isinstance(first, exp.Tuple) else node.expressions
    values = [scope.context.name(_bare(target)) for target in targets]
    made: list[list[Col]] = [[] for _ in values]
    labels: list[str] = []
    used: set[str] = set()
    for field in node.args.get("fields") or ():
        labels.append(scope.context.name(_bare(field.this)))
        for each in field.expressions:
            each = each.this if isinstance(each, exp.PivotAlias) else each
            group = each.expressions if isinstance(each, exp.Tuple) else [each]
            for place, column in zip(made, group, strict=False):
                bare = exp.Column(this=_bare(column))
                place.append(scope.column(bare))
                used.add(key(scope.context.name(bare.this)))
    names, cols, more = _others(scope, rel, used)
    cells = [merged(place) for place in made]
    return Rel([*names, *labels, *values], [*cols, *[NOTHING] * len(labels), *cells], dict(rel.scans), more)


def _cell(aggregated: list[Col], turned: list[Col]) -> Col:
    origins: Origins = {}
    for col in aggregated:
        absorb(origins, col.origins, MOD)
    for col in turned:
        absorb(origins, col.origins, SCAN)
    worst = max((*aggregated, *turned), key=lambda col: col.status, default=NOTHING)
    return Col(origins, worst.status, worst.reason)


def _others(scope: Scope, rel: Rel, used: set[str]) -> tuple[list[str], list[Col], Opener | None]:
    """Return the columns that a pivot leaves as they are."""
    key = scope.context.dialect.key
    kept = [(name, col) for name, col in zip(rel.names, rel.cols, strict=True) if key(name) not in used]
    return [name for name, _ in kept], [col for _, col in kept], rel.more


def _names(scope: Scope, node: exp.Expr) -> set[str]:
    key = scope.context.dialect.key
    return {key(scope.context.name(column.this)) for column in node.find_all(exp.Column)}


def _bare(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, (exp.Column, exp.Alias)) else node
