"""The ledger: what meshport itself wrote to a catalog, so that it never changes or deletes what is somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, select

from meshport.registry import dialects
from meshport.registry.schema import ledger as _ledger
from meshport.registry.types import LedgerKey


def read(connection: Connection, catalog: str, owner: str) -> dict[LedgerKey, str]:
    """Return everything that `owner` (a domain) wrote to a catalog."""
    rows = connection.execute(select(_ledger).where(_ledger.c.catalog == catalog, _ledger.c.owner == owner))
    return {LedgerKey(row.kind, row.key): row.value for row in rows}


def write(connection: Connection, catalog: str, owner: str, entries: Mapping[LedgerKey, str]) -> None:
    """Add entries, or bring the value of those up to date that are there."""
    common = {"catalog": catalog, "owner": owner}
    rows = [{**common, "kind": key.kind, "key": key.key, "value": value} for key, value in entries.items()]
    dialects.upsert(connection, _ledger, rows)


def forget(connection: Connection, catalog: str, owner: str, keys: Iterable[LedgerKey]) -> None:
    """Remove entries; those that are not there are passed over."""
    rows = [{"the_kind": key.kind, "the_key": key.key} for key in keys]
    if rows:
        entry = (_ledger.c.kind == bindparam("the_kind")) & (_ledger.c.key == bindparam("the_key"))
        connection.execute(delete(_ledger).where(_ledger.c.catalog == catalog, _ledger.c.owner == owner, entry), rows)
