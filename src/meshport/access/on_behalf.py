"""Reading a product on behalf of a person who brings a token of the catalog's own: it decides what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshport.access.principals import parse_principal
from meshport.access.query import Rows, audit
from meshport.access.rules import catalog_name
from meshport.catalogs.reading import Reader, open_reader
from meshport.errors import DeniedError
from meshport.registry.types import ProductVersion

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from meshport.registry import Registry

    Opener = Callable[[str, str], AbstractContextManager[Reader]]


def query(
    registry: Registry,
    version: ProductVersion,
    sql: str,
    token: str,
    *,
    person: str,
    max_rows: int,
    opener: Opener = open_reader,
) -> Rows:
    """Run a query over one product in its catalog, as the person whose token this is; return at most `max_rows` rows.

    What the catalog lets them see is all that they get: subscriptions are not asked. No rows are returned that the
    audit log does not know of. The token is used here alone, and kept nowhere.

    Raises DeniedError where the token is somebody else's than `person`'s, or the catalog refuses them,
    UnavailableError where it cannot be asked.
    """
    key = version.product.key
    with opener(version.catalog, token) as reader:
        try:
            _check_person(registry, version, reader, person)
            found = reader.table(sql)
        except DeniedError as error:
            audit(registry, person, "query.refused", [key], person, sql, error.message)
            raise
        audit(registry, person, "query", [key], person, sql, None)
    return Rows(found.columns, found.rows[:max_rows], len(found.rows) > max_rows)


def _check_person(registry: Registry, version: ProductVersion, reader: Reader, person: str) -> None:
    """Raise DeniedError where the catalog takes the token for another person than who asks here.

    What they are called there is what they are granted by, too.
    """
    expected = catalog_name(registry.access_rules(version.product.domain), parse_principal(person))
    found = reader.name()
    if found.casefold() != expected.casefold():
        raise DeniedError(
            f"the catalog knows you as {found}, and here you are {person}",
            hint="sign in as the same person, or let the standards say what the catalog calls you (`principals`)",
        )
