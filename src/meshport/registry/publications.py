"""The history of a product: its publications, their test results, and the builds that rollbacks took away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from meshport.model import Evidence, QualityRule
from meshport.registry import schema
from meshport.registry.types import Publication, TestedPublication

_publication = schema.publication
_version = schema.product_version
_build = schema.publication_build
_result = schema.test_result

COUNTED_AS = {"pass": "passed", "warn": "warned", "fail": "failed", "error": "failed"}
"""dbt's word for how a test ended: the count of a publication that it belongs to. Other words count as none."""


def publications(connection: Connection, key: str, limit: int | None) -> list[Publication]:
    """Return the newest publications of a product (all without `limit`), newest first."""
    return _read(connection, _publication.c.product == key, limit)


def find(connection: Connection, key: str, plan_digest: str) -> Publication | None:
    """Return the publication of a product by one plan, or None."""
    found = _read(connection, (_publication.c.product == key) & (_publication.c.plan_digest == plan_digest), 1)
    return found[0] if found else None


def count(connection: Connection, key: str) -> int:
    """Return how many publications a product has; the newest has that number, as none is ever deleted."""
    query = select(func.count()).select_from(_publication).where(_publication.c.product == key)
    return connection.execute(query).scalar_one()


def evidence(connection: Connection, key: str, numbers: Collection[int]) -> dict[int, dict[str, tuple[Evidence, ...]]]:
    """Return the test results of some publications, by number and port label, in the order they were recorded."""
    query = select(_result).where(_result.c.product == key, _result.c.number.in_(list(numbers)))
    found: dict[int, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query.order_by(_result.c.number, _result.c.label, _result.c.position)):
        rule = QualityRule(row.rule_id, row.rule_name, row.rule_kind, row.rule_column)
        found[row.number][row.label].append(Evidence(rule, row.status, row.failures, row.executed_at))
    return {number: {label: tuple(results) for label, results in labels.items()} for number, labels in found.items()}


def tested(connection: Connection, key: str, limit: int) -> list[TestedPublication]:
    """Return the newest publications of a product with results that count, oldest first, at most `limit`."""
    counts = select(_result.c.number).where(_result.c.product == key, _result.c.status.in_(COUNTED_AS))
    query = select(_publication.c.number, _publication.c.published_at).where(
        _publication.c.product == key, _publication.c.number.in_(counts)
    )
    rows = connection.execute(query.order_by(_publication.c.number.desc()).limit(limit)).all()[::-1]
    found = evidence(connection, key, [row.number for row in rows])
    return [TestedPublication(row.published_at, found[row.number]) for row in rows]


def rolled_back_builds(connection: Connection, key: str) -> dict[str, frozenset[str]]:
    """Return, by port label, the builds that a rollback took away and no later publication brought back."""
    return withdrawn(connection, schema.product.c.key == key).get(key, {})


def withdrawn(connection: Connection, which: ColumnElement[bool]) -> dict[str, dict[str, frozenset[str]]]:
    """Return the same for all products that `which` selects, by product key and port label, in one query."""
    query = select(_build).join(schema.product, schema.product.c.key == _build.c.product).where(which)
    gone: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in connection.execute(query.order_by(_build.c.product, _build.c.number, _build.c.effect)):
        if row.effect == "withdrawn":
            gone[row.product][row.label].add(row.build)
        else:
            gone[row.product][row.label].discard(row.build)
    return {
        key: {label: frozenset(builds) for label, builds in labels.items() if builds} for key, labels in gone.items()
    }


def _read(connection: Connection, condition: ColumnElement[bool], limit: int | None) -> list[Publication]:
    """Read publications in three queries, whatever their number."""
    of_version = (_version.c.product == _publication.c.product) & (_version.c.sequence == _publication.c.sequence)
    query = select(_publication, _version.c.version).join(_version, of_version).where(condition)
    rows = connection.execute(query.order_by(_publication.c.number.desc()).limit(limit)).all()
    if not rows:
        return []
    key, numbers = rows[0].product, [row.number for row in rows]
    builds = _builds(connection, key, numbers)
    counts = _counts(connection, key, numbers)
    return [
        Publication(
            product=row.product,
            number=row.number,
            version=row.version,
            kind=row.kind,
            published_at=row.published_at,
            published_by=row.published_by,
            plan_digest=row.plan_digest,
            builds=builds[row.number, "published"],
            withdrawn=builds[row.number, "withdrawn"],
            note=row.note,
            **{name: counts[row.number, name] for name in ("passed", "warned", "failed")},
        )
        for row in rows
    ]


def _builds(connection: Connection, key: str, numbers: list[int]) -> dict[tuple[int, str], dict[str, str]]:
    query = select(_build).where(_build.c.product == key, _build.c.number >= min(numbers))
    found: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for row in connection.execute(query.order_by(_build.c.label)):
        found[row.number, row.effect][row.label] = row.build
    return found


def _counts(connection: Connection, key: str, numbers: list[int]) -> dict[tuple[int, Any], int]:
    query = select(_result.c.number, _result.c.status, func.count().label("results"))
    query = query.where(_result.c.product == key, _result.c.number >= min(numbers))
    found: dict[tuple[int, Any], int] = defaultdict(int)
    for row in connection.execute(query.group_by(_result.c.number, _result.c.status)):
        found[row.number, COUNTED_AS.get(row.status)] += row.results
    return found
