"""What a catalog's platform bills for its warehouses, and who used them: plain data, as it was read.

Time stamps are microseconds since 1970 in UTC: what is allocated is counted in whole ones.
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime
    from typing import Protocol

    class Biller(Protocol):
        """A platform that bills."""

        name: str

        def read(self, since: datetime, until: datetime, published: Collection[str]) -> Billed:
            """Return what was billed and used from `since` to `until`; `published` are the catalogs with ports."""


class Interval(msgspec.Struct, frozen=True, order=True):
    """A time of a warehouse that the bill speaks of: mostly an hour."""

    warehouse: str
    begins: int
    ends: int


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the bill: so many units at a price. `price` is None where no list price is known.

    `domain` and `budget` are what the warehouse is marked with (`meshport domain apply`).
    """

    interval: Interval
    quantity: Decimal
    price: Decimal | None
    currency: str
    domain: str | None = None
    budget: Decimal | None = None


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Statements of an interval that are alike. `nanoseconds` are their share of its time: while several ran at once,
    each has an equal part of it.

    `model` is dbt's, by its query tag; `reads` and `writes` are the full names of published tables.
    """

    interval: Interval
    nanoseconds: int
    model: str | None
    executed_by: str | None
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


class Event(msgspec.Struct, frozen=True, order=True):
    """What happened to a warehouse: `STARTING`, `RUNNING`, `STOPPING`, `STOPPED`, `SCALED_UP`, `SCALED_DOWN`."""

    warehouse: str
    at: int
    kind: str


class Billed(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read. `events` is None where they cannot be; `notes` say what could not be read."""

    usages: list[Usage]
    uses: list[Use]
    events: list[Event] | None
    notes: tuple[str, ...] = ()


@contextmanager
def open_biller(catalog: str) -> Iterator[Biller]:
    """Open what bills for a catalog, by the registry's name for it.

    Raises InputError where nothing says how to reach the workspace, UnavailableError where the environment names
    another one.
    """
    from meshport.catalogs.databricks import access_to
    from meshport.catalogs.databricks.billing import connected

    access, _ = access_to(catalog, hint="costs are read where that workspace is set: docs/guides/cost.md")
    with connected(access) as biller:
        yield biller
