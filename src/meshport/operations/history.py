"""The history of a domain's runs of dbt: which run did what to which port, kept in the registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from meshport.artifacts.manifest import kind_of
from meshport.artifacts.project import Result, Run
from meshport.model import Product
from meshport.registry.types import RunRecord, RunResult

if TYPE_CHECKING:
    from meshport.registry import Registry

FAILED = ("fail", "error", "runtime error", "partial success")
"""How a node ended whose run did not go well."""
Place = tuple[str, str]
"""The key of a product, and the label of one of its ports."""


def record(registry: Registry, domain: str, runs: Iterable[Run], products: Iterable[Product]) -> list[RunRecord]:
    """Record runs of dbt. `products` say which nodes are ports and tests of ports. Returns those that are new."""
    places = places_of(products)
    recorded = []
    for run in runs:
        results = [each for result in run.results for each in _results(result, places)]
        told = _told(domain, run)
        if registry.record_run(told, results):
            recorded.append(told)
    return recorded


def places_of(products: Iterable[Product]) -> Mapping[str, list[Place]]:
    """Return the ports that a node is, or is a test of, by unique id."""
    places: dict[str, list[Place]] = defaultdict(list)
    for product in products:
        for port in product.ports:
            for unique_id in (port.unique_id, *(rule.unique_id for rule in port.contract.rules)):
                places[unique_id].append((product.key, port.label))
    return places


def current(products: Iterable[Product], results: Iterable[tuple[str, RunResult]]) -> dict[str, list[RunResult]]:
    """Return those of the newest results (with their runs' invocation ids) that say something of products as they are
    published, by product.

    A node that is no part of the published product any more, or not yet, counts only while it was in the product's
    newest run: a test that was removed after it failed is not wrong for ever.
    """
    of_product: dict[str, list[tuple[str, RunResult]]] = defaultdict(list)
    for invocation, result in results:
        if result.product is not None:
            of_product[result.product].append((invocation, result))
    found = {}
    for product in products:
        parts = places_of([product])
        newest = max(of_product[product.key], key=lambda each: each[1].executed_at or "", default=("", None))[0]
        found[product.key] = [
            result
            for invocation, result in of_product[product.key]
            if result.unique_id in parts or invocation == newest
        ]
    return found


def _told(domain: str, run: Run) -> RunRecord:
    return RunRecord(
        domain=domain,
        invocation_id=run.invocation_id,
        command=run.command,
        target=run.target,
        started_at=run.started_at,
        ended_at=run.ended_at,
        status="failed" if any(each.status in FAILED for each in run.results) else "success",
    )


def _results(result: Result, places: Mapping[str, list[Place]]) -> Iterator[RunResult]:
    """Yield a result once for each port that it is about, or once where it is about none."""
    nowhere: list[tuple[str | None, str | None]] = [(None, None)]
    for product, label in places.get(result.unique_id) or nowhere:
        yield RunResult(
            unique_id=result.unique_id,
            name=name_of(result.unique_id),
            kind=kind_of(result.unique_id),
            product=product,
            label=label,
            status=result.status,
            seconds=result.execution_time,
            failures=result.failures,
            executed_at=result.completed_at,
        )


def name_of(unique_id: str) -> str:
    """Return what people call a node: the part of its unique id after kind and package, without a test's digest."""
    parts = unique_id.split(".")
    return parts[2] if parts[0] == "test" and len(parts) > 2 else ".".join(parts[2:]) or unique_id
