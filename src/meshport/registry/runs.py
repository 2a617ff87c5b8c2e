"""Runs of dbt: what became of every node in each of them, for as long as nobody prunes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select

from meshport.registry import dialects, schema
from meshport.registry.statistics import within
from meshport.registry.types import PortTests, PublishedBuild, RunRecord, RunResult, Scope

_run = schema.run
_result = schema.run_result
_tested = schema.test_result
_FIELDS = RunResult.__struct_fields__
TESTS = ("test", "unit_test")
"""The kinds of nodes that are tests."""
RAN = ("pass", "warn", "fail", "error")
"""How a test ended that was run."""


def known(connection: Connection, domain: str) -> frozenset[str]:
    """Return the invocation ids of the runs of a domain."""
    return frozenset(connection.execute(select(_run.c.invocation_id).where(_run.c.domain == domain)).scalars())


def record(connection: Connection, run: RunRecord, results: Sequence[RunResult]) -> bool:
    """Write a run with its results. Returns False where it was written before."""
    row = dialects.insert_unless(connection, _run, msgspec.structs.asdict(run), ("invocation_id",))
    if row is None:
        return False
    if results:
        connection.execute(insert(_result), [{"run": row.id, **msgspec.structs.asdict(each)} for each in results])
    return True


def read(connection: Connection, scope: Scope, limit: int | None) -> list[RunRecord]:
    """Return runs (of a domain, or in which something of a product was run), the newest first."""
    query = select(_run).order_by(_run.c.ended_at.desc(), _run.c.id.desc()).limit(limit)
    if scope.domain is not None:
        query = query.where(_run.c.domain == scope.domain)
    if scope.product is not None:
        query = query.where(_run.c.id.in_(select(_result.c.run).where(_result.c.product == scope.product)))
    names = RunRecord.__struct_fields__
    return [RunRecord(**{name: row._mapping[name] for name in names}) for row in connection.execute(query)]


def results(connection: Connection, invocations: Collection[str]) -> list[tuple[str, RunResult]]:
    """Return every result of these runs with its run's invocation id, in the order they were recorded."""
    query = _joined().where(_run.c.invocation_id.in_(list(invocations))).order_by(_run.c.id, _result.c.id)
    return [_of(row) for row in connection.execute(query)]


def newest(connection: Connection, scope: Scope) -> list[tuple[str, RunResult]]:
    """Return the newest result of every node that is a port, a test of one, or a source, with its run's invocation id.

    A node of several ports comes once for each.
    """
    key = (_result.c.unique_id, _result.c.product, _result.c.label)
    rank = func.row_number().over(partition_by=key, order_by=(_run.c.ended_at.desc(), _result.c.id.desc()))
    of_ports = _result.c.product.is_not(None) | (_result.c.kind == "source")
    query = _joined(rank.label("rank")).where(of_ports)
    if scope.domain is not None:
        query = query.where(_run.c.domain == scope.domain)
    if scope.product is not None:
        query = query.where((_result.c.product == scope.product) | _result.c.product.is_(None))
    ranked = query.subquery()
    first = select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.product, ranked.c.label, ranked.c.unique_id)
    return [_of(row) for row in connection.execute(first)]


def tests(connection: Connection, scope: Scope, start: str) -> dict[tuple[str, str], PortTests]:
    """Return how many results of tests passed since an ISO 8601 time stamp, by product and port label.

    Counted are the tests of runs, and what publications stand on beside it: data policies, and tests of runs that
    nobody recorded.
    """
    same = (
        select(_result.c.id)
        .where(_result.c.product == _tested.c.product, _result.c.label == _tested.c.label)
        .where(_result.c.unique_id == _tested.c.rule_id, _result.c.executed_at == _tested.c.executed_at)
    )
    of_runs = select(_result.c.product, _result.c.label, _result.c.status).where(
        _result.c.kind.in_(TESTS), _result.c.executed_at >= start, _result.c.product.is_not(None)
    )
    # The same result may be that of several publications.
    of_publications = (
        select(_tested.c.product, _tested.c.label, _tested.c.status, _tested.c.rule_id, _tested.c.executed_at)
        .where(_tested.c.executed_at >= start, ~same.exists())
        .distinct()
    )
    counted: dict[tuple[str, str], list[int]] = {}
    for query in (of_runs, of_publications):
        rows = query.subquery()
        tally = select(rows.c.product, rows.c.label, rows.c.status, func.count().label("results"))
        tally = tally.where(_of_products(rows.c.product, scope), rows.c.status.in_(RAN))
        for row in connection.execute(tally.group_by(rows.c.product, rows.c.label, rows.c.status)):
            count = counted.setdefault((row.product, row.label), [0, 0])
            count[0] += row.results if row.status == "pass" else 0
            count[1] += row.results
    return {key: PortTests(passed, ran) for key, (passed, ran) in counted.items()}


def builds(connection: Connection, scope: Scope) -> list[PublishedBuild]:
    """Return every build that was published, by product and port, in the order they were published."""
    build, publication = schema.publication_build, schema.publication
    query = select(build, publication.c.published_at).join(
        publication, (publication.c.product == build.c.product) & (publication.c.number == build.c.number)
    )
    query = query.where(_of_products(build.c.product, scope))
    open_: dict[tuple[str, str, str], PublishedBuild] = {}
    closed: list[PublishedBuild] = []
    for row in connection.execute(query.order_by(build.c.product, build.c.number, build.c.effect)):
        key = (row.product, row.label, row.build)
        if row.effect == "published":
            made = PublishedBuild(product=row.product, label=row.label, build=row.build, since=row.published_at)
            open_.setdefault(key, made)
        elif key in open_:
            closed.append(msgspec.structs.replace(open_.pop(key), until=row.published_at))
    return sorted([*closed, *open_.values()], key=lambda each: (each.product, each.label, each.since))


def newest_builds(connection: Connection, scope: Scope) -> dict[str, dict[str, str]]:
    """Return the build that each port holds, by product and label: that of its newest publication or rollback."""
    build = schema.publication_build
    published = select(build).where(build.c.effect == "published", _of_products(build.c.product, scope)).subquery()
    rank = func.row_number().over(
        partition_by=(published.c.product, published.c.label), order_by=published.c.number.desc()
    )
    ranked = select(published.c.product, published.c.label, published.c.build, rank.label("rank")).subquery()
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(ranked).where(ranked.c.rank == 1)):
        found.setdefault(row.product, {})[row.label] = row.build
    return found


def _joined(*more: ColumnElement[Any]) -> Select[Any]:
    columns = [_run.c.invocation_id, *(_result.c[name] for name in _FIELDS), *more]
    return select(*columns).join(_run, _run.c.id == _result.c.run)


def _of_products(product: ColumnElement[Any], scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a column names one of the products that a scope means."""
    return product.in_(select(schema.product.c.key).where(within(scope)))


def _of(row: Row[Any]) -> tuple[str, RunResult]:
    return row._mapping["invocation_id"], RunResult(**{name: row._mapping[name] for name in _FIELDS})
