"""Queries as trees: sqlglot's Databricks dialect, with string literals read by Spark's rules."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import ErrorLevel, SqlglotError

from tests.databricks_double.sql.errors import SqlError, syntax_error
from tests.databricks_double.sql.lexer import literal, sqlglot_tokens
from tests.databricks_double.store import Name

_DIALECT = Databricks()
_OURS = "engine"


def parse_tree(text: str) -> exp.Expr:
    """Read one query or one DML statement into a tree."""
    found = sqlglot_tokens(text)
    if found and found[0].text.upper() == "TABLE":
        return parse_tree("SELECT * FROM " + text[found[0].end + 1 :])
    try:
        trees = _DIALECT.parser(error_level=ErrorLevel.RAISE).parse(found, text)
    except SqlglotError as error:
        raise syntax_error(str(error).split("\n")[0], text) from None
    if len(trees) != 1 or trees[0] is None or isinstance(trees[0], exp.Command):
        raise syntax_error("end of statement", text)
    return trees[0]


def parse_query(text: str) -> exp.Query:
    """Read a query; anything else is a syntax error."""
    tree = parse_tree(text)
    if isinstance(tree, exp.Values):
        return exp.select("*").from_(tree)
    if isinstance(tree, exp.Subquery):
        return tree
    if not isinstance(tree, exp.Query):
        raise syntax_error(text.split()[0], text)
    return tree


def parse_expression(text: str) -> exp.Expr:
    """Read one expression, or a query that stands for one value."""
    first = text.split(None, 1)[0].upper() if text.split() else ""
    tree = parse_tree(f"SELECT ({text})" if first in ("SELECT", "WITH") else f"SELECT {text}")
    plain = (
        isinstance(tree, exp.Select) and len(tree.expressions) == 1 and len([v for v in tree.args.values() if v]) == 1
    )
    if not plain or isinstance(tree.expressions[0], exp.Alias):
        raise syntax_error(text, text)
    found: exp.Expr = tree.expressions[0]
    return found.pop()


def plain_expression(text: str) -> exp.Expr:
    """Read an expression over the columns of one table. A query in it would be read past all checks, so it is refused."""
    tree = parse_expression(text)
    if tree.find(exp.Query, exp.Table) is not None:
        raise SqlError(
            "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY", f"A query cannot stand in this condition: {text}.", "0A000"
        )
    return tree


def data_type(name: str) -> exp.DataType:
    """Return a data type as a tree."""
    return exp.DataType.build(name, dialect=_DIALECT)


def cast(value: exp.Expr, name: str) -> exp.Expr:
    """Return a value as a data type. The engine has no VOID: a column of it is a string that is always NULL."""
    return exp.Cast(this=value, to=data_type("string" if name == "void" else name))


def identifier(name: str) -> exp.Identifier:
    """Return a name, always quoted."""
    return exp.Identifier(this=name, quoted=True)


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a column, quoted."""
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def engine_table(rows: str, alias: str | None = None) -> exp.Table:
    """Return the engine's table of that name."""
    named = exp.TableAlias(this=identifier(alias)) if alias else None
    table = exp.Table(this=identifier(rows), alias=named)
    table.meta[_OURS] = True
    return table


def is_ours(table: exp.Table) -> bool:
    """Return whether a table was put there by the double, whatever it is called."""
    return bool(table.meta.get(_OURS))


def table_name(table: exp.Table) -> Name:
    """Return the parts of a table's name, in small letters."""
    parts = (table.args.get("catalog"), table.args.get("db"), table.this)
    return tuple(part.name.lower() for part in parts if part)


def to_sail(tree: exp.Expr) -> str:
    """Write a tree for the engine.

    sqlglot escapes literals as Spark reads them, but for a NUL with digits after it, which would be an octal number.
    """
    for value in [found for found in tree.find_all(exp.Literal) if found.is_string and "\0" in found.this]:
        value.replace(exp.Var(this=literal(value.this)))
    return _DIALECT.generate(tree)
