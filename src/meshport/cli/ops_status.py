"""`meshport ops status`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.ops import product, scope_of
from meshport.cli.output import Document, Table, emit

if TYPE_CHECKING:
    from meshport.operations.status import Status
    from meshport.registry import Registry
    from meshport.registry.types import Incident, RunResult, Scope

SHOWN_RUNS = 20


@click.command()
@product
@click.option("--runs", is_flag=True, help="The history: each run, and with a product what became of its ports.")
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=SHOWN_RUNS,
    show_default=True,
    help="How many runs of the history.",
)
@options.project_dir
@options.registry
@options.output_format
def status(
    product: str | None, runs: bool, last: int, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Show how ports stand: last runs, tests, freshness, incidents.

    Of one product, of the domain of this project, or of the whole mesh. What ran is what `meshport build`, `meshport
    publish` or `meshport ops record` recorded; how old rows are is judged by the builds that were published.

    \b
    meshport ops status
    meshport ops status sales.customer_orders
    meshport ops status customer_orders --runs --format markdown
    """
    from datetime import datetime, timezone

    from meshport.operations.status import status as standing
    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        scope = scope_of(project_dir, product)
        if scope.product is not None:
            registry.require(scope.product)
        found = (
            _history(registry, scope, last) if runs else _status(standing(registry, scope, datetime.now(timezone.utc)))
        )
    emit(found, output_format)


def told_age(seconds: float | None) -> str:
    """Return an age as people say it: `1 day, 2:30:00`."""
    return "unknown" if seconds is None else str(timedelta(seconds=round(max(seconds, 0))))


def incidents_table(incidents: tuple[Incident, ...] | list[Incident], title: str = "Incidents") -> Table:
    """Return incidents for people."""
    rows = [
        (each.product, each.severity, each.kind, each.began_at[:16], (each.ended_at or "")[:16], each.text)
        for each in incidents
    ]
    return Table(["product", "severity", "kind", "began", "ended", "what"], rows, title, "None lasts.")


def _status(found: Status) -> Document:
    import msgspec

    ports = [
        (
            each.product,
            each.port,
            "never" if each.built is None else f"{each.built.status} {(each.built.executed_at or '')[:16]}".strip(),
            _tests(each.tests),
            told_age(each.age),
            each.promised or "",
            {True: "yes", False: "no", None: "unknown" if each.promised else ""}[each.fresh],
        )
        for each in found.ports
    ]
    headings = ["product", "port", "last run", "tests", "rows are", "promised", "fresh"]
    sources = {(each.name, each.status, (each.executed_at or "")[:16]) for port in found.ports for each in port.sources}
    blocks = [Table(headings, ports, "Ports", "Nothing is published.")]
    if sources:
        blocks.append(Table(["source", "status", "newest row"], sorted(sources), "Sources"))
    data = {
        "ports": [{**msgspec.to_builtins(each), "fresh": each.fresh} for each in found.ports],
        "incidents": msgspec.to_builtins(found.incidents),
    }
    return Document(data, [*blocks, incidents_table(found.incidents)])


def _tests(tests: tuple[RunResult, ...]) -> str:
    """Return what the tests of a port said: how many passed, and which did not."""
    if not tests:
        return "none was run"
    wrong = [f"{each.name}: {each.status}" for each in tests if each.status != "pass"]
    return f"{len(tests) - len(wrong)} of {len(tests)} pass" + (f"; {', '.join(wrong)}" if wrong else "")


def _history(registry: Registry, scope: Scope, last: int) -> Document:
    import msgspec

    runs = registry.runs(scope, last)
    of_product = [] if scope.product is None else registry.run_results([each.invocation_id for each in runs])
    results = [(run, each) for run, each in of_product if each.product == scope.product]
    blocks = [
        Table(
            ["ended", "domain", "command", "target", "status", "invocation"],
            [(r.ended_at[:19], r.domain, r.command, r.target or "", r.status, r.invocation_id) for r in runs],
            "Runs",
            "No run was recorded.",
        )
    ]
    if scope.product is not None:
        rows = [(e.executed_at, e.label, e.kind, e.name, e.status, e.failures, round(e.seconds, 2)) for _, e in results]
        headings = ["when", "port", "kind", "name", "status", "failures", "seconds"]
        blocks.append(Table(headings, sorted(rows, key=str, reverse=True), "Results"))
    said = [{"invocation_id": run, **msgspec.to_builtins(each)} for run, each in results]
    return Document({"runs": msgspec.to_builtins(runs), "results": said}, blocks)
