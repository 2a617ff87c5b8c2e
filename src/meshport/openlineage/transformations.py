"""How a column takes part in another: OpenLineage's words for it, read from the formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from meshport.lineage.types import Kind, Origin
from meshport.model import fold
from meshport.openlineage.types import Transformation

if TYPE_CHECKING:
    from sqlglot import exp

Transformations = tuple[Transformation, ...]

IDENTITY = Transformation("DIRECT", "IDENTITY")
DIRECT = Transformation("DIRECT")
INDIRECT = Transformation("INDIRECT")
_DIRECT_ROLES = ("AGGREGATION", "TRANSFORMATION")


def by_kind(kind: Kind) -> Transformation:
    """Return what the kind of an edge alone says: its subtype is known of a copy only."""
    return IDENTITY if kind == "copy" else DIRECT if kind == "mod" else INDIRECT


class Formula:
    """The expression that a column is computed by, looked through for the uses of each origin.

    `owners` are the relations whose columns it reads, by name: a use that names another one than the origin's is not
    the origin's. With `described`, transformations carry the text.
    """

    def __init__(self, text: str, dialect: str, owners: Iterable[str], described: bool) -> None:
        self._described = text if described else UNSET
        self._owners = frozenset(map(fold, owners))
        self._uses: dict[str, list[exp.Column]] = {}
        for use in _columns(text, dialect):
            self._uses.setdefault(fold(use.name), []).append(use)

    def transformations(self, origin: Origin, owner: str) -> Transformations:
        """Return how an origin, a column of the relation `owner`, takes part; every way once."""
        roles = {
            _role(use)
            for use in self._uses.get(fold(origin.column), ())
            if fold(use.table) == fold(owner) or fold(use.table) not in self._owners
        }
        direct = [role for role in _DIRECT_ROLES if role in roles]
        indirect = sorted(roles.difference(_DIRECT_ROLES))
        if origin.kind == "scan":
            return tuple(Transformation("INDIRECT", role, self._described) for role in indirect) or (INDIRECT,)
        carried = [Transformation("DIRECT", role, self._described) for role in direct]
        decided = [Transformation("INDIRECT", role, self._described) for role in indirect]
        return (*(carried or [DIRECT]), *decided)


def compose(outer: Transformation, inner: Transformation) -> Transformation:
    """Return one transformation after another, as one: `inner` is nearer to where the value comes from."""
    if outer == IDENTITY:
        return inner
    if inner == IDENTITY:
        return outer
    if outer.type == "INDIRECT" or inner.type == "INDIRECT":
        decisive = outer if outer.type == "INDIRECT" else inner
        return msgspec.structs.replace(decisive, description=UNSET)
    if UNSET in (outer.subtype, inner.subtype):
        return DIRECT
    aggregated = "AGGREGATION" in (outer.subtype, inner.subtype)
    return Transformation("DIRECT", "AGGREGATION" if aggregated else "TRANSFORMATION")


def _columns(text: str, dialect: str) -> Iterator[exp.Column]:
    if not text:
        return iter(())
    import sqlglot
    from sqlglot import errors, exp

    try:
        return sqlglot.parse_one(text, dialect=dialect).find_all(exp.Column)
    except (errors.SqlglotError, RecursionError):
        return iter(())


def _role(use: exp.Column) -> str:
    """Return the part that a column plays where it stands: what is nearest to the top and decides wins."""
    from sqlglot import exp

    only_placed = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)  # they take one row's value
    role = "TRANSFORMATION"
    child: exp.Expr = use
    parent = use.parent
    while parent is not None:
        place = child.arg_key
        if isinstance(parent, (exp.If, exp.Case)) and place == "this":
            role = "CONDITIONAL"
        elif isinstance(parent, exp.Window) and place in ("partition_by", "order"):
            role = "WINDOW"
        elif isinstance(parent, exp.Filter) and place == "expression":
            role = "FILTER"
        elif isinstance(parent, exp.Ordered):
            role = "SORT"
        elif isinstance(parent, exp.AggFunc) and not isinstance(parent, only_placed) and role == "TRANSFORMATION":
            role = "AGGREGATION"
        child, parent = parent, parent.parent
    return role
