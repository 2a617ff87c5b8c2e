"""Publishing registers: shown in the plan, done around it, completed by the next publish; on the whole double."""

# ruff: noqa: TID251 - registering is tested through the real SDK
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

from meshport.artifacts.project import DbtColumn, Exposure, Node, Project
from meshport.catalogs.databricks import Access, Warehouse, access_of, connection
from meshport.catalogs.databricks.registration import registrar as registering
from meshport.catalogs.databricks.registration.registrar import UnityRegistrar
from meshport.cli.plan_text import plan_document, summary
from meshport.errors import ExitCode, UnavailableError
from meshport.lineage.types import ColumnLineage, Lineage, NodeLineage, Origin
from meshport.model import Relation
from meshport.plan.certification import KEY
from meshport.registry.types import ProductVersion
from meshport.standards.types import TagTemplate
from tests.databricks.registration.conftest import Hurried
from tests.databricks.registration.native import CUSTOMERS, PORT, Domain, project
from tests.databricks_double.double import Double
from tests.databricks_double.faults import Cut, ServerError

RAW = "source.sales.crm.people"
SOURCE = Node(
    unique_id=RAW, resource_type="source", name="people", package_name="sales", path="s.yml", identifier="people",
    database="hive_metastore", schema="crm", columns=(DbtColumn("id"), DbtColumn("mail")),
)  # fmt: skip
WEEKLY = Exposure(unique_id="exposure.sales.weekly", name="weekly", type="dashboard", depends_on=(CUSTOMERS,))
COLUMNS = Lineage(
    {
        CUSTOMERS: NodeLineage(
            CUSTOMERS,
            (
                ColumnLineage("id", "", (Origin(RAW, "id", "copy"),)),
                ColumnLineage("email", "", (Origin(RAW, "mail", "mod"),)),
            ),
        )
    }
)


def whole(**changes: Any) -> Project:
    return project(**{"nodes": [SOURCE], "exposures": [WEEKLY], "depends_on": (RAW,), **changes})


@pytest.fixture
def domain(engine: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Domain]:
    """A domain in memory, whose registrar is connected to the double."""
    engine.faults.begin()
    for kind in ("external_metadata", "external_lineage", "destinations"):
        engine.store.documents.pop(kind, None)
    engine.store.tag_policies.clear()
    for schema in ("meshport", "crm"):
        engine.execute(f"drop schema if exists sales_published.{schema} cascade")
    engine.execute("create schema sales_published.crm")
    engine.execute("create table sales_published.crm.customers (id bigint, email string)")
    for key, value in engine.environment().items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.0)
    made = Domain(tmp_path)
    warehouse = Warehouse(access_of())

    def connected() -> WorkspaceClient:
        return WorkspaceClient(config=Config(host=engine.host, token=engine.token("admin"), clock=Hurried()))

    client = connected()

    def registrar(of: Project) -> UnityRegistrar:
        about = registering.Domain(
            name="sales",
            catalog=made.catalog.name,
            database="sales_published",
            registry=made.registry,
            project=of,
            templates={
                **made.standards.tag_templates,
                "tier": TagTemplate("How far.", ("port",), "product.tier", values=("gold", "silver"), governed=True),
            },
            lineage=lambda: COLUMNS,
        )
        return UnityRegistrar(about, lambda: client, warehouse.rows, lambda *_: None)

    made.registrar = registrar
    yield made
    warehouse.close()
    made.registry.close()


def rows(engine: Double, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in engine.execute(query.replace("{s}", "sales_published.meshport"))]


def held(engine: Double, kind: str) -> dict[str, Any]:
    return engine.store.documents.get(kind, {})


def test_a_publish_registers_what_its_plan_shows_and_then_nothing_is_left(engine: Double, domain: Domain) -> None:
    plan = domain.plan(whole())
    text = "\n".join(str(block) for block in plan_document(plan).blocks)
    assert "title='Unity Catalog'" in text
    assert [(each.kind, each.action, each.subject) for each in plan.registrations] == [
        ("governed tag", "create", "tier"),
        ("external metadata", "create", "sales__exposure__weekly"),
        ("external metadata", "create", "sales__source__crm__people"),
        ("external lineage", "create", "sales__source__crm__people → sales_published.crm.customers"),
        ("external lineage", "create", "sales_published.crm.customers → sales__exposure__weekly"),
        ("access requests", "create", "sales_published.crm"),
        ("tables", "update", "sales_published.meshport"),
    ]
    domain.publish(whole())
    assert engine.store.tag_policies["tier"].values == ("gold", "silver")
    assert sorted(held(engine, "external_metadata")) == ["sales__exposure__weekly", "sales__source__crm__people"]
    pairs = [e["columns"] for e in held(engine, "external_lineage").values() if "table" in e["target"]]
    assert pairs == [[{"source": "id", "target": "id"}, {"source": "mail", "target": "email"}]]
    assert rows(engine, "select port, certification from {s}.ports") == [("customers", "certified")]
    assert rows(engine, "select publication, test, status from {s}.test_results") == [
        (1, "unique_customers_id", "pass")
    ]
    lineage = rows(engine, "select column_name, upstream_column, kind from {s}.lineage where kind is not null")
    assert sorted(lineage) == [("email", "mail", "mod"), ("id", "id", "copy")]
    statements = len(engine.statements)
    again = domain.plan(whole())
    assert not again.actionable
    assert again.registrations == ()
    assert all("information_schema" in each.statement for each in engine.statements[statements:])


def test_an_exposure_alone_is_registered_without_publishing(engine: Double, domain: Domain) -> None:
    domain.publish(whole())
    domain.catalog.did.clear()
    more = whole(exposures=[WEEKLY, msgspec.structs.replace(WEEKLY, unique_id="exposure.sales.daily", name="daily")])
    plan = domain.plan(more)
    assert plan.actionable
    assert not any(product.actionable for product in plan.products)
    assert summary(plan) == "What is published is registered in the catalog."
    domain.publish(more)
    assert "sales__exposure__daily" in held(engine, "external_metadata")
    assert domain.catalog.did == []
    assert len(domain.registry.publications("sales.crm")) == 1
    assert not domain.plan(more).actionable


def test_what_fails_afterwards_is_reported_and_completed_by_the_next(engine: Double, domain: Domain) -> None:
    plan = domain.plan(whole())
    engine.faults.add(ServerError(), method="POST", path="external-metadata", times=None)
    engine.faults.add(ServerError(), method="PATCH", path="destinations", times=None)
    with pytest.raises(UnavailableError, match="published, but not all of it is registered") as failed:
        domain.publish(whole())
    assert failed.value.exit_code == ExitCode.UNAVAILABLE
    assert domain.tag(KEY) == "certified"
    assert domain.registry.require("sales.crm").version == plan.products[0].version
    assert rows(engine, "select count(*) from {s}.ports") == [(1,)], "the tables do not wait for the other part"
    assert domain.registry.unfinished("sales") == []
    engine.faults.begin()
    after = domain.plan(whole())
    assert {each.kind for each in after.registrations} == {"external metadata", "external lineage", "access requests"}
    domain.publish(whole())
    assert not domain.plan(whole()).actionable
    assert len(held(engine, "external_lineage")) == 2


def test_what_must_be_there_first_keeps_ports_from_being_written(engine: Double, domain: Domain) -> None:
    engine.faults.add(ServerError(), method="POST", path="tag-policies")
    with pytest.raises(UnavailableError, match="governed tag"):
        domain.publish(whole())
    assert domain.catalog.did == []
    assert domain.registry.head("sales.crm") is None
    domain.publish(whole())
    assert domain.tag(KEY) == "certified"


@pytest.mark.parametrize("statement", ["create schema", "create table .*ports", "insert .*lineage", "insert .*results"])
def test_a_statement_cut_off_is_made_good(engine: Double, domain: Domain, statement: str) -> None:
    engine.faults.begin()
    engine.faults.add(Cut(after=True), statement=statement)
    engine.faults.add(Cut(), statement=statement)
    domain.publish(whole())
    assert len(engine.faults.log) == 2
    engine.faults.begin()
    assert rows(engine, "select count(*) from {s}.test_results") == [(1,)]
    assert rows(engine, "select count(*) from {s}.columns") == [(2,)]
    assert not domain.plan(whole()).actionable


def test_killed_while_registering(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(UnityRegistrar, "_load_tables", killed)
        with pytest.raises(KeyboardInterrupt):
            domain.publish(whole())
    assert len(domain.registry.unfinished("sales")) == 1
    plan = domain.plan(whole())
    assert [each.kind for each in plan.registrations] == ["tables"]
    domain.publish(whole())
    assert domain.registry.unfinished("sales") == []
    assert not domain.plan(whole()).actionable


def test_a_withdrawn_certification_is_gone_from_the_tables(engine: Double, domain: Domain) -> None:
    domain.publish(whole())
    domain.publish(whole(status="fail"))
    assert domain.tag(KEY) is None
    assert rows(engine, "select port, certification from {s}.ports") == [("customers", None)]
    assert not domain.plan(whole(status="fail")).actionable


def test_a_retired_product_is_taken_away(engine: Double, domain: Domain) -> None:
    domain.publish(whole())
    domain.registry.set_port_status("sales.crm", "customers", "retired", actor="ann")
    domain.registry.set_product_status("sales.crm", "retired", actor="ann")
    del domain.catalog.relations[PORT]
    domain.publish(msgspec.structs.replace(whole(), groups={}))
    assert rows(engine, "select count(*) from {s}.products") == [(0,)]
    assert (held(engine, "external_metadata"), held(engine, "external_lineage")) == ({}, {})
    assert rows(engine, "select count(*) from {s}.test_results") == [(1,)], "what was, was"


def test_the_workspace_is_found_by_the_environment(engine: Double, domain: Domain) -> None:
    about = registering.Domain(
        "sales", domain.catalog.name, "sales_published", domain.registry, project(), {}, lambda: COLUMNS
    )
    found = registering.registrar(about, access_of(), lambda *_: None)
    assert found.outlook([], publishes=False).registrations[0].kind == "tables"
    nowhere = registering.registrar(about, Access("localhost:1", "/x"), lambda *_: None)
    assert isinstance(nowhere, UnityRegistrar)


def test_products_of_other_metastores_are_told_from_our_own(domain: Domain) -> None:
    from meshport.catalogs.databricks.registration import known
    from meshport.model import Product, Upstream

    declared = domain.declared(project())[0].product
    there = Relation("crm_published", "customers", "customers")
    port = msgspec.structs.replace(declared.ports[0], upstream=(Upstream("m", "model", there, "crm.customers"),))
    reader = msgspec.structs.replace(declared, ports=(port,))

    class Heads:
        def __init__(self, catalog: str, kind: str = "databricks") -> None:
            theirs = Product(domain="crm", name="customers", title="C", ports=(port,))
            self.head = ProductVersion(
                product=theirs, version="1", digest="", published_at="", published_by="", status="published",
                catalog=catalog, catalog_type=kind,
            )  # fmt: skip

        def heads(self) -> dict[str, ProductVersion]:
            return {"crm.customers": self.head}

    def found(heads: Heads, exists: bool) -> list[str]:
        mine = "databricks:host.example/sales_published"
        return [each.catalog for each in known.elsewhere(heads, mine, [reader], lambda _: exists).values()]

    assert found(Heads("databricks:host.example/crm_published"), False) == []
    assert found(Heads("databricks:other.example/crm_published"), True) == []
    assert found(Heads("databricks:other.example/crm"), False) == ["databricks:other.example/crm"]
    assert found(Heads("/home/ann/crm.duckdb", "duckdb"), False) == ["duckdb"]
