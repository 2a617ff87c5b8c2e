"""What Databricks' SQL has and the engine lacks, said in what the engine has: GROUP BY ALL, QUALIFY, `* EXCEPT`.

Where a star has to be spelled out, the engine is asked what columns the query has: it knows, and it is the one to run it.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from tests.databricks_double.engine import Columns
from tests.databricks_double.sql.dialect import column, identifier, to_sail
from tests.databricks_double.sql.errors import column_not_found

Describe = Callable[[str], Columns]


def for_engine(tree: exp.Expr, describe: Describe) -> exp.Expr:
    """Rewrite all queries of a tree, the innermost first."""
    holder = exp.Paren(this=tree)
    for select in reversed(list(holder.find_all(exp.Select))):
        _using(select)
        _except(select, describe)
        _group_by_all(select)
        _qualify(select, describe)
    done: exp.Expr = holder.this
    return done.pop()


def _around(select: exp.Select) -> exp.With | None:
    """Return the names that WITH clauses around a query define, for the engine to describe a part of it."""
    clauses = []
    at: exp.Expr | None = select
    while at is not None:
        clause = at.args.get("with_")
        if clause is not None:
            clauses.append(clause)
        at = at.parent
    ctes = [
        cte.copy()
        for clause in reversed(clauses)
        for cte in clause.expressions
        if select not in cte.find_all(exp.Select)
    ]
    return exp.With(expressions=ctes) if ctes else None


def _names(select: exp.Select, projection: exp.Expr, describe: Describe) -> list[str]:
    """Return what columns a star stands for."""
    asked = exp.Select(expressions=[projection])
    for key in ("from_", "joins", "laterals"):
        if select.args.get(key):
            value = select.args[key]
            asked.set(key, [item.copy() for item in value] if isinstance(value, list) else value.copy())
    asked.set("with_", _around(select))
    return [name for name, _ in describe(to_sail(asked))]


def _using(select: exp.Select) -> None:
    """Turn `a.id` into `id` where a join says USING (id): the engine then knows the joined column only.

    What is not the same value in an outer join is left alone, and fails.
    """
    for join in select.args.get("joins") or ():
        keys = {key.name.lower() for key in join.args.get("using") or ()}
        side = (join.side or "").upper()
        if not keys or side in ("RIGHT", "FULL"):
            continue
        for found in select.find_all(exp.Column):
            other = side == "LEFT" and found.table.lower() == join.alias_or_name.lower()
            if found.table and found.name.lower() in keys and not other and found.find_ancestor(exp.Select) is select:
                found.set("table", None)


def _except(select: exp.Select, describe: Describe) -> None:
    projections: list[exp.Expr] = []
    changed = False
    for found in select.expressions:
        star = found.this if isinstance(found, exp.Column) else found
        dropped = star.args.get("except_") if isinstance(star, exp.Star) else None
        if not dropped:
            projections.append(found)
            continue
        changed = True
        table = found.table if isinstance(found, exp.Column) else None
        bare = exp.Column(this=exp.Star(), table=identifier(table)) if table else exp.Star()
        names = _names(select, bare, describe)
        unwanted = {name.name.lower() for name in dropped}
        for name in unwanted - {name.lower() for name in names}:
            raise column_not_found(name, names)
        projections += [column(name, table) for name in names if name.lower() not in unwanted]
    if changed:
        select.set("expressions", projections)


def _group_by_all(select: exp.Select) -> None:
    group = select.args.get("group")
    if group is None or not group.args.get("all"):
        return
    keys = [
        p.unalias().copy()
        for p in select.expressions
        if not p.find(exp.AggFunc) and not isinstance(p.unalias(), exp.Literal)
    ]
    select.set("group", exp.Group(expressions=keys) if keys else None)


def _qualify(select: exp.Select, describe: Describe) -> None:
    """Compute what QUALIFY needs in a query inside, and filter outside."""
    qualify = select.args.get("qualify")
    if qualify is None:
        return
    select.set("qualify", None)
    aliases = {p.alias.lower() for p in select.expressions if isinstance(p, exp.Alias)}
    inner = select.copy()
    inner.set("with_", None)
    order, limit = inner.args.pop("order", None), inner.args.pop("limit", None)
    shown = describe(to_sail(_with(select, inner.copy())))
    condition = exp.Paren(this=qualify.this.copy())
    extra: list[exp.Expr] = []

    def outside(value: exp.Expr) -> None:
        name = f"qualify {len(extra)}"
        extra.append(exp.Alias(this=value.copy(), alias=identifier(name)))
        value.replace(column(name))

    for window in list(condition.find_all(exp.Window)):
        if window.find_ancestor(exp.Window) is None:
            outside(window)
    for found in list(condition.find_all(exp.Column)):
        if not found.name.startswith("qualify ") and not (not found.table and found.name.lower() in aliases):
            outside(found)
    inner.set("expressions", [*inner.expressions, *extra])
    outer = exp.select(*[column(name) for name, _ in shown]).from_(
        exp.Subquery(this=inner, alias=exp.TableAlias(this=identifier("qualified")))
    )
    outer = outer.where(condition.this)
    outer.set("order", order)
    outer.set("limit", limit)
    outer.set("with_", select.args.get("with_"))
    select.replace(outer)


def _with(select: exp.Select, inner: exp.Select) -> exp.Select:
    inner.set("with_", _around(select))
    return inner
