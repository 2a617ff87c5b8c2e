"""What applying works with: the registry, the catalog, dbt, and the record that is kept while they are used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from meshport.catalogs.base import Statement
from meshport.errors import MeshportError
from meshport.log import event
from meshport.model import Port
from meshport.plan.make import Observed
from meshport.plan.operations import Operation
from meshport.registry.types import JournalRun, PortLineage

LOCK_WAIT_SECONDS = 30.0
Step = Callable[[str, Callable[[], object]], None]
"""Runs one named step and journals it."""


class Renderer(Protocol):
    """Whoever turns operations into statements: dbt."""

    def render(self, operations: Sequence[Operation]) -> Rendered:
        """Return the statements of each operation."""


class Rendered(Protocol):
    """Statements by operation id, and what dbt connects to."""

    @property
    def target(self) -> dict[str, Any]:
        """What dbt connects to."""

    @property
    def statements(self) -> Mapping[str, tuple[Statement, ...]]:
        """The statements by operation id."""


class Site(msgspec.Struct, frozen=True):
    """Everything that applying needs: where to read, write, render and record, and who does it.

    `artifacts` digests the artifacts as they are now, `tell` says what is going on (what, how many of how many),
    `lineage` where the columns of a port come from.
    """

    domain: str
    actor: str
    registry: Any  # a meshport.registry.Registry; not named, so that planning does not import a database
    catalog: Any  # a meshport.catalogs.base.Catalog
    renderer: Any  # a Renderer
    observe: Callable[[], Observed]
    artifacts: Callable[[], str]
    tell: Callable[[str, int, int], None]
    lineage: Callable[[Port], PortLineage]
    registrar: Any = None  # a meshport.catalogs.base.Registrar, None where the catalog has nothing to be told


@contextmanager
def locked(site: Site) -> Iterator[Any]:
    """Hold the domain's lock: one publish at a time, across processes and machines."""
    with site.registry.lock(site.domain, site.actor, LOCK_WAIT_SECONDS) as lock:
        yield lock


class Journalling(Protocol):
    """Whose work is journalled: under a domain's name, in a registry, by somebody."""

    @property
    def domain(self) -> str:
        """What the journal knows it by."""

    @property
    def registry(self) -> Any:
        """The registry."""

    @property
    def actor(self) -> str:
        """Who does it."""


@contextmanager
def journalled(site: Journalling, name: str, half_done: Callable[[], bool] = lambda: False) -> Iterator[Step]:
    """Yield a function that runs one named step and journals it.

    `name` is a plan's digest for a publish, `rollback KEY` or `retire KEY` for these. A run that is killed stays open;
    the next one that does the same ends it. A publish that fails ends, because its ledger says what it really wrote;
    unless something is `half_done`. A rollback or a retirement that fails stays open, because it has to be completed.
    """
    registry = site.registry
    earlier = [run for run in registry.unfinished(site.domain) if _same(run, name)]
    current = registry.journal_begin(site.domain, name, site.actor)

    def step(label: str, action: Callable[[], object]) -> None:
        registry.journal(current, label, "started", None)
        started = time.monotonic()
        try:
            action()
        except MeshportError as error:
            registry.journal(current, label, "failed", error.message)
            event("step", domain=site.domain, step=label, state="failed", problem=error.message)
            raise
        registry.journal(current, label, "done", None)
        event("step", domain=site.domain, step=label, state="done", seconds=round(time.monotonic() - started, 3))

    try:
        yield step
    except MeshportError as error:
        if _is_publish(name) and not half_done():
            registry.journal_end(current, f"failed: {error.message}")
        raise
    registry.journal_end(current, "done")
    for run in earlier:
        registry.journal_end(run.id, "converged")


def open_publishes(runs: Sequence[JournalRun]) -> list[JournalRun]:
    """Return those of the unfinished runs that are publishes."""
    return [run for run in runs if _is_publish(run.plan_digest)]


def _is_publish(name: str) -> bool:
    return " " not in name


def _same(run: JournalRun, name: str) -> bool:
    return run.plan_digest == name or (_is_publish(run.plan_digest) and _is_publish(name))
