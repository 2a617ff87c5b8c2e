"""A few rows of a port, read as whoever looks: what is masked is masked by the catalog, never here."""

from __future__ import annotations

from meshport.access import on_behalf
from meshport.access.query import Rows, query
from meshport.access.subscriptions import may_read
from meshport.catalogs.reading import BY_TOKEN
from meshport.errors import DeniedError, InputError, NotFoundError, UnavailableError
from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site, port_of
from meshport.marketplace.views.connect import select_all
from meshport.registry.types import ProductVersion

ROWS = 20


def sample(site: Site, version: ProductVersion, label: str, viewer: Identity, token: str | None) -> tuple[str, Rows]:
    """Return who reads (the viewer or a domain of theirs), and some rows. The audit log keeps it, as any query.

    `token` is the viewer's own for the catalog, where a proxy in front brought one. Where the catalog knows people, it
    is asked as the viewer; without a token it is not asked at all: nobody sees what this process may see.

    Raises NotFoundError where there is no such port, DeniedError where none of whom the viewer reads as may read it, or
    where the catalog has to be asked by themselves, UnavailableError where it cannot be asked.
    """
    sql = statement(version, label)
    try:
        if version.catalog_type not in BY_TOKEN:
            reader = _reader(site, version.product.key, viewer)
            return reader, query(site.registry, reader, sql, actor=viewer.person, max_rows=ROWS)
        if token is None:
            raise DeniedError("here the catalog masks for who asks it", hint="run the query as yourself")
        rows = on_behalf.query(site.registry, version, sql, token, person=viewer.person, max_rows=ROWS)
        return viewer.person, rows
    except NotFoundError:
        raise
    except InputError as error:
        # The query is ours: what does not fit is how all this is set up, not what somebody asked for.
        raise UnavailableError(error.message, where=error.where, hint=error.hint) from error


def statement(version: ProductVersion, label: str) -> str:
    """Return the query for some rows of a port. Raises NotFoundError where there is no such port."""
    return f"{select_all(port_of(version, label), version.catalog_type)} limit {ROWS}"


def _reader(site: Site, key: str, viewer: Identity) -> str:
    """Return whom the viewer reads a product as. Raises DeniedError where they do not."""
    reader = next((each for each in viewer.principals if may_read(site.registry, each, key)), None)
    if reader is None:
        raise DeniedError(f"you do not read {key} yet", hint="request access on its page")
    return reader
