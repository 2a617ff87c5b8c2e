"""Products and records for tests of the registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, create_engine

from meshport.model import (
    Column,
    Constraint,
    Contract,
    Evidence,
    Mask,
    Owner,
    Port,
    Product,
    QualityRule,
    Relation,
    RowFilter,
    Slo,
    Upstream,
)
from meshport.registry import dialects
from meshport.registry.migrate import migrate
from meshport.registry.types import PublicationRecord

RULE = QualityRule("test.sales.not_null_email", "not_null_email", "not_null", "email")


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def at_revision(address: str, revision: str) -> Engine:
    """Make a registry as an older meshport left it, in an empty database."""
    engine = create_engine(address)
    dialects.prepare(engine)
    migrate(engine, revision)
    return engine


def port(name: str = "customers", version: str | None = "1", **changes: Any) -> Port:
    return msgspec.structs.replace(
        Port(
            name=name,
            version=version,
            unique_id=f"model.sales.{name}",
            source=Relation("sales", "main", name),
            relation=Relation("sales_published", "customer_360", name),
            description="One row per customer.",
            contract=Contract(
                enforced=True,
                columns=(
                    Column("customer_id", "integer"),
                    Column(
                        "email", "varchar", "How to reach them.", "pii.email", Mask("email", "partial", {"last": 4})
                    ),
                ),
                constraints=(Constraint("primary_key", ("customer_id",)),),
                rules=(RULE,),
            ),
            row_filter=RowFilter(("country",), "country <> 'XX'"),
            tags={"retention": "2y"},
            upstream=(Upstream("seed.sales.raw", "seed", Relation("sales", "main", "raw")),),
        ),
        **changes,
    )


def product(name: str = "customer_360", **changes: Any) -> Product:
    return msgspec.structs.replace(
        Product(
            domain="sales",
            name=name,
            title="Customer 360",
            description="Everything about a customer.",
            owner=Owner("Ann Smith", "ann@example.com"),
            tier="gold",
            slo=Slo("24h", 0.99),
            terms="Internal use only.",
            support={"channel": "#sales"},
            ports=(port(),),
        ),
        **changes,
    )


def record(item: Product | None = None, **changes: Any) -> PublicationRecord:
    return msgspec.structs.replace(
        PublicationRecord(
            product=item or product(),
            version="1.0.0",
            digest="definition 1",
            plan_digest="plan 1",
            actor="user:ann",
            catalog="/data/sales_published.duckdb",
            catalog_type="duckdb",
            builds={"customers.v1": "build 1"},
            evidence={"customers.v1": (Evidence(RULE, "pass", 0, "2026-11-20T10:00:00Z"),)},
        ),
        **changes,
    )
