"""What a database says when it cannot go on, in words that name the registry and the fix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError, TimeoutError

from meshport.errors import MeshportError, UnavailableError

# What the driver's message contains, what it means, and what helps.
_MEANINGS = (
    ("is locked", "the registry is in use by another program", "try again when that program is done"),
    ("deadlock detected", "two who write the registry waited for each other", "try again: nothing of this was written"),
    ("too many clients", "the registry's server has no connection left", "try again, or allow it more connections"),
    ("readonly database", "the registry cannot be written", "make the file and its folder writable"),
    ("is full", "there is no room left for the registry", "make room on its disk and try again"),
    ("disk i/o error", "the registry's disk failed to read or write", "check the disk and try again"),
    (
        "not a database",
        "this file is not a registry",
        "name another file, or move this one away and run `meshport registry init`",
    ),
    (
        "malformed",
        "the registry is damaged",
        "bring back a backup, or move the file away and run `meshport registry init`",
    ),
    (
        "unable to open",
        "the registry cannot be opened",
        "check that its folder exists, that it is a file, and that you may write both",
    ),
)


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn the database's failures into an UnavailableError with `name` as its place.

    Errors that only a defect of meshport can cause (a violated constraint, wrong SQL) pass as they are.
    """
    try:
        yield
    except DatabaseError as error:
        meaning = _meaning(error, name)
        if meaning is None:
            raise
        raise meaning from error
    except TimeoutError as error:
        raise UnavailableError(
            "too many things are done with the registry at once", where=name, hint="try again in a moment"
        ) from error


def _meaning(error: DatabaseError, name: str) -> MeshportError | None:
    said = str(error.orig)
    for part, message, hint in _MEANINGS:
        if part in said.lower():
            return UnavailableError(message, where=name, hint=hint)
    if isinstance(error, OperationalError):
        return UnavailableError(
            f"the registry cannot be used: {said.strip()}",
            where=name,
            hint="check that its server runs and that the URL is right",
        )
    return None
