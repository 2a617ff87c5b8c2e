"""A data product for people: what it is, how to read it, how good it is, what became of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import msgspec

from meshport.cli.output import Document, Table, Text
from meshport.model import Evidence, Port, Product
from meshport.registry.types import PortStatus, Publication


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to show of a product. `status` is `unpublished` where the registry does not have it.

    `ports` holds what was decided about ports, `results` what their tests said when last published, by label.
    """

    product: Product
    status: str
    version: str | None = None
    published_at: str | None = None
    published_by: str | None = None
    catalog: str | None = None
    catalog_type: str | None = None
    ports: dict[str, PortStatus] = {}
    results: dict[str, tuple[Evidence, ...]] = {}
    history: tuple[Publication, ...] = ()


def show_document(shown: Shown) -> Document:
    """Return a product as a document."""
    blocks: list[Table | Text] = [Text(_heading(shown)), _ports(shown), *_columns(shown.product)]
    if shown.version is not None:
        blocks += [Table(["way", "how"], list(_ways(shown)), title="How to connect"), _quality(shown), _history(shown)]
    return Document(msgspec.to_builtins(shown), blocks)


def _heading(shown: Shown) -> str:
    product = shown.product
    facts = {
        "version": shown.version,
        "status": shown.status,
        "published": f"{_minute(shown.published_at)} by {shown.published_by}" if shown.published_at else None,
        "owner": str(product.owner),
        "tier": product.tier,
        "freshness": product.slo.freshness,
        "quality": product.slo.quality,
        "terms": product.terms,
        "support": ", ".join(f"{way}: {where}" for way, where in product.support.items()),
        "tags": ", ".join(f"{key}={value}" for key, value in product.tags.items()),
    }
    lines = [f"{product.key}: {product.title}", product.description]
    lines += [f"{name:<10} {value}" for name, value in facts.items() if value not in (None, "")]
    return "\n".join(line for line in lines if line)


def _ports(shown: Shown) -> Table:
    rows = []
    for port in shown.product.ports:
        decided = shown.ports.get(port.label)
        status = decided.status if decided else shown.status
        until = (decided.deprecation_date if decided else None) or port.deprecation_date
        note = "; ".join(part for part in _remarks(decided, until) if part)
        rows.append([port.label, status, port.relation, note, port.description])
    return Table(["port", "status", "relation", "note", "description"], rows, title="Ports", empty="No ports.")


def _remarks(decided: PortStatus | None, until: str | None) -> Iterator[str | None]:
    yield f"until {until[:10]}" if until else None
    if decided:
        yield f"use {decided.replaced_by}" if decided.replaced_by else None
        yield decided.note


def _columns(product: Product) -> Iterator[Table]:
    for port in product.ports:
        rows = [
            [
                column.name,
                column.data_type,
                column.classification,
                column.mask.name if column.mask else None,
                column.description,
            ]
            for column in port.contract.columns
        ]
        headings = ["column", "type", "classification", "mask", "description"]
        yield Table(headings, rows, title=f"Columns of {port.label}", empty="No columns are declared.")


def _ways(shown: Shown) -> Iterator[tuple[str, str]]:
    product = shown.product
    if not product.ports:
        return
    port = next((port for port in product.ports if port.latest), product.ports[0])
    version = "" if port.version is None else f", v={port.version}"
    yield "access", f"meshport access request {product.key} --as domain:YOURS"
    yield (
        "dbt",
        f"meshport inputs add {product.key}, then {{{{ ref('{product.domain}', '{port.name}'{version}) }}}}",
    )
    query = _select(port, shown.catalog_type)
    # On Databricks the catalog itself lets in and masks: any client will do.
    yield "SQL", f"meshport query --as domain:YOURS {shlex.quote(query)}" if shown.catalog_type == "duckdb" else query
    yield "catalog", f"{shown.catalog} ({shown.catalog_type})"


def _select(port: Port, dialect: str | None) -> str:
    from sqlglot import exp

    relation = port.relation
    table = exp.table_(relation.identifier, db=relation.schema, catalog=relation.database)
    return exp.select("*").from_(table).sql(dialect=dialect)


def _quality(shown: Shown) -> Table:
    rows = [
        [label, result.rule.name, result.rule.column, result.status, result.failures, _minute(result.executed_at)]
        for label, results in shown.results.items()
        for result in results
    ]
    headings = ["port", "test", "column", "result", "failures", "when"]
    return Table(headings, rows, title="Tests it was published on", empty="No test results.")


def _history(shown: Shown) -> Table:
    rows = [
        [
            each.number,
            each.kind,
            each.version,
            _minute(each.published_at),
            each.published_by,
            f"{each.passed} passed, {each.warned} warned, {each.failed} failed",
            each.note,
        ]
        for each in shown.history
    ]
    return Table(["#", "what", "version", "when", "by", "tests", "note"], rows, title="Newest publications")


def _minute(stamp: str | None) -> str | None:
    return stamp and stamp[:16].replace("T", " ")
