"""The double's REST half, with the real SDK that does not sleep between its attempts."""

# ruff: noqa: TID251, F401, F811 - the fixtures are the double's own; registering is tested through the real SDK
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.clock import Clock

from meshport.errors import UnavailableError
from tests.databricks_double.conftest import _server, client, served
from tests.databricks_double.double import Double
from tests.databricks_double.faults import Action, Cut, Faults, ServerError, TooManyRequests, Unavailable
from tests.databricks_double.rest_server import Served

BUSY: tuple[Action, ...] = (TooManyRequests(), Unavailable())
"""What the SDK waits for, by turns."""
BROKEN: tuple[Action, ...] = (ServerError(), Cut(), Cut(after=True))


class Hurried(Clock):
    """A clock that goes on by itself whenever somebody wants to sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="session")
def engine() -> Iterator[Double]:
    """The whole double, with a published catalog."""
    with Double(catalogs=["sales_published"]) as started:
        yield started


@pytest.fixture
def admin(client: Callable[..., WorkspaceClient]) -> WorkspaceClient:
    """The SDK of an admin."""
    return client("admin", clock=Hurried())


def writes(served: Served) -> list[str]:
    """Return what was written, as `METHOD path`."""
    return [f"{each.method} {each.path}" for each in served.requests if each.method != "GET"]


def each_fault(
    faults: Faults,
    run: Callable[[], Any],
    fresh: Callable[[], Any],
    same: Callable[[], Any],
    broken: Sequence[Action] = BROKEN,
) -> int:
    """Let every fault happen at every call of `run`, each time from `fresh`; run again, and ask that it is the `same`.

    Returns the number of faults that happened.
    """
    fresh()
    faults.begin()
    run()
    calls, wanted, happened = faults.count(), same(), 0
    for number in range(1, calls + 1):
        for action in (BUSY[number % 2], *broken):
            fresh()
            faults.begin()
            faults.at(number, action)
            with suppress(UnavailableError):
                run()
            happened += len(faults.log)
            faults.begin()
            run()
            assert same() == wanted, (number, action)
    return happened
