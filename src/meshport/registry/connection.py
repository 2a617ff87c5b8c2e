"""Opening the registry's database, and judging whether this meshport may use it. Alembic is not needed for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import NoSuchModuleError

from meshport.errors import InputError, UnavailableError
from meshport.registry import dialects
from meshport.registry.failures import explained
from meshport.registry.migrations import REVISIONS

_MISSING = "there is no registry here"
_ELSEWHERE = "name another place with --registry or MESHPORT_REGISTRY"

Fit = Literal["current", "older", "newer", "empty", "foreign"]


def connect(url: str, *, create: bool) -> Engine:
    """Return an engine for a registry whose tables fit this meshport.

    With `create` a SQLite registry that is not there, or is empty, is made. Raises UnavailableError where it is
    missing, unreadable, in use, or of another meshport's revision.
    """
    engine = engine_for(url, create=create)
    try:
        with explained(shown(url)):
            fit, found = judge(engine)
            if fit == "empty" and create and engine.dialect.name == "sqlite":
                from meshport.registry.migrate import migrate

                migrate(engine)
            elif fit != "current":
                raise refusal(fit, found, shown(url))
    except BaseException:
        engine.dispose()
        raise
    return engine


def engine_for(url: str, *, create: bool) -> Engine:
    """Return an engine; with `create` the folder of a SQLite file is made. Nothing is opened yet.

    Raises UnavailableError where a SQLite file is missing and may not be created, or where a driver is missing.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _check_file(parsed, create=create)
    try:
        engine = create_engine(parsed)
    except NoSuchModuleError as error:
        raise InputError(f"no database is called {parsed.drivername}", where=shown(url), hint=_ELSEWHERE) from error
    except ModuleNotFoundError as error:
        raise UnavailableError(
            f"the registry needs the Python package {error.name}", where=shown(url), hint=f"pip install {error.name}"
        ) from error
    dialects.prepare(engine)
    return engine


@contextmanager
def using(url: str, *, create: bool) -> Iterator[Engine]:
    """Yield an engine as `engine_for` returns it, explain the failures of its database, and close it."""
    engine = engine_for(url, create=create)
    try:
        with explained(shown(url)):
            yield engine
    finally:
        engine.dispose()


def shown(url: str) -> str:
    """Return a registry's URL for people: a SQLite file as its path, a password hidden."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.database
    return parsed.render_as_string(hide_password=True)


def judge(engine: Engine) -> tuple[Fit, str | None]:
    """Return how a database fits this meshport, and the revision of its tables (None where they are no registry's)."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if "alembic_version" not in tables:
            return ("foreign" if tables else "empty"), None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None:
        return "foreign", None
    if found == REVISIONS[-1]:
        return "current", found
    return ("older" if found in REVISIONS else "newer"), found


def refusal(fit: Fit, found: str | None, name: str) -> UnavailableError:
    """Return the error for a database that does not fit."""
    message, hint = {
        "empty": (_MISSING, "meshport registry init"),
        "foreign": ("this database holds something else, not a registry", _ELSEWHERE),
        "older": (
            f"the registry is of an older meshport (revision {found}, this one needs {REVISIONS[-1]})",
            "meshport registry upgrade",
        ),
        "newer": (f"the registry was written by a newer meshport (revision {found})", "upgrade meshport"),
    }[fit]
    return UnavailableError(message, where=name, hint=hint)


def _check_file(url: URL, *, create: bool) -> None:
    if not url.database or url.database == ":memory:":
        raise InputError("a registry in memory is of no use to the next command", hint="name a file")
    path = Path(url.database)
    if url.database.startswith("file:") or path.exists():
        return
    if not create:
        raise refusal("empty", None, str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"the registry's folder cannot be made: {error.strerror}",
            where=str(path.parent),
            hint=_ELSEWHERE,
        ) from error
