"""The select list: names and values of the columns it makes, with every kind of star."""

from __future__ import annotations

import re
from typing import cast

from sqlglot import exp

from meshport.lineage.relation import MOD, Col, Opener, Origins, Rel, absorb, unresolved
from meshport.lineage.scope import Context, Scope
from meshport.lineage.values import value

Selection = tuple[list[str], list[Col], Opener | None]
_STRUCT_OF_UNKNOWN_FIELDS = "the fields of the struct are not known"
# What a function that makes rows calls its columns where nobody names them (Spark; others give them an alias).
GENERATED: dict[type, tuple[str, ...]] = {exp.Explode: ("col",), exp.Posexplode: ("pos", "col")}


def project(scope: Scope, expressions: list[exp.Expr], exclude: list[exp.Expr] | None) -> Selection:
    """Return the names and values of a select list, and how to find further columns where a star hides them."""
    names: list[str] = []
    cols: list[Col] = []
    openers: list[Opener] = []
    context = scope.context
    key = context.dialect.key
    for each in expressions:
        kind = type(each)
        if kind is exp.Alias:
            name, col = context.name(each.args["alias"]), value(scope, each.args["this"])
            if type(each.this) is exp.Columns:
                _columns(scope, each.this, names, cols, openers)
                continue
        elif kind is exp.Column:
            if type(each.args["this"]) is exp.Star:
                _qualified_star(scope, cast(exp.Column, each), names, cols, openers)
                continue
            name, col = context.name(each.args["this"]), scope.column(cast(exp.Column, each))
        elif kind is exp.Star:
            _star(scope, each, list(scope.visible()), names, cols, openers, merge=True)
            continue
        elif kind is exp.Columns or each.find(exp.Columns) is not None:
            _columns(scope, each, names, cols, openers)
            continue
        elif kind is exp.Aliases:
            col = value(scope, each.this)
            names += [context.name(identifier) for identifier in each.expressions]
            cols += [col] * len(each.expressions)
            continue
        elif kind in GENERATED and context.dialect.name in ("databricks", "spark", "hive"):
            col = value(scope, each)
            names += GENERATED[kind]
            cols += [col] * len(GENERATED[kind])
            continue
        else:
            name, col = _unnamed(context, each), value(scope, each)
        scope.aliases.setdefault(key(name), col)
        names.append(name)
        cols.append(col)
    if exclude:
        gone = {key(context.name(each)) for each in exclude}
        kept = [(name, col) for name, col in zip(names, cols, strict=True) if key(name) not in gone]
        names, cols = [name for name, _ in kept], [col for _, col in kept]
    return names, cols, _first_of(openers)


def _unnamed(context: Context, node: exp.Expr) -> str:
    """Return the name of an expression without one. Dialects make names up; who reads such a column must know it."""
    if isinstance(node, (exp.Dot, exp.Bracket, exp.JSONExtract)) and node.output_name:
        return context.dialect.real(node.output_name, quoted=False)
    if isinstance(node, (exp.Cast, exp.Paren)) and isinstance(node.this, exp.Column):
        return context.name(node.this.this)
    return node.sql(context.dialect.name).lower()


def _qualified_star(scope: Scope, node: exp.Column, names: list[str], cols: list[Col], openers: list[Opener]) -> None:
    """Expand `t.*`, or `s.*` where `s` is a struct."""
    context = scope.context
    table = context.name(node.args["table"])
    rel = scope.source(table)
    if rel is not None:
        _star(scope, node.args["this"], [rel], names, cols, openers, merge=False)
        return
    struct = scope.unqualified(table)
    if struct is not None and struct.fields is not None:
        names += struct.fields
        cols += struct.fields.values()
    elif struct is not None:
        field = Col(_changed(struct), struct.status, struct.reason).doubted(_STRUCT_OF_UNKNOWN_FIELDS)
        openers.append(lambda name: field)
    else:
        openers.append(lambda name: unresolved(f"there is no `{table}` to take `*` from"))


def _changed(col: Col) -> Origins:
    origins: Origins = {}
    absorb(origins, col.origins, MOD)
    return origins


def _star(
    scope: Scope,
    star: exp.Expr,
    rels: list[Rel],
    names: list[str],
    cols: list[Col],
    openers: list[Opener],
    merge: bool,
) -> None:
    """Expand a star over relations, with EXCEPT, REPLACE and RENAME; columns joined by USING come once, first."""
    context = scope.context
    key = context.dialect.key
    gone = {key(context.name(_identifier(each))) for each in star.args.get("except_") or ()}
    replaced = {key(context.name(each.args["alias"])): each.this for each in star.args.get("replace") or ()}
    renamed = {
        key(context.name(_identifier(each.this))): context.name(each.args["alias"])
        for each in star.args.get("rename") or ()
    }

    def add(name: str, col: Col) -> None:
        folded = key(name)
        if folded in gone:
            return
        if folded in replaced:
            col = value(scope, replaced[folded])
        names.append(renamed.get(folded, name))
        cols.append(col)

    joined = scope.using if merge else {}
    if joined:
        first = {key(name): name for rel in reversed(rels) for name in reversed(rel.names)}
        for folded, col in joined.items():
            add(first.get(folded, folded), col)
    plain = not (gone or replaced or renamed or joined)
    for rel in rels:
        if plain:
            names += rel.names
            cols += rel.cols
        else:
            for name, col in zip(rel.names, rel.cols, strict=True):
                if key(name) not in joined:
                    add(name, col)
        if rel.more is not None:
            openers.append(_without(scope, rel.more, gone, replaced, renamed))


def _without(
    scope: Scope, more: Opener, gone: set[str], replaced: dict[str, exp.Expr], renamed: dict[str, str]
) -> Opener:
    """Return an opener that knows what the star left out or changed."""
    key = scope.context.dialect.key
    if not (gone or replaced or renamed):
        return more
    back = {key(new): old for old, new in renamed.items()}

    def opened(name: str) -> Col:
        folded = key(name)
        if folded in back:
            return more(back[folded])
        if folded in replaced:
            return value(scope, replaced[folded])
        if folded in gone or folded in renamed:
            return unresolved(f"`{name}` is left out by the star")
        return more(name)

    return opened


def _columns(scope: Scope, node: exp.Expr, names: list[str], cols: list[Col], openers: list[Opener]) -> None:
    """Expand DuckDB's `COLUMNS(...)`: a star, or a pattern over names; inside an expression, once for each column."""
    inside = node if type(node) is exp.Columns else node.find(exp.Columns)
    assert inside is not None
    found_names: list[str] = []
    found: list[Col] = []
    chooser = inside.this
    star = chooser if isinstance(chooser, exp.Star) else exp.Star()
    _star(scope, star, list(scope.visible()), found_names, found, openers, merge=True)
    if isinstance(chooser, exp.Literal):
        matches = [re.search(chooser.name, name, re.IGNORECASE) is not None for name in found_names]
    else:
        reason = "the columns are chosen by a function"
        found = found if isinstance(chooser, exp.Star) else [col.doubted(reason) for col in found]
        matches = [True] * len(found)
    for name, col, matched in zip(found_names, found, matches, strict=True):
        if matched:
            names.append(name)
            cols.append(col if inside is node else Col(_changed(col), col.status, col.reason))


def _identifier(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Column) else node


def _first_of(openers: list[Opener]) -> Opener | None:
    """Return one way to find a further column: certain with one star, in doubt with several."""
    if len(openers) < 2:
        return openers[0] if openers else None
    reason = f"it is a column of one of {len(openers)} relations whose columns are not known"
    return lambda name: unresolved(reason)
