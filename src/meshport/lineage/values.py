"""What an expression is computed from. One walk over the tree, without recursion: expressions may be very deep."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from sqlglot import exp

from meshport.lineage.relation import COPY, MOD, NOTHING, RESOLVED, SCAN, Col, Origins, absorb
from meshport.lineage.scope import Scope, field

LONGEST_FORMULA = 400
"""In nodes of the syntax tree: what is longer explains nothing."""

Push = Callable[[object, int], None]

_LEAVES = frozenset(
    {
        exp.Identifier,
        exp.Literal,
        exp.Null,
        exp.Boolean,
        exp.Var,
        exp.DataType,
        exp.Placeholder,
        exp.Parameter,
        exp.HexString,
    }
)
_QUERIES = frozenset({exp.Select, exp.Subquery, exp.Union, exp.Except, exp.Intersect})


def value(scope: Scope, node: exp.Expr) -> Col:
    """Return what an expression is made of: a column as it is, or everything that it reads, changed."""
    kind = type(node)
    if kind is exp.Column:
        return scope.column(cast(exp.Column, node))
    if kind is exp.Alias or kind is exp.Paren:
        return value(scope, node.args["this"])
    if kind is exp.Literal or kind is exp.Null:
        return NOTHING if not scope.context.formulas else Col({}, formula=node)
    if kind is exp.Struct:
        return _struct(scope, node)
    if kind is exp.Dot:
        inside = value(scope, node.args["this"])
        if type(node.args["expression"]) is exp.Identifier:
            return field(scope.context, inside, scope.context.name(node.args["expression"]))
    if kind is exp.Subquery:
        rel = scope.context.query(scope.context, node, scope, scope.ctes)
        if len(rel.cols) == 1:  # a scalar subquery that only looks a value up hands it on as it is
            return _looked_up(rel.cols[0], rel.scans, node if scope.context.formulas else None)
    return _gathered(scope, node)


def read(scope: Scope, node: exp.Expr | None, into: Origins) -> None:
    """Add what a condition, grouping or order reads to `into`, as scans."""
    if node is not None:
        absorb(into, _gathered(scope, node).origins, SCAN)


def _looked_up(col: Col, scans: Origins, formula: exp.Expr | None) -> Col:
    origins = dict(col.origins)
    absorb(origins, scans, SCAN)
    return Col(origins, col.status, col.reason, formula)


def _struct(scope: Scope, node: exp.Expr) -> Col:
    """Return a struct with its fields: `struct(a as x)`, `{'x': a}`, `object_construct('x', a)`."""
    whole = _gathered(scope, node)
    fields = {}
    for part in node.args.get("expressions") or ():
        if type(part) is exp.PropertyEQ:
            fields[scope.context.dialect.key(part.this.name)] = value(scope, part.expression)
        elif type(part) is exp.Column and type(part.this) is not exp.Star:
            fields[scope.context.dialect.key(part.name)] = scope.column(part)
        else:
            return whole
    return Col(whole.origins, whole.status, whole.reason, whole.formula, fields)


def _gathered(scope: Scope, node: exp.Expr) -> Col:
    origins: Origins = {}
    status, reason = RESOLVED, ""
    stack: list[tuple[exp.Expr, int]] = [(node, MOD)]
    while stack:
        current, kind = stack.pop()
        is_a = type(current)
        col: Col | None = None
        if is_a is exp.Column:
            col = scope.column(cast(exp.Column, current))
        elif is_a is exp.Star:
            col = scope.row()
        elif is_a in _QUERIES:
            col = _subquery(scope, current)
        if col is not None:
            absorb(origins, col.origins, kind)
            if col.status > status:
                status, reason = col.status, col.reason
            continue
        special = _SPECIAL.get(is_a)
        if special is not None:
            special(scope, current, kind, partial(_push, stack))
            continue
        for child in current.args.values():
            if isinstance(child, exp.Expr):
                if type(child) not in _LEAVES:
                    stack.append((child, kind))
            elif type(child) is list:
                stack += [(each, kind) for each in child if isinstance(each, exp.Expr) and type(each) not in _LEAVES]
    formula = _formula(scope, node) if scope.context.formulas else None
    return Col(origins, status, reason, formula)


def _push(stack: list[tuple[exp.Expr, int]], what: object, kind: int) -> None:
    if isinstance(what, exp.Expr):
        stack.append((what, kind))
    elif type(what) is list:
        stack += [(each, kind) for each in what if isinstance(each, exp.Expr)]


def _subquery(scope: Scope, node: exp.Expr) -> Col:
    """Return a query that stands in an expression: its columns carry values, what decides its rows is only read."""
    rel = scope.context.query(scope.context, node, scope, scope.ctes)
    origins: Origins = {}
    status, reason = RESOLVED, ""
    for col in rel.cols:
        absorb(origins, col.origins, COPY)
        if col.status > status:
            status, reason = col.status, col.reason
    absorb(origins, rel.scans, SCAN)
    return Col(origins, status, reason)


def _case(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    push(node.args.get("this"), SCAN)
    push(node.args.get("default"), kind)
    for branch in node.args.get("ifs") or ():
        push(branch.args.get("this"), SCAN)
        push(branch.args.get("true"), kind)


def _if(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    push(node.args.get("this"), SCAN)
    push(node.args.get("true"), kind)
    push(node.args.get("false"), kind)


def _window(scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    push(node.args.get("this"), kind)
    push(node.args.get("partition_by"), SCAN)
    push(node.args.get("order"), SCAN)
    alias = node.args.get("alias")
    named = scope.windows.get(alias.name.lower()) if isinstance(alias, exp.Expr) else None
    if named is not None:
        push(named.args.get("partition_by"), SCAN)
        push(named.args.get("order"), SCAN)


def _filter(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    push(node.args.get("this"), kind)
    push(node.args.get("expression"), SCAN)


def _within_group(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    """A percentile's value is what it orders by; a list's order only arranges it."""
    this, order = node.args.get("this"), node.args.get("expression")
    push(this, kind)
    carried = isinstance(this, (exp.PercentileCont, exp.PercentileDisc, exp.Quantile, exp.Mode))
    for each in order.args.get("expressions") or () if isinstance(order, exp.Expr) else ():
        push(each.args.get("this") if type(each) is exp.Ordered else each, kind if carried else SCAN)


def _ordered(_scope: Scope, node: exp.Expr, _kind: int, push: Push) -> None:
    push(node.args.get("this"), SCAN)


def _in(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    push(node.args.get("this"), kind)
    push(node.args.get("expressions"), kind)
    push(node.args.get("unnest"), SCAN)
    push(node.args.get("query"), SCAN)
    push(node.args.get("field"), SCAN)


def _exists(_scope: Scope, node: exp.Expr, _kind: int, push: Push) -> None:
    push(node.args.get("this"), SCAN)
    push(node.args.get("expression"), SCAN)


def _count(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    if type(node.args.get("this")) is not exp.Star:
        push(node.args.get("this"), kind)
    push(node.args.get("expressions"), kind)


def _named_argument(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    push(node.args.get("expression"), kind)


def _arg_max(_scope: Scope, node: exp.Expr, kind: int, push: Push) -> None:
    push(node.args.get("this"), kind)
    push(node.args.get("expression"), SCAN)


_SPECIAL: dict[type, Callable[[Scope, exp.Expr, int, Push], None]] = {
    exp.Case: _case,
    exp.If: _if,
    exp.Window: _window,
    exp.Filter: _filter,
    exp.WithinGroup: _within_group,
    exp.Ordered: _ordered,
    exp.In: _in,
    exp.Exists: _exists,
    exp.Count: _count,
    exp.PropertyEQ: _named_argument,
    exp.Kwarg: _named_argument,
    exp.ArgMax: _arg_max,
    exp.ArgMin: _arg_max,
}


def _formula(scope: Scope, node: exp.Expr) -> exp.Expr | None:
    """Return the expression with every column replaced by its own formula; None where that grows too long."""
    whole = node.copy()
    for leaf in [each for each in whole.find_all(exp.Column) if each.find_ancestor(exp.Query) is None]:
        inner = scope.column(leaf).formula
        if inner is None:
            continue
        new = inner.copy() if isinstance(inner, (exp.Column, exp.Func, exp.Literal, exp.Dot)) else exp.paren(inner)
        if leaf is whole:
            whole = new
        else:
            leaf.replace(new)
    return whole if sum(1 for _ in whole.walk()) <= LONGEST_FORMULA else None
