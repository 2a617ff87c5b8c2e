"""The workspace's REST services by the SDK, which waits and repeats where the server says so; errors for people.

Source: `databricks.sdk.WorkspaceClient`. Its calls put names into paths as they are: `in_path` encodes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from meshport.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_TAKEN = "ALREADY_EXISTS"


def workspace(host: str) -> WorkspaceClient:
    """Return a client of a workspace. Who connects is found by the SDK. Raises InputError where nobody is."""
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.config import Config

    try:
        return WorkspaceClient(config=Config(host=f"https://{host}", product="meshport"))
    except ValueError as error:
        raise InputError(
            f"nobody to connect as: {str(error).splitlines()[0]}",
            hint="set DATABRICKS_TOKEN, a service principal, or a profile: docs/guides/databricks.md",
        ) from error


def in_path(name: str) -> str:
    """Return a name as a part of a path."""
    return quote(name, safe="")


@contextmanager
def explained(doing: str, needs: str = "") -> Iterator[None]:
    """Turn what the SDK raises into UnavailableError: what was being done, and the privilege that it `needs`."""
    from databricks.sdk.errors import PermissionDenied

    try:
        yield
    except PermissionDenied as error:
        hint = f"it needs {needs}" if needs else None
        raise UnavailableError(f"{doing}: Databricks refused it: {_said(error)}", hint=hint) from error
    except OSError as error:  # what the service answers (DatabricksError), time that ran out, a broken connection
        raise UnavailableError(f"{doing}: {_said(error)}", hint="run the same command again") from error


def once(call: Callable[[], object], *, making: bool) -> bool:
    """Make a call so that a repeated one is one: what is there already is made, what is gone already is deleted.

    The SDK sends a call again after a broken connection, also where it had its effect. Returns False where it found
    what it wanted.
    """
    from databricks.sdk.errors import NotFound, ResourceConflict
    from databricks.sdk.errors.base import DatabricksError

    try:
        call()
    except NotFound:
        if making:
            raise
        return False
    except DatabricksError as error:
        there = isinstance(error, ResourceConflict) or _TAKEN in (error.error_code or "")
        if not (making and there):
            raise
        return False
    return True


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
