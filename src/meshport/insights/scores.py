"""Values of the characteristics: evidence counted, and what is not known kept apart from what does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil, floor
from typing import TYPE_CHECKING

import msgspec

from meshport.information_schema import TABLES, open_schema, registry_alone
from meshport.insights.characteristics import CHARACTERISTICS, NAMES
from meshport.registry.types import Scope

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from meshport.registry import Registry


class Piece(msgspec.Struct, frozen=True):
    """One piece of evidence. `met` is None where nothing shows whether the claim holds."""

    characteristic: str
    subject: str
    claim: str
    met: bool | None
    detail: str


class Score(msgspec.Struct, frozen=True):
    """A value: the share of claims that hold lies between `low` and `high`, both 0 to 1.

    Claims that nothing shows count against `low` and for `high`. Both are None where nothing at all is known: that is
    not 0, and not 1.
    """

    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        """`unknown`, `80 %` or `60–90 %`, rounded so that only 1 is written as 100 % and only 0 as 0 %."""
        if self.low is None or self.high is None:
            return "unknown"
        low, high = floor(self.low * 100 + 1e-9), ceil(self.high * 100 - 1e-9)
        return f"{low} %" if low == high or self.low == self.high else f"{low}–{high} %"


UNKNOWN = Score()
Scores = Mapping[str, Score]
"""By the name of the characteristic, in the order of the table."""


def counted(met: int, missed: int, unknown: int) -> Score:
    """Return the score of as many claims that hold, that do not, and of which nothing is known."""
    if not met + missed:
        return UNKNOWN
    total = met + missed + unknown
    return Score(met / total, (met + unknown) / total)


def together(scores: Iterable[Score]) -> Score:
    """Return the score of several products: the mean. One of which nothing is known may be anything from 0 to 1."""
    each = list(scores)
    if all(score.low is None for score in each):
        return UNKNOWN
    low = sum(0.0 if score.low is None else score.low for score in each) / len(each)
    high = sum(1.0 if score.high is None else score.high for score in each) / len(each)
    return Score(low, high)


def averaged(products: Iterable[Scores]) -> dict[str, Score]:
    """Return the scores of several products together, by characteristic."""
    each = list(products)
    return {name: together(scores[name] for scores in each) for name in NAMES}


@contextmanager
def opened(registry: Registry, scope: Scope) -> Iterator[DuckDBPyConnection]:
    """Open the tables that the registry alone fills, of some products, with `evidence` over the current ones.

    Retired products and ports are no evidence of anything. Leave it to close the database.
    """
    names = [key for key, table in TABLES.items() if table.registry_alone]
    with open_schema(registry_alone(registry, scope), names) as connection:
        connection.execute(
            "create view current_ports as select product_key, port from mesh.ports where status <> 'retired'"
        )
        connection.execute(f"create view evidence as {_evidence()}")
        yield connection


def scores(connection: DuckDBPyConnection) -> dict[str, dict[str, Score]]:
    """Return the scores of every product that is not retired, by key."""
    keys = connection.execute("select product_key from mesh.products where status <> 'retired' order by 1").fetchall()
    found = {key: dict.fromkeys(NAMES, UNKNOWN) for (key,) in keys}
    counts = connection.execute(
        "select product_key, characteristic, count(*) filter (met), count(*) filter (not met), "
        "count(*) filter (met is null) from evidence group by all"
    )
    for key, name, met, missed, unknown in counts.fetchall():
        found[key][name] = counted(met, missed, unknown)
    return found


def evidence(connection: DuckDBPyConnection, key: str) -> dict[str, list[Piece]]:
    """Return the evidence of one product by characteristic: what does not hold first, then what is not known."""
    rows = connection.execute(
        "select characteristic, subject, claim, met, coalesce(detail, '') from evidence where product_key = $1 "
        "order by case when not met then 0 when met is null then 1 else 2 end, subject, claim",
        [key],
    ).fetchall()
    found: dict[str, list[Piece]] = {name: [] for name in NAMES}
    for row in rows:
        found[row[0]].append(Piece(*row))
    return found


def score_of(pieces: Iterable[Piece]) -> Score:
    """Return the score of pieces of evidence."""
    said = [piece.met for piece in pieces]
    return counted(said.count(True), said.count(False), said.count(None))


def _evidence() -> str:
    parts = [f"select '{each.name}' as characteristic, * from ({each.query})" for each in CHARACTERISTICS]  # noqa: S608
    everything = "\nunion all by name\n".join(parts)
    return (
        f"select found.* from ({everything}) as found semi join "  # noqa: S608
        "(from mesh.products where status <> 'retired') as current using (product_key)"
    )
