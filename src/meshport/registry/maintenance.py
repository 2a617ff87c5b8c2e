"""What `meshport registry` does: make a registry, bring it up to date, tell how it is."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select

from meshport.registry import schema
from meshport.registry.connection import Fit, judge, refusal, shown, using
from meshport.registry.migrate import migrate
from meshport.registry.migrations import REVISIONS

_COUNTED = (schema.domain, schema.product, schema.publication, schema.subscription, schema.audit)


class RegistryStatus(msgspec.Struct, frozen=True):
    """How a registry is. `counts` has rows by table and is empty where the tables do not fit this meshport."""

    name: str
    database: str
    fit: Fit
    revision: str | None
    newest: str
    counts: dict[str, int]


def initialise(url: str) -> bool:
    """Make the registry's tables. Returns False where they were there already.

    Raises UnavailableError where the database holds something else, or tables of another revision.
    """
    with using(url, create=True) as engine:
        fit, found = judge(engine)
        if fit == "empty":
            migrate(engine)
        elif fit != "current":
            raise refusal(fit, found, shown(url))
        return fit == "empty"


def upgrade(url: str) -> tuple[str, str]:
    """Bring an older registry up to date, all or nothing. Returns the revisions before and after.

    Raises UnavailableError where there is none, or it is of a newer meshport.
    """
    with using(url, create=False) as engine:
        fit, found = judge(engine)
        if found is None or fit == "newer":
            raise refusal(fit, found, shown(url))
        if fit == "older":
            migrate(engine)
        return found, REVISIONS[-1]


def status(url: str) -> RegistryStatus:
    """Return how a registry is, also one that does not fit. Raises UnavailableError where it cannot be read at all."""
    with using(url, create=False) as engine:
        fit, found = judge(engine)
        counts = {}
        if fit == "current":
            with engine.connect() as connection:
                for table in _COUNTED:
                    counts[table.name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
        return RegistryStatus(shown(url), engine.dialect.name, fit, found, REVISIONS[-1], counts)
