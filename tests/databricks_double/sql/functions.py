"""SQL functions: a call is replaced by the function's body with the arguments in it, for the engine has no SQL functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql.access import EVERYBODY, Identity
from tests.databricks_double.sql.dialect import cast, parse_expression, table_name
from tests.databricks_double.sql.session import Session, full_name
from tests.databricks_double.store import Function, Metastore, Name

if TYPE_CHECKING:
    from tests.databricks_double.sql.secure import Reader, Scope

_MEMBERSHIP = ("is_account_group_member", "is_member")
_ARGUMENT = "argument "
_USER = (exp.CurrentUser, exp.SessionUser)
_SCHEMA = (exp.CurrentSchema, exp.CurrentDatabase)


@dataclass(frozen=True)
class Call:
    """A call to a function that sqlglot does not know: ours, or one of the engine's."""

    name: Name
    arguments: list[exp.Expr]


def call_of(node: exp.Expr) -> Call | None:
    """Return the call that a node is. `a.b.f(x)` is one node over several: the topmost is the call."""
    if isinstance(node, exp.Anonymous):
        return Call((node.name.lower(),), node.expressions)
    if isinstance(node, exp.Secret):
        return Call(("secret",), [node.this, node.expression])
    if not isinstance(node, exp.Dot) or not isinstance(node.expression, exp.Anonymous):
        return None
    parts: list[str] = []
    at: exp.Expr = node.this
    while isinstance(at, exp.Dot):
        parts.append(at.expression.name.lower())
        at = at.this
    parts += [part.name.lower() for part in reversed(at.parts)] if isinstance(at, exp.Column) else [at.name.lower()]
    return Call((*reversed(parts), node.expression.name.lower()), node.expression.expressions)


def session_value(node: exp.Expr, session: Session) -> exp.Expr | None:
    """Return what a function without arguments says of the session, for the functions that do."""
    if isinstance(node, _USER):
        return exp.Literal.string(session.principal.name)
    if isinstance(node, exp.CurrentCatalog):
        return exp.Literal.string(session.catalog)
    if isinstance(node, _SCHEMA):
        return exp.Literal.string(session.schema)
    return None


def inline(reader: Reader, call: Call, scope: Scope) -> exp.Expr | None:
    """Return what a call stands for, or None where the engine knows the function itself."""
    short = call.name[0] if len(call.name) == 1 else None
    if short in _MEMBERSHIP:
        return _member(reader.session, call)
    if short == "user" and not call.arguments:
        return exp.Literal.string(reader.session.principal.name)
    if short == "secret":
        return _secret(reader.store, call)
    name = full_name(call.name, scope.namespace)
    if name not in reader.store.functions:
        if short is not None:
            return None
        raise errors.function_not_found(name)
    access.need(reader.store, scope.identity, "EXECUTE", name, "Function")
    return body_of(reader, name, call.arguments, scope)


def body_of(reader: Reader, name: Name, arguments: list[exp.Expr], scope: Scope) -> exp.Expr:
    """Return a function's body over its arguments, which are rewritten already: they belong to the caller's scope."""
    function = reader.store.functions.get(name)
    if function is None:
        raise errors.function_not_found(name)
    if len(arguments) != len(function.parameters):
        raise errors.SqlError(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            f"The {errors.quoted(name)} requires {len(function.parameters)} parameters but the actual number is "
            f"{len(arguments)}.",
            "42605",
        )
    holder = exp.Paren(this=parse_expression(function.body))
    owner = Identity.of_owner(reader.store, function.owner)
    # The arguments go in last: they must not be looked up in the function's scope.
    for use, position in list(_uses(holder, name, function, reader.store)):
        use.replace(exp.Placeholder(this=f"{_ARGUMENT}{position}"))
    outer = exp.Paren(this=reader.rewrite(holder.this.pop(), scope.inside(owner, name[:2])))
    for mark in list(outer.find_all(exp.Placeholder)):
        if str(mark.this).startswith(_ARGUMENT):
            position = int(mark.this.removeprefix(_ARGUMENT))
            mark.replace(exp.Paren(this=cast(arguments[position].copy(), function.parameters[position].data_type)))
    return cast(outer, function.returns)


def _uses(body: exp.Expr, name: Name, function: Function, store: Metastore) -> Iterator[tuple[exp.Column, int]]:
    """Yield where a body names a parameter, and which. A column of a query inside the body comes before a parameter."""
    positions = {parameter.name: i for i, parameter in enumerate(function.parameters)}
    for found in list(body.find_all(exp.Column)):
        position = positions.get(found.name.lower())
        if position is None or found.args.get("db"):
            continue
        if found.table:
            if found.table.lower() == name[-1]:
                yield found, position
        elif not _shadowed(found, name[:2], store):
            yield found, position


def _shadowed(found: exp.Column, namespace: Name, store: Metastore) -> bool:
    query = found.find_ancestor(exp.Select)
    while query is not None:
        for table in query.find_all(exp.Table):
            if isinstance(table.this, exp.Identifier) and len(table_name(table)) <= 3:
                relation = store.relations.get(full_name(table_name(table), namespace))
                if relation is not None and found.name.lower() in relation.columns:
                    return True
        query = query.find_ancestor(exp.Select)
    return False


def _member(session: Session, call: Call) -> exp.Expr:
    """Return whether the caller is in a group: always the one who runs the query, also inside a view or a mask."""
    if len(call.arguments) != 1:
        raise errors.SqlError("WRONG_NUM_ARGS", f"{call.name[0]} takes one argument.", "42605")
    groups = sorted({EVERYBODY, *session.principal.groups})
    group = call.arguments[0]
    if isinstance(group, exp.Literal):
        return exp.Boolean(this=group.this in groups)
    return exp.Paren(this=exp.In(this=group.copy(), expressions=[exp.Literal.string(name) for name in groups]))


def _secret(store: Metastore, call: Call) -> exp.Expr:
    where = tuple(argument.this for argument in call.arguments if isinstance(argument, exp.Literal))
    if len(where) != 2 or where not in store.secrets:
        raise errors.SqlError(
            "INVALID_SECRET_LOOKUP.SECRET_FUNCTION_LOOKUP_FAILED",
            f"The secret {'.'.join(where)} cannot be found.",
            "22531",
        )
    return exp.Literal.string(store.secrets[where[0], where[1]])
