"""A few rows of a port, read as whoever looks: what is masked is masked by the catalog, never here."""

from __future__ import annotations

from meshport.access.query import Rows, query
from meshport.access.subscriptions import may_read
from meshport.errors import DeniedError
from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site, port_of
from meshport.marketplace.views.connect import select_all
from meshport.registry.types import ProductVersion

ROWS = 20


def sample(site: Site, version: ProductVersion, label: str, viewer: Identity) -> tuple[str, Rows]:
    """Return who reads (the viewer or a domain of theirs), and some rows. The audit log keeps it, as any query.

    Raises InputError where there is no such port, DeniedError where none of whom the viewer reads as may read it, or
    where the catalog has to be asked by themselves.
    """
    port = port_of(version, label)
    key = version.product.key
    reader = next((each for each in viewer.principals if may_read(site.registry, each, key)), None)
    if reader is None:
        raise DeniedError(f"you do not read {key} yet", hint="request access on its page")
    if version.catalog_type != "duckdb":
        raise DeniedError("here the catalog masks for who asks it", hint="run the query as yourself")
    sql = f"{select_all(port, 'duckdb')} limit {ROWS}"
    return reader, query(site.registry, reader, sql, actor=viewer.person, max_rows=ROWS)
