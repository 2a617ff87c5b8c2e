"""`meshport ops cost` on Databricks: the bill of warehouses, shared out by what dbt and readers really ran."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from meshport.catalogs.databricks.calls import SYSTEM_TABLES, system_tables_of
from meshport.cli.workspace import Workspace
from meshport.errors import ExitCode
from meshport.model import Owner
from meshport.registry.types import PublicationRecord, Scope
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks_double.store import Schema

pytestmark = pytest.mark.dbt

PORT = "sales_published.customer_orders.orders"
MARKS = {"meshport_domain": "sales", "meshport_budget": "5"}


@pytest.fixture
def known(native: NativeDomain) -> NativeDomain:
    """The domain, whose products the registry knows; publishing takes longer than all that is asked here."""
    workspace = Workspace(native.path)
    with native.registry() as registry:
        registry.upsert_domain("sales", None, "", Owner())
        for declared in workspace.declared:
            registry.record_publication(
                PublicationRecord(
                    product=declared.product,
                    version="1.0.0",
                    digest="d",
                    plan_digest="p",
                    actor="user:ann",
                    catalog=workspace.catalog.name,
                    catalog_type="databricks",
                    lineage={port.label: workspace.port_lineage(port) for port in declared.product.ports},
                )
            )
    return native


def readable(native: NativeDomain, *schemas: str) -> None:
    """Let the domain read schemas of system tables."""
    for schema in schemas:
        native.double.store.schemas["system", schema] = Schema("admin", grants={"sales": {"SELECT"}})


def begin() -> datetime:
    """The first hour of today: it is in this month, and in every window."""
    return datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def bill(
    native: NativeDomain,
    marks: dict[str, str] = MARKS,
    units: str = "9.000000000000000001",
    minutes: tuple[int, int] = (0, 60),
    *,
    prices: bool = True,
) -> None:
    """Bill some time of the connected warehouse today, an hour unless told otherwise, at 0.70 a unit."""
    of = {"sku_name": "SERVERLESS_SQL", "cloud": "AWS", "usage_unit": "DBU"}
    price = {"default": "0.91", "effective_list": {"default": "0.70"}}
    native.double.add_system_rows(
        "billing.list_prices",
        [
            {**of, "currency_code": "USD", "price_start_time": begin() - timedelta(days=9), "pricing": price},
            {**of, "currency_code": "USD", "price_start_time": begin() + timedelta(days=9), "pricing": price},
        ]
        if prices
        else [],
    )
    native.double.add_system_rows(
        "billing.usage",
        [
            {
                **of,
                "usage_quantity": Decimal(units),
                "usage_start_time": begin() + timedelta(minutes=minutes[0]),
                "usage_end_time": begin() + timedelta(minutes=minutes[1]),
                "usage_metadata": {"warehouse_id": native.double.warehouse_id},
                "custom_tags": list(marks.items()),
            }
        ],
    )


def ask(native: NativeDomain, *words: str, code: int = 0) -> Any:
    """Return what the command says, as a program reads it."""
    done = native.run("ops", "cost", *words, "--format", "json")
    assert done.code == code, done
    return json.loads(done.out)


def test_the_bill_is_shared_out_to_models_readers_and_idle_time(known: NativeDomain) -> None:
    built = [each for each in known.double.statements if "@@dbt_model_name" in each.tags]
    assert {"customers", "orders", "stg_customers"} <= {each.tags["@@dbt_model_name"] for each in built}
    known.double.add_history(built, begin(), timedelta(minutes=20) / len(built))
    # Somebody reads a port while nothing else runs, another one while dbt still builds.
    known.sql("create schema sales_published.customer_orders")
    known.sql(f"create table {PORT} as select * from sales.internal.orders")
    mark = known.mark()
    known.sql(f"select * from {PORT}", "analyst")
    known.double.add_history(known.double.statements[mark:], begin() + timedelta(minutes=30), timedelta(minutes=10))
    known.double.add_system_rows(
        "access.table_lineage",
        [
            {
                "statement_id": f"{begin() + timedelta(minutes=30):%H%M}-0",
                "source_table_full_name": PORT,
                "source_table_catalog": "sales_published",
                "event_time": begin() + timedelta(minutes=40),
            }
        ],
    )
    bill(known)
    readable(known, "billing", "query", "compute", "access")

    by_product = ask(known)
    assert (by_product["currency"], by_product["total"]) == ("USD", "6.300000000000000000700000000000000000")
    assert total(by_product) == Fraction(by_product["total"])
    lines = {(each["name"], each["kind"]): Decimal(each["amount"]) for each in by_product["lines"]}
    assert lines["sales.customer_orders", "read"].quantize(Decimal("1e-6")) == Decimal("1.05")
    assert lines[None, "idle"].quantize(Decimal("1e-6")) == Decimal("3.15")
    assert lines["sales.customer_orders", "build"] > lines["sales.revenue", "build"] > 0
    (reader,) = (each for each in ask(known, "--by", "consumer")["lines"] if each["kind"] == "read")
    assert reader["name"] == "analyst"
    models = {each["name"] for each in ask(known, "--by", "model")["lines"]}
    assert {"sales.customers", "sales.orders", "sales.unique_customers_v1_customer_id"} <= models


def test_a_budget_that_is_spent_is_an_incident_of_the_owner(known: NativeDomain) -> None:
    bill(known)
    done = known.run("ops", "cost")
    assert done.code == ExitCode.UNAVAILABLE
    assert "the bill cannot be read" in done.err
    assert "docs/guides/cost.md" in done.err

    readable(known, "billing", "query")
    known.double.add_history(
        [each for each in known.double.statements if each.tags.get("@@dbt_model_name") == "orders"][:1],
        begin(),
        timedelta(minutes=15),
    )
    mark = known.mark()
    said = ask(known, "--by", "domain", "--record", "--fail", code=ExitCode.BLOCKED)
    assert len(known.sent(mark)) == 4
    assert {name for each in known.sent(mark) for name in system_tables_of(each)} == {
        each.name for each in SYSTEM_TABLES
    }
    assert [note.partition(":")[0] for note in said["notes"]] == [
        "who read which port is not known",
        "warehouses count as running whenever they were billed",
    ]
    (budget,) = said["budgets"]
    assert (budget["domain"], budget["limit"], budget["over"]) == ("sales", "5", True)
    assert Decimal(budget["spent"]) == Decimal(said["total"]) < Decimal(budget["projected"])
    assert budget["costliest"] == "sales.customer_orders"
    with known.registry() as registry:
        (incident,) = registry.incidents(lasting=True)
        assert (incident.product, incident.kind) == ("sales.customer_orders", "cost")
        assert "sales has spent 6.30 USD of 5.00" in incident.text
        assert [each.kind for each in registry.notices(["domain:sales"], unread=True)] == ["incident"]
        kept = registry.costs(Scope(domain="sales"), begin().date().isoformat())
        assert sum(each.amount for each in kept) == Decimal(said["total"])

    # A budget that nobody set is not overspent.
    known.double.store.documents["system:billing.usage"].clear()
    bill(known, {"meshport_domain": "sales", "meshport_budget": "0"}, prices=False)
    assert ask(known, "--record", "--fail")["budgets"] == []
    with known.registry() as registry:
        assert registry.incidents(lasting=True) == []

    # mesh.yml has the last word on what the domain may spend; what was known of these days is not kept twice.
    with (known.path / "mesh.yml").open("a") as mesh:
        mesh.write("warehouses: {small: {budget: 100}}\n")
    assert ask(known, "--record", "--fail")["budgets"][0]["limit"] == "100.0"
    with known.registry() as registry:
        assert registry.costs(Scope(domain="sales"), begin().date().isoformat()) == kept


def test_time_is_shared_by_those_who_run_at_once_whatever_the_hours(known: NativeDomain) -> None:
    """Statements over borders of hours and of the bill, waiting ones, several at a time: as counting minutes finds."""
    chance = Random(4)
    billed = [(0, 60), (60, 120), (135, 250)]
    for interval in billed:
        bill(known, minutes=interval, prices=interval == billed[0])
    ran: dict[str, tuple[int, int]] = {}
    rows = []
    for number in range(14):
        first, waits, lasts = chance.randrange(-30, 260), chance.choice([0, 0, 5]), chance.randrange(1, 40)
        ran[f"p{number}"] = (first + waits, first + waits + lasts)
        rows.append(
            {
                "statement_id": str(number),
                "executed_by": f"p{number}",
                "compute": {"type": "WAREHOUSE", "warehouse_id": known.double.warehouse_id},
                "waiting_at_capacity_duration_ms": waits * 60_000 or None,
                "start_time": begin() + timedelta(minutes=first),
                "end_time": begin() + timedelta(minutes=first + waits + lasts),
            }
        )
    known.double.add_system_rows("query.history", rows)
    readable(known, "billing", "query", "compute", "access")
    expected: dict[str, Fraction] = defaultdict(Fraction)
    for minute in (each for first, last in billed for each in range(first, last)):
        at_once = [name for name, (first, last) in ran.items() if first <= minute < last]
        for name in at_once or ["idle"]:
            expected[name] += Fraction(60, len(at_once) or 1)
    said = ask(known, "--by", "consumer")
    found = {each["name"] or "idle": each["seconds"] for each in said["lines"]}
    assert expected["idle"] > 0
    assert found == pytest.approx({name: float(seconds) for name, seconds in expected.items()}, abs=1e-6)
    assert total(said) == Fraction(said["total"])


def test_the_example_of_the_guide(known: NativeDomain) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "cost.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (.+?) \| (\d\d):(\d\d)–(\d\d):(\d\d) \| ([\d.]+) min \| ([\d.]+) USD \|$", guide, re.MULTILINE
    )
    assert [row[0] for row in rows] == ["dbt builds `orders`", "an analyst reads a port", "idle"]
    (built,) = [each for each in known.double.statements if each.tags.get("@@dbt_model_name") == "orders"][:1]
    for done, (_, *clock, _, _) in zip((built, replace(built, principal="analyst", tags={})), rows, strict=False):
        from_hour, from_minute, to_hour, to_minute = map(int, clock)
        since = begin() + timedelta(hours=from_hour, minutes=from_minute)
        known.double.add_history([done], since, begin() + timedelta(hours=to_hour, minutes=to_minute) - since)
    stopped = timedelta(hours=int(rows[2][3]), minutes=int(rows[2][4]))
    known.double.add_system_rows(
        "compute.warehouse_events",
        [{"warehouse_id": known.double.warehouse_id, "event_type": "STOPPED", "event_time": begin() + stopped}],
    )
    bill(known, {}, "10")
    readable(known, "billing", "query", "compute", "access")
    lines = {each["kind"]: each for each in ask(known)["lines"]}
    for kind, (*_, minutes, amount) in zip(("build", "other", "idle"), rows, strict=True):
        assert (lines[kind]["seconds"] / 60, Decimal(lines[kind]["amount"])) == (float(minutes), Decimal(amount))
    said = known.run("ops", "cost", "--days", "1").out
    for part in ("in USD", "idle", "7.0000", "50.0%", "together"):
        assert part in said, said


def total(said: Any) -> Fraction:
    """Return what the lines add up to, exactly."""
    return sum((Fraction(each["amount"]) for each in said["lines"]), Fraction(0))
