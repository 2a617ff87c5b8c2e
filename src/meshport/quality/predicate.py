"""A data policy's SQL: one condition on one column, read strictly, and written anew for the warehouse.

It is written in DuckDB's SQL, with `{{ column }}` for the column and `{{ setting('NAME') }}` for a setting. What is
sent is not that text but what the parser understood of it, so that nothing can mean one thing here and another there.
What is not in the lists below is refused: subqueries, tables, files, aggregates, windows, unknown functions, other
columns.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from meshport.errors import InputError
from meshport.standards.policy import Policy, Setting

if TYPE_CHECKING:
    from sqlglot import exp

READ = "duckdb"
_SLOT = re.compile(r"""{{\s*(column|setting\(\s*(?P<quote>['"])(\w+)(?P=quote)\s*\))\s*}}""")
_RESERVED = "meshport__"
_COLUMN = f"{_RESERVED}column"
_SETTING = f"{_RESERVED}setting__"
_CONDITIONS = (
    "And Or Xor Not EQ NEQ GT GTE LT LTE Is In Between Like ILike SimilarTo RegexpLike RegexpFullMatch RegexpILike "
    "NullSafeEQ NullSafeNEQ Boolean StartsWith EndsWith Contains IsNan IsInf ArrayContains Escape"
)
_VALUES = (
    "Paren Column Identifier Literal Null Neg Add Sub Mul Div IntDiv Mod DPipe Cast TryCast DataType DataTypeParam "
    "Case If Coalesce Nullif Greatest Least Abs Sign Round Floor Ceil Trunc Sqrt Pow Ln Log Exp Length Lower Upper "
    "Trim Substring Left Right Replace Concat Pad Reverse StrPosition SplitPart RegexpExtract RegexpReplace "
    "Initcap Unicode Chr Array ArraySize Interval Var CurrentDate CurrentTimestamp Extract Year Month Day Quarter Week "
    "DayOfWeek DayOfYear Hour Minute Second DateDiff DateAdd DateSub DateTrunc TimestampTrunc TimestampDiff "
    "TsOrDsToDate LastDay Date Tuple"
)
_HINT = "one condition on one column, such as `{{ column }} > 0`; docs/guides/standards.md lists what may be in it"


def compile_predicate(policy: Policy, dialect: str) -> tuple[str, ...]:
    """Return a policy's condition in another dialect, cut where the column's name belongs: `("", " > 0")`.

    Raises InputError, naming the policy's file, for what is no condition, or has in it what may not be there.
    """
    from sqlglot.errors import ErrorLevel, SqlglotError

    tree = _parse(policy.sql, policy.path, policy.spec.settings)
    if policy.spec.kind == "row" and not _named(tree, _COLUMN):
        raise InputError("the condition says nothing of `{{ column }}`", where=policy.path, hint=_HINT)
    try:
        text = tree.sql(dialect=dialect, comments=False, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError) as error:
        raise InputError(f"the condition cannot be said in {dialect}: {error}", where=policy.path) from error
    return tuple(text.split(_COLUMN))


def _parse(sql: str, path: str, settings: dict[str, Setting]) -> exp.Expr:
    """Return the condition as a tree with settings filled in. Raises InputError where it is not just a condition."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    if _RESERVED in sql.lower():
        raise InputError(f"names that begin with {_RESERVED} are meshport's own", where=path, hint=_HINT)
    slots = [slot[3] for slot in _SLOT.finditer(sql)]  # the name of a setting, None for the column
    text = _SLOT.sub(lambda slot: f" {_SETTING}{slot[3]} " if slot[3] else f" {_COLUMN} ", sql)
    stray = re.search(r"{[{%#]", text)
    if stray:
        reason = "only `{{ column }}` and `{{ setting('NAME') }}` are filled in"
        line = text.count("\n", 0, stray.start()) + 1
        raise InputError(reason, where=f"{path}:{line}", hint=_HINT)
    try:
        trees = sqlglot.parse(text, read=READ)
        if len(trees) != 1 or trees[0] is None:
            raise InputError(f"this is not one condition but {len(trees)} statements", where=path, hint=_HINT)
        tree = trees[0]
        _check(tree, path)
    except SqlglotError as error:
        told = (getattr(error, "errors", None) or [{}])[0]
        said, line = told.get("description") or "it cannot be read", told.get("line")
        where = f"{path}:{line}" if line else path
        raise InputError(f"this is no SQL condition: {said.rstrip('.')}", where=where, hint=_HINT) from error
    except RecursionError:
        raise InputError("the condition is nested too deeply", where=path, hint=_HINT) from None
    filled = {_COLUMN, *(f"{_SETTING}{name}" for name in slots if name)}
    if sum(len(_named(tree, name)) for name in filled) != len(slots):
        raise InputError("`{{ ... }}` cannot stand within a text, a name or a comment", where=path, hint=_HINT)
    for name in filter(None, dict.fromkeys(slots)):
        _fill(tree, name, settings, path)
    return tree


def _check(tree: exp.Expr, path: str) -> None:
    """Raise InputError where the tree is no condition, or holds anything that is not known to be harmless."""
    from sqlglot import exp

    conditions, known = _classes()
    if not isinstance(tree.unnest(), conditions):
        raise InputError("this is no condition: it is neither true nor false of a row", where=path, hint=_HINT)
    for node in tree.walk():
        if not isinstance(node, known):
            what = node.name if isinstance(node, exp.Anonymous) else node.sql(READ)
            raise InputError(f"this cannot be in a condition: {what[:80]}", where=path, hint=_HINT)
        if isinstance(node, exp.Column) and (not node.name.startswith(_RESERVED) or node.table):
            reason = f"a data policy sees one column, not {node.sql(READ)}"
            raise InputError(reason, where=path, hint="rules between columns are `check` constraints of a contract")
        if isinstance(node, exp.DataType) and node.this in (exp.DataType.Type.USERDEFINED, exp.DataType.Type.UNKNOWN):
            raise InputError(f"there is no type {node.sql(READ)}", where=path, hint=_HINT)
        if isinstance(node, exp.In) and not node.expressions:
            raise InputError("`in` needs a list in parentheses", where=path, hint=_HINT)


@lru_cache(maxsize=1)
def _classes() -> tuple[tuple[type, ...], tuple[type, ...]]:
    """Return the kinds of nodes that make a condition, and all that may be in one."""
    from sqlglot import exp

    # Not every version of sqlglot has all of them.
    conditions = tuple(getattr(exp, name) for name in _CONDITIONS.split() if hasattr(exp, name))
    return conditions, conditions + tuple(getattr(exp, name) for name in _VALUES.split() if hasattr(exp, name))


def _named(tree: exp.Expr, name: str) -> list[exp.Column]:
    from sqlglot import exp

    return [column for column in tree.find_all(exp.Column) if column.name == name]


def _fill(tree: exp.Expr, name: str, settings: dict[str, Setting], path: str) -> None:
    """Put a setting's value in its place, a list as its items. Raises InputError for one that cannot be put there."""
    from sqlglot import exp

    value = settings.get(name)
    items = value if isinstance(value, tuple) else (value,)
    if name not in settings or isinstance(value, dict) or not items:
        what = "is a mapping" if isinstance(value, dict) else "is empty" if name in settings else "does not exist"
        hint = f"settings: {', '.join(settings) or 'none'}"
        raise InputError(f"the setting `{name}` {what}", where=path, hint=hint)
    if any(_unfit(item) for item in items):
        raise InputError(f"the setting `{name}` cannot be written in SQL", where=path)
    for place in _named(tree, f"{_SETTING}{name}"):
        if not isinstance(value, tuple):
            place.replace(exp.convert(value))
        elif isinstance(place.parent, exp.In) and place.arg_key == "expressions":
            place.replace([exp.convert(item) for item in items])
        else:
            raise InputError(f"the setting `{name}` is a list: it stands in `in (...)`", where=path, hint=_HINT)


def _unfit(item: object) -> bool:
    if isinstance(item, float):
        return not math.isfinite(item)
    return isinstance(item, str) and (_RESERVED in item.lower() or "\0" in item)
