"""Calls that may be repeated: what an earlier attempt has made is made."""

from __future__ import annotations

from collections.abc import Callable


def ensure(make: Callable[[], object], is_there: Callable[[], bool]) -> None:
    """Make something; a refusal is none where it is there all the same.

    The SDK sends a call again after a broken connection, also where it had its effect; how a service refuses to make
    something twice differs from one to the other.
    """
    from databricks.sdk.errors.base import DatabricksError

    try:
        make()
    except DatabricksError:
        if not is_there():
            raise
