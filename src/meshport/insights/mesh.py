"""The whole mesh as the central team sees it: the same statistics over domains, and where nobody looks after data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from meshport.insights.scores import Score, Scores, averaged, opened, scores
from meshport.registry.types import Scope

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from meshport.registry import Registry

NOT_RECORDED = (
    "Results of code and infrastructure policies are not recorded in the registry: `meshport check` asks them of a "
    "project, and publishing asks them again. What is counted here are tests and data policies.",
    "Queries that people ask a catalog itself are not recorded: a product on Databricks counts as unused where it has "
    "no subscriber and nobody asks it through meshport.",
)
"""What the figures leave out, said wherever they are shown."""


class DomainRow(msgspec.Struct, frozen=True, kw_only=True):
    """One domain: its owner, how many of its products name one, and how many of its columns are classified and masked.

    `tested` and `checked` are products with results of dbt's tests and of data policies; `failing` those of which one
    failed on what is published.
    """

    domain: str
    owner: str
    products: int
    owned: int
    columns: int
    classified: int
    masked: int
    tested: int
    checked: int
    failing: int
    scores: Scores


class Month(msgspec.Struct, frozen=True):
    """The results of all tests that were published on in a month (`2026-11`)."""

    month: str
    passed: int
    warned: int
    failed: int


class ClassificationRow(msgspec.Struct, frozen=True):
    """How many columns of a domain's ports hold something, and how many of these a mask hides."""

    domain: str
    classification: str
    columns: int
    masked: int


class Unused(msgspec.Struct, frozen=True):
    """A product without a subscriber that nobody queried in 90 days."""

    key: str
    title: str
    owner: str
    published_at: str


class MeshInsights(msgspec.Struct, frozen=True, kw_only=True):
    """The mesh: all products together, each domain, results over the last twelve months with any, unused products."""

    scores: Scores
    domains: tuple[DomainRow, ...]
    classifications: tuple[ClassificationRow, ...]
    months: tuple[Month, ...]
    unused: tuple[Unused, ...]
    not_recorded: tuple[str, ...] = NOT_RECORDED


def mesh_insights(registry: Registry) -> MeshInsights:
    """Return how the mesh stands, without retired products."""
    with opened(registry, Scope()) as connection:
        found = scores(connection)
        return MeshInsights(
            scores=averaged(found.values()),
            domains=tuple(_domains(connection, found)),
            classifications=tuple(ClassificationRow(*row) for row in connection.execute(_CLASSIFIED).fetchall()),
            months=tuple(Month(*row) for row in connection.execute(_MONTHS).fetchall())[::-1],
            unused=tuple(Unused(*row) for row in connection.execute(_UNUSED).fetchall()),
        )


def _domains(connection: DuckDBPyConnection, found: dict[str, dict[str, Score]]) -> list[DomainRow]:
    result = connection.execute(_DOMAINS)
    names = [str(column[0]) for column in result.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return [
        DomainRow(**row, scores=averaged(of for key, of in found.items() if key.partition(".")[0] == row["domain"]))
        for row in rows
    ]


_DOMAINS = """
with current as (from mesh.products where status <> 'retired'),
tally as (
    select domain, count(*) as products, count(coalesce(owner_name, owner_email)) as owned from current group by domain
),
held as (
    select domain, count(*) as columns, count(classification) as classified,
        count(*) filter (classification is not null and mask is not null) as masked
    from mesh.port_columns semi join current_ports using (product_key, port) join current using (product_key)
    group by domain
),
shown as (
    select domain, count(distinct product_key) filter (kind <> 'data_policy') as tested,
        count(distinct product_key) filter (kind = 'data_policy') as checked,
        count(distinct product_key) filter (results.status in ('fail', 'error')) as failing
    from current join (from mesh.results where status <> 'skipped') as results using (product_key)
    group by domain
)
select domain, coalesce(owner_name, owner_email, '') as owner,
    coalesce(columns(* exclude (domain, title, description, owner_name, owner_email)), 0)
from mesh.domains left join tally using (domain) left join held using (domain) left join shown using (domain)
order by domain
"""

_CLASSIFIED = """
select domain, classification, count(*), count(mask)
from mesh.port_columns
    semi join current_ports using (product_key, port)
    join (from mesh.products where status <> 'retired') using (product_key)
where classification is not null
group by all order by all
"""

_MONTHS = """
select strftime(published_at, '%Y-%m') as month, sum(passed)::bigint, sum(warned)::bigint, sum(failed)::bigint
from mesh.publications
group by month having sum(passed + warned + failed) > 0
order by month desc limit 12
"""

_UNUSED = """
select product_key, title, coalesce(owner_name, owner_email, ''), strftime(published_at, '%Y-%m-%d')
from (from mesh.products where status <> 'retired') as current
    anti join (from mesh.subscriptions where status in ('active', 'approved')) as subscribed using (product_key)
    anti join mesh.usage using (product_key)
order by product_key
"""
