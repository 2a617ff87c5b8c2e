"""What a query returns: its columns with their origins, and what decides its rows. One pass, bottom-up.

The order inside a SELECT is the order in which its parts may use each other's names: FROM and joins, the select list,
then everything that may name an alias of it.
"""

from __future__ import annotations

from sqlglot import exp

from meshport.lineage.relation import COPY, SCAN, Col, Opener, Origins, Rel, absorb, merged, unresolved
from meshport.lineage.scope import Context, Query, Scope
from meshport.lineage.selection import project
from meshport.lineage.sources import add_source
from meshport.lineage.values import read

ROUNDS = 25
"""How often a recursive query is resolved again until nothing new turns up: a round hands columns one step on."""


class Cte:
    """A common table expression: resolved when it is first read. `before` is the one declared before it."""

    __slots__ = ("before", "name", "node", "outer", "recursive", "rel", "resolving")

    def __init__(self, name: str, node: exp.CTE, before: Cte | None, outer: Scope | None, recursive: bool) -> None:
        self.name = name
        self.node = node
        self.before = before
        self.outer = outer
        self.recursive = recursive
        self.rel: Rel | None = None
        self.resolving: Rel | None = None


def query(context: Context, node: Query, outer: Scope | None = None, ctes: Cte | None = None) -> Rel:
    """Return what a query returns. `outer` is the scope around a correlated one, `ctes` the newest one in sight."""
    ctes = _declare(context, node, outer, ctes)
    if isinstance(node, exp.Select):
        return _select(context, node, outer, ctes)
    if isinstance(node, exp.SetOperation):
        return _set_operation(context, node, outer, ctes)
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query) and not node.args.get("joins"):
        inner = query(context, node.this, outer, ctes)
        if not node.args.get("pivots") and not node.args.get("alias"):
            return inner
    scope = Scope(context, outer, ctes)  # a relation where a query could stand: VALUES, PIVOT, a table in parentheses
    scans: Origins = {}
    add_source(scope, node, scans)
    names, cols, more = [], [], None
    for rel in scope.visible():
        names += rel.names
        cols += rel.cols
        more = more or rel.more
    return Rel(names, cols, scans, more)


def find_cte(context: Context, ctes: Cte | None, name: str) -> Rel | None:
    """Return the common table expression of that name, None where there is none in sight."""
    key = context.dialect.key(name)
    while ctes is not None:
        if ctes.name == key:
            if ctes.rel is not None:
                return ctes.rel
            if ctes.resolving is None:
                return _resolve_cte(context, ctes)
            if ctes.recursive:
                return ctes.resolving
            # `with orders as (select * from orders)`: inside, the name means the table
        ctes = ctes.before
    return None


def _declare(context: Context, node: Query, outer: Scope | None, ctes: Cte | None) -> Cte | None:
    with_ = node.args.get("with_")
    if with_ is None:
        return ctes
    recursive = bool(with_.args.get("recursive"))
    for each in with_.expressions:
        name = context.dialect.key(context.name(each.args["alias"].this))
        ctes = Cte(name, each, ctes, outer, recursive)
    return ctes


def _resolve_cte(context: Context, cte: Cte) -> Rel:
    renamed = [context.name(column) for column in cte.node.args["alias"].args.get("columns") or ()]
    cte.resolving = Rel([], [], {}, lambda name: Col({}))
    body = cte.node.this
    rel = _renamed(query(context, body, cte.outer, cte if cte.recursive else cte.before), renamed)
    if cte.recursive and _reads(context, body, cte.name):
        for _ in range(ROUNDS):
            cte.resolving = Rel(rel.names, rel.cols, rel.scans, rel.more)
            again = _renamed(query(context, body, cte.outer, cte), renamed)
            if [col.origins for col in again.cols] == [col.origins for col in rel.cols] and again.scans == rel.scans:
                break
            rel = again
    cte.resolving = None
    cte.rel = rel
    return rel


def _reads(context: Context, body: exp.Expr, name: str) -> bool:
    return any(context.dialect.key(context.name(table.this)) == name for table in body.find_all(exp.Table))


def _renamed(rel: Rel, names: list[str]) -> Rel:
    if not names:
        return rel
    return Rel([*names, *rel.names[len(names) :]][: max(len(names), len(rel.cols))], _padded(rel, names), rel.scans)


def _padded(rel: Rel, names: list[str]) -> list[Col]:
    missing = [unresolved("the query has fewer columns than names") for _ in names[len(rel.cols) :]]
    if rel.more is not None and missing:
        missing = [unresolved(f"`{name}` is a column of a relation whose columns are not known") for name in names]
        return missing
    return [*rel.cols, *missing]


def _select(context: Context, node: exp.Select, outer: Scope | None, ctes: Cte | None) -> Rel:
    scope = Scope(context, outer, ctes)
    scans: Origins = {}
    args = node.args
    for window in args.get("windows") or ():
        scope.windows[window.name.lower()] = window
    if args.get("from_") is not None:
        add_source(scope, args["from_"].this, scans)
    for join in args.get("joins") or ():
        _join(scope, join, scans)
    for lateral in args.get("laterals") or ():
        add_source(scope, lateral, scans)
    names, cols, more = project(scope, args["expressions"], args.get("exclude"))
    read(scope, args.get("where"), scans)
    if args.get("group") is not None:
        _group(scope, args["group"], args["expressions"], cols, scans)
    read(scope, args.get("having"), scans)
    read(scope, args.get("qualify"), scans)
    read(scope, args.get("connect"), scans)
    distinct = args.get("distinct")
    if distinct is not None:
        on = distinct.args.get("on")
        if on is not None:
            read(scope, on, scans)
            read(scope, args.get("order"), scans)
        else:
            for col in cols:
                absorb(scans, col.origins, SCAN)
    if args.get("limit") is not None:  # without a limit, an order decides nothing
        read(scope, args.get("order"), scans)
    return Rel(names, cols, scans, more)


def _join(scope: Scope, join: exp.Join, scans: Origins) -> None:
    """Bring a joined relation in sight; columns joined by USING, or by a natural join, become one."""
    context, before = scope.context, list(scope.visible())
    kind, side = (join.args.get("kind") or "").upper(), (join.args.get("side") or "").upper()
    added = add_source(scope, join.this, scans, hidden=kind in ("SEMI", "ANTI"))
    for nested in join.this.args.get("joins") or () if not isinstance(join.this, exp.Table) else ():
        _join(scope, nested, scans)
    read(scope, join.args.get("on"), scans)
    read(scope, join.args.get("match_condition"), scans)
    names = [context.name(column) for column in join.args.get("using") or ()]
    if (join.args.get("method") or "").upper() == "NATURAL" and added is not None:
        left = {name for rel in before for name in rel.index(context.dialect.key)}
        names = [name for name in added.names if context.dialect.key(name) in left]
    for name in names:
        key = context.dialect.key(name)
        lefts: list[Col | None] = (
            [scope.using[key]] if key in scope.using else [_of(rel, name, context) for rel in before]
        )
        left_one = next((col for col in lefts if col is not None), None)
        right = _of(added, name, context) if added is not None else None
        both = [col for col in (left_one, right) if col is not None]
        for col in both:
            absorb(scans, col.origins, SCAN)
        if kind in ("SEMI", "ANTI"):
            continue
        if side == "FULL":
            scope.using[key] = merged(both)
        elif both:
            scope.using[key] = both[-1] if side == "RIGHT" else both[0]


def _of(rel: Rel, name: str, context: Context) -> Col | None:
    found = rel.find(context.dialect, name)
    return found if found is not None or rel.more is None else rel.more(name)


def _group(scope: Scope, group: exp.Group, expressions: list[exp.Expr], cols: list[Col], scans: Origins) -> None:
    """Add what rows are grouped by: expressions, positions in the select list, or all that is not aggregated."""
    if group.args.get("all"):
        for expression in expressions:
            if expression.find(exp.AggFunc) is None:
                read(scope, expression, scans)
        return
    for each in group.expressions:
        if isinstance(each, exp.Literal) and not each.is_string and each.name.isdigit():
            position = int(each.name) - 1
            if position < len(cols):
                absorb(scans, cols[position].origins, SCAN)
        else:
            read(scope, each, scans)
    for kind in ("rollup", "cube", "grouping_sets"):
        for each in group.args.get(kind) or ():
            read(scope, each, scans)


def _set_operation(context: Context, node: exp.SetOperation, outer: Scope | None, ctes: Cte | None) -> Rel:
    """Combine branches: by position, or by name where the query says so, or where positions are not known."""
    branches: list[exp.SetOperation] = []
    current: exp.Expr = node
    while isinstance(current, exp.SetOperation):  # unions lean to the left, a thousand deep in generated SQL
        branches.append(current)
        inner = current.args["this"]
        if isinstance(inner, exp.SetOperation) and inner.args.get("with_") is not None:
            break
        current = inner
    rel = query(context, branches[-1].args["this"], outer, ctes)
    alike: list[Rel] = []
    for branch in reversed(branches):
        other = query(context, branch.args["expression"], outer, ctes)
        if _is_plain(branch, rel, other):
            alike.append(other)
            continue
        rel = _combined(context, branch, _united(rel, alike), other)
        alike = []
    return _united(rel, alike)


def _is_plain(node: exp.SetOperation, left: Rel, right: Rel) -> bool:
    """Tell whether this is a UNION ALL of as many columns on both sides, all of them known."""
    plain = isinstance(node, exp.Union) and not node.args.get("distinct") and not node.args.get("by_name")
    return plain and left.more is None and right.more is None and len(left.cols) == len(right.cols)


def _united(first: Rel, others: list[Rel]) -> Rel:
    """Return the UNION ALL of relations, column by column: all at once, or a thousand branches would take a million."""
    if not others:
        return first
    scans: Origins = dict(first.scans)
    for rel in others:
        absorb(scans, rel.scans, COPY)
    return Rel(first.names, [merged(cols) for cols in zip(first.cols, *(r.cols for r in others), strict=True)], scans)


def _combined(context: Context, node: exp.SetOperation, left: Rel, right: Rel) -> Rel:
    scans: Origins = dict(left.scans)
    absorb(scans, right.scans, COPY)
    if not isinstance(node, exp.Union):  # EXCEPT and INTERSECT: rows of the left, chosen by comparing all of them
        for col in (*left.cols, *right.cols):
            absorb(scans, col.origins, SCAN)
        return Rel(left.names, left.cols, scans, left.more)
    by_name = bool(node.args.get("by_name"))
    more = _either(left.more, right.more)
    if by_name or more is not None:
        rel = _by_name(context, left, right, scans, more, guessed=not by_name)
    elif len(left.cols) != len(right.cols):  # no database takes this: the SQL was compiled without one
        rel = _by_name(context, left, right, scans, more, guessed=True)
    else:
        rel = _united(left, [right])
    if node.args.get("distinct"):
        for col in rel.cols:
            absorb(rel.scans, col.origins, SCAN)
    return rel


def _by_name(context: Context, left: Rel, right: Rel, scans: Origins, more: Opener | None, guessed: bool) -> Rel:
    key = context.dialect.key
    ours, theirs = left.index(key), right.index(key)
    names = [*left.names, *(name for name in right.names if key(name) not in ours)]
    cols = []
    for name in names:
        sides = [
            found if found is not None or rel.more is None else rel.more(name)
            for rel, found in ((left, ours.get(key(name))), (right, theirs.get(key(name))))
        ]
        col = merged(side for side in sides if side is not None)
        cols.append(col.doubted("a union whose columns are matched by name, not position") if guessed else col)
    return Rel(names, cols, scans, more)


def _either(left: Opener | None, right: Opener | None) -> Opener | None:
    if left is None or right is None:
        return left or right
    return lambda name: merged((left(name), right(name)))
