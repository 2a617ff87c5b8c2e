"""What the API sends, where it is not a type of the views or the registry, and how it is made of those.

A client depends on every name in here: one may be added, none changed or taken away within `/api/v1`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from meshport.access.query import Rows
from meshport.contracts.levels import Level
from meshport.discovery.types import Count
from meshport.marketplace.identity import Identity
from meshport.marketplace.views.cards import Card
from meshport.marketplace.views.connect import Way
from meshport.marketplace.views.costs import ProductCosts
from meshport.marketplace.views.history import Step
from meshport.marketplace.views.product import About, PortPart
from meshport.marketplace.views.quality import Quality
from meshport.model import Owner, Slo
from meshport.registry.types import Liking, PortLineage, Use
from meshport.values import plain


class ColumnShape(msgspec.Struct, frozen=True):
    """A column of a port. `mask` names the mask, `formula` is how it is computed, as far as that is known."""

    name: str
    data_type: str | None
    description: str
    classification: str | None
    mask: str | None
    formula: str | None


class PortShape(msgspec.Struct, frozen=True):
    """A port. `relation` is what consumers read; `until` the day it goes, `replaced_by` the label of what follows."""

    label: str
    description: str
    status: str
    until: str | None
    replaced_by: str | None
    relation: str
    columns: list[ColumnShape]
    row_filter: str | None
    connect: list[Way]


class IncidentShape(msgspec.Struct, frozen=True):
    """What is wrong with a product, since when. `hard`: a new build was refused; `soft`: a promise is missed."""

    kind: str
    severity: str
    text: str
    began_at: str


class ProductShape(msgspec.Struct, frozen=True, kw_only=True):
    """A product, and what the caller may do: `readable` by one of whom they read as; `may_decide` about requests."""

    key: str
    title: str
    domain: str
    description: str
    status: str
    version: str
    published_at: str
    published_by: str
    owner: Owner
    tier: str | None
    slo: Slo
    terms: str | None
    support: dict[str, str]
    tags: dict[str, str]
    incidents: list[IncidentShape]
    ports: list[PortShape]
    consumers: list[str]
    liking: Liking
    use: Use
    readable: bool
    bookmarked: bool
    may_decide: bool


class ChangeShape(msgspec.Struct, frozen=True):
    """A change of a contract. `port` is a label, empty for the whole product; `subject` a column, or empty."""

    port: str
    severity: str
    kind: str
    subject: str
    message: str


class SearchShape(msgspec.Struct, frozen=True):
    """What a search finds, best first. `facets` count the values that narrow it down; `near`: no product has all words
    as they were written.
    """

    items: list[Card]
    limit: int
    offset: int
    total: int
    near: bool
    facets: dict[str, tuple[Count, ...]]


class VersionShape(msgspec.Struct, frozen=True):
    """A version, and what it changed since the one before. The severity of the first is `first`."""

    version: str
    published_at: str
    published_by: str
    severity: str
    changes: list[ChangeShape]
    added: tuple[str, ...]
    removed: tuple[str, ...]


class OriginShape(msgspec.Struct, frozen=True):
    """`to_column` of `to` reads `column` of `node`: as it is (`copy`), changed (`mod`), or only looked at (`scan`)."""

    to: str
    to_column: str
    node: str
    column: str
    kind: str


class LineageShape(msgspec.Struct, frozen=True):
    """Where the columns of a port come from. `nodes` are names by dbt's unique ids; `unique_id` is the port's own."""

    unique_id: str
    nodes: dict[str, str]
    edges: list[OriginShape]
    formulas: dict[str, str]
    unknown: dict[str, str]


class RuleShape(msgspec.Struct, frozen=True):
    """A rule of quality. `results` belong to `runs`, in their order; null where it was not run."""

    port: str
    name: str
    kind: str
    column: str | None
    latest: str | None
    failures: int | None
    results: tuple[str | None, ...]


class QualityShape(msgspec.Struct, frozen=True):
    """The rules of a product over its publications (`runs` are their times, oldest first), and what it promised."""

    runs: list[str]
    rules: list[RuleShape]
    levels: tuple[Level, ...]


class SampleColumn(msgspec.Struct, frozen=True):
    """A column of a sample, with the catalog's name of its type."""

    name: str
    type: str


class SampleShape(msgspec.Struct, frozen=True):
    """Some rows, as `reader` sees them; `more`: there are others. What JSON would round is text."""

    reader: str
    columns: list[SampleColumn]
    rows: list[list[Any]]
    more: bool


class MeShape(msgspec.Struct, frozen=True):
    """Who the caller is, and whom they read as."""

    person: str
    name: str
    owns: list[str]
    develops: list[str]
    provisioner: bool
    auditor: bool
    principals: tuple[str, ...]


class ConsumerCostShape(msgspec.Struct, frozen=True):
    """What reading a product cost somebody; `consumer` is null where nothing tells who it was."""

    consumer: str | None
    amount: str


class CostsShape(msgspec.Struct, frozen=True):
    """What a product cost since a day: `own` is building and publishing it. Amounts are exact, in `currency`."""

    since: str
    currency: str
    total: str
    own: str
    consumers: list[ConsumerCostShape]


def product_shape(about: About) -> ProductShape:
    """Return a product as it is sent."""
    product, version = about.version.product, about.version
    return ProductShape(
        key=product.key,
        title=product.title,
        domain=product.domain,
        description=product.description,
        status=version.status,
        version=version.version,
        published_at=version.published_at,
        published_by=version.published_by,
        owner=product.owner,
        tier=product.tier,
        slo=product.slo,
        terms=product.terms,
        support=product.support,
        tags=product.tags,
        incidents=[IncidentShape(each.kind, each.severity, each.text, each.began_at) for each in about.incidents],
        ports=[_port(part) for part in about.ports],
        consumers=about.consumers,
        liking=about.liking,
        use=about.use,
        readable=about.readable,
        bookmarked=about.bookmarked,
        may_decide=about.may_decide,
    )


def version_shape(step: Step) -> VersionShape:
    """Return a version as it is sent."""
    changes = [ChangeShape(port, each.severity, each.kind, each.subject, each.message) for port, each in step.changes]
    return VersionShape(
        step.version, step.published_at, step.published_by, step.severity, changes, step.added, step.removed
    )


def lineage_shape(lineage: PortLineage) -> LineageShape:
    """Return a port's lineage as it is sent."""
    edges = [OriginShape(edge.to, edge.name, edge.node, edge.column, edge.kind) for edge in lineage.edges]
    return LineageShape(lineage.unique_id, lineage.nodes, edges, lineage.formulas, lineage.unknown)


def quality_shape(quality: Quality) -> QualityShape:
    """Return the quality of a product as it is sent."""
    rules = [
        RuleShape(rule.port, rule.name, rule.kind, rule.column, rule.latest, rule.failures, rule.results)
        for rule in quality.rules
    ]
    return QualityShape(quality.runs, rules, quality.levels)


def sample_shape(reader: str, rows: Rows) -> SampleShape:
    """Return some rows as they are sent."""
    columns = [SampleColumn(name, kind) for name, kind in rows.columns]
    return SampleShape(reader, columns, [[plain(value) for value in row] for row in rows.rows], rows.more)


def me_shape(identity: Identity) -> MeShape:
    """Return who somebody is as it is sent."""
    return MeShape(
        identity.person,
        identity.name,
        sorted(identity.owns),
        sorted(identity.develops),
        identity.provisioner,
        identity.auditor,
        identity.principals,
    )


def _port(part: PortPart) -> PortShape:
    port = part.port
    columns = [
        ColumnShape(
            column.name,
            column.data_type,
            column.description,
            column.classification,
            column.mask.name if column.mask else None,
            part.formulas.get(column.name),
        )
        for column in port.contract.columns
    ]
    return PortShape(
        label=port.label,
        description=port.description,
        status=part.status,
        until=part.until,
        replaced_by=part.decided.replaced_by if part.decided else None,
        relation=str(port.relation),
        columns=columns,
        row_filter=port.row_filter.predicate if port.row_filter else None,
        connect=part.ways,
    )


def costs_shape(costs: ProductCosts) -> CostsShape:
    """Return costs as they are sent."""
    consumers = [ConsumerCostShape(name, str(amount)) for name, amount in costs.consumers]
    return CostsShape(costs.since, costs.currency, str(costs.total), str(costs.own), consumers)
