"""What the resolver computes with: a column's origins, and a relation, of which not all columns may be known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from meshport.model import fold

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

    from meshport.lineage.dialects import Dialect

Ref = tuple[str, str]
"""A node's unique id, or a relation's name where dbt does not know it, and a column's name."""

Origins = dict[Ref, int]

COPY: Final = 0
MOD: Final = 1
SCAN: Final = 2
RESOLVED: Final = 0
INFERRED: Final = 1
UNRESOLVED: Final = 2

# One column reached in two ways: the value is carried if either way carries it, changed if either carrier changes it.
_BOTH = ((COPY, MOD, COPY), (MOD, MOD, MOD), (COPY, MOD, SCAN))
# One way after another: reading only is never more than reading, and a change stays one.
_THROUGH = ((COPY, MOD, SCAN), (MOD, MOD, SCAN), (SCAN, SCAN, SCAN))


class Col:
    """A value: the columns it comes from, how sure that is, and why it is not sure.

    `fields` are the parts of a struct built in the query, by key; `formula` is kept only where formulas were asked for.
    """

    __slots__ = ("fields", "formula", "origins", "reason", "status")

    def __init__(
        self,
        origins: Origins,
        status: int = RESOLVED,
        reason: str = "",
        formula: Expr | None = None,
        fields: dict[str, Col] | None = None,
    ) -> None:
        self.origins = origins
        self.status = status
        self.reason = reason
        self.formula = formula
        self.fields = fields

    def doubted(self, reason: str) -> Col:
        """Return this column as inferred, for this reason."""
        if self.status >= INFERRED:
            return self
        return Col(self.origins, INFERRED, reason, self.formula, self.fields)


NOTHING = Col({})
"""A value that comes from no column: a literal, the time of day."""


def unresolved(reason: str) -> Col:
    """Return a column of which nothing is known."""
    return Col({}, UNRESOLVED, reason)


def absorb(into: Origins, origins: Origins, kind: int) -> None:
    """Add `origins`, used in the way `kind`, to `into`."""
    through = _THROUGH[kind]
    for ref, inner in origins.items():
        way = through[inner]
        known = into.get(ref)
        into[ref] = way if known is None else _BOTH[known][way]


def merged(cols: Iterable[Col]) -> Col:
    """Return what is any one of several values, as the columns of a union are."""
    origins: Origins = {}
    status, reason = RESOLVED, ""
    for col in cols:
        absorb(origins, col.origins, COPY)
        if col.status > status:
            status, reason = col.status, col.reason
    return Col(origins, status, reason)


Opener = Callable[[str], Col]
"""Gives the column of a real name from a relation whose columns are not all known."""


class Rel:
    """A relation: its columns in order, and `scans`, the columns that decide which rows it has.

    `more` gives columns that are not in the list; None says that the list is complete.
    """

    __slots__ = ("_folded", "_index", "cols", "more", "names", "scans")

    def __init__(self, names: list[str], cols: list[Col], scans: Origins, more: Opener | None = None) -> None:
        self.names = names
        self.cols = cols
        self.scans = scans
        self.more = more
        self._index: dict[str, Col] | None = None
        self._folded: dict[str, Col | None] | None = None

    def find(self, dialect: Dialect, name: str) -> Col | None:
        """Return the column of that real name, None where there is none.

        Where names have a case, one that differs in case alone is found, in doubt: what wrote the SQL, or the catalog,
        was careless with it.
        """
        found = self.index(dialect.key).get(dialect.key(name))
        if found is not None or not dialect.sensitive:
            return found
        if self._folded is None:
            self._folded = {}
            for other, col in zip(self.names, self.cols, strict=True):
                self._folded[fold(other)] = None if fold(other) in self._folded else col
        near = self._folded.get(fold(name))
        return None if near is None else near.doubted(f"`{name}` is written in another case")

    def index(self, key: Callable[[str], str]) -> dict[str, Col]:
        """Return the columns by key; of two with one name, the first."""
        if self._index is None:
            self._index = {key(name): col for name, col in zip(reversed(self.names), reversed(self.cols), strict=True)}
        return self._index
