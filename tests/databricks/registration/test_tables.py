"""The tables of the schema `meshport`, on the double: made once, loaded in bulk, by domain and by publication."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from meshport.catalogs.databricks.registration.tables import TABLES, load, sql
from meshport.catalogs.databricks.registration.tables.rows import Entry, results_of, rows_of
from meshport.catalogs.databricks.registration.tables.spec import BY_NAME, EXAMPLES
from meshport.errors import InputError
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
from meshport.registry.types import PortStatus, ProductVersion, Publication, Standing
from tests.databricks_double.double import Double

AT = "2026-11-01T08:00:00.123456Z"
ODD = "it's \"odd\" \\ \\u0041 % € 中\n`x` {schema} $1 '' \\'"


@pytest.fixture
def run(engine: Double) -> Any:
    engine.faults.begin()
    engine.execute("drop schema if exists sales_published.meshport cascade")
    statements: list[str] = []

    def one(statement: str) -> list[tuple[Any, ...]]:
        statements.append(statement)
        return [tuple(row.values()) for row in engine.execute(statement)]

    one.statements = statements  # type: ignore[attr-defined]
    return one


def entry(name: str = "crm", domain: str = "sales", description: str = ODD) -> Entry:
    port = Port(
        name="customers",
        mode="clone",
        unique_id="model.sales.customers",
        source=Relation("sales", "core", "customers"),
        relation=Relation("sales_published", name, "customers"),
        description=description,
        contract=Contract(
            True,
            (
                Column("id", "bigint"),
                Column("email", "string", "Their e-mail", "pii.email", Mask("email", "partial")),
            ),
            (Constraint("check", ("id",), "id > 0 and 'x' <> '\\\\'"),),
            (QualityRule("test.a", "accepted", "accepted_values", "email", {"values": ["a'b", 1]}),),
        ),
        row_filter=RowFilter(("id",), "id <> 0"),
        upstream=(Upstream("source.sales.raw.customers", "source", Relation("sales", "raw", "customers")),),
    )
    product = Product(
        domain=domain,
        name=name,
        title="Customers",
        owner=Owner("Ann", "ann@example.com"),
        slo=Slo("24h", 0.5),
        support={"email": "help@example.com"},
        ports=(port, msgspec.structs.replace(port, name="gone")),
    )
    head = ProductVersion(
        product=product,
        version="1.0.0",
        digest="d",
        published_at=AT,
        published_by="ann",
        status="published",
        catalog="c",
        catalog_type="databricks",
    )
    standing = Standing(head, {"customers": AT}, frozenset({"gone"}), {})
    decided = {"customers": PortStatus("deprecated", "2030-01-31T00:00:00Z", "customers.v2")}
    return Entry(standing, decided, {"customers": "certified"})


PAIRS = {("model.sales.customers", "source.sales.raw.customers"): [("email", "email", "copy")]}


def results(count: int, number: int = 1, of: str = "sales.crm") -> dict[int, list[sql.Row]]:
    publication = Publication(
        product=of,
        number=number,
        version="1.0.0",
        kind="publish",
        published_at=AT,
        published_by="ann",
        plan_digest="p",
        builds={},
        withdrawn={},
        note=None,
        passed=0,
        warned=0,
        failed=0,
    )
    evidence = [
        Evidence(
            QualityRule(f"test.{i}", f"unique_{i}", "unique", "id"), "pass" if i % 2 else "warn", i % 3 or None, AT
        )
        for i in range(count)
    ]
    product = msgspec.structs.replace(entry().product, domain=of.split(".")[0], name=of.split(".")[1])
    return {number: results_of(product, publication, {"customers": evidence})}


def bring(run: Any, loads: list[load.Load], domain: str = "sales") -> None:
    load.prepare(run, "sales_published", load.observed(run, "sales_published"))
    there = load.observed(run, "sales_published")
    for each in loads:
        for statement in load.statements("sales_published", domain, each, there):
            run(statement)


def test_tables_are_made_once_with_comments(run: Any) -> None:
    bring(run, [])
    there = load.observed(run, "sales_published")
    assert there == {table.name: list(table.names) for table in TABLES}
    comments = (
        "select table_name, comment from sales_published.information_schema.tables where table_schema = 'meshport'"
    )
    assert dict(run(comments)) == {table.name: table.comment for table in TABLES}
    on_columns = (
        "select table_name, column_name, comment from sales_published.information_schema.columns "
        "where table_schema = 'meshport'"
    )
    found = {(table, column): comment for table, column, comment in run(on_columns)}
    assert found == {(table.name, column.name): column.comment for table in TABLES for column in table.columns}
    run.statements.clear()
    bring(run, [])
    assert len(run.statements) == 2, "no more than what is there is asked for"


def test_a_later_column_is_added_and_a_foreign_table_refused(run: Any) -> None:
    run("create schema sales_published.meshport")
    # Columns in another order, and one that only a later version of meshport has.
    run("create table sales_published.meshport.products (product string, later int, domain string)")
    bring(run, load.pending(rows_of([entry()], {}), {}, {}))
    assert set(load.observed(run, "sales_published")["products"]) == {*BY_NAME["products"].names, "later"}
    found = run("select domain, product, later, title, quality from sales_published.meshport.products")
    assert found == [("sales", "sales.crm", None, "Customers", 0.5)]
    run("drop table sales_published.meshport.products")
    run("create table sales_published.meshport.products (mine int)")
    with pytest.raises(InputError, match=r"meshport\.products is not a table of meshport's"):
        bring(run, [])


def test_rows_arrive_as_they_are_and_only_a_domains_own_are_replaced(run: Any) -> None:
    other = rows_of([entry(domain="it's")], {})
    bring(run, load.pending(other, {}, {}), "it's")
    bring(run, load.pending(rows_of([entry(), entry("web")], PAIRS), {}, {}))
    (row,) = run("select * from sales_published.meshport.ports where product = 'sales.crm'")
    shown = dict(zip(BY_NAME["ports"].names, row, strict=True))
    assert (shown["description"], shown["row_filter"], shown["latest"], shown["version"]) == (
        ODD,
        "id <> 0",
        True,
        None,
    )
    assert (str(shown["goes_on"]), shown["status"], shown["certification"]) == ("2030-01-31", "deprecated", "certified")
    assert shown["built_at"].isoformat().startswith("2026-11-01T08:00:00.123456")
    assert run("select position, column_name, mask from sales_published.meshport.columns where product = 'sales.crm'")
    promises = "select promise, type, expression from sales_published.meshport.contracts where product = 'sales.crm'"
    assert sorted(run(promises)) == [
        ("constraint", "check", "id > 0 and 'x' <> '\\\\'"),
        ("test", "accepted_values", json.dumps({"values": ["a'b", 1]})),
    ]
    lineage = "select column_name, upstream_column, kind, upstream_table from sales_published.meshport.lineage"
    assert sorted(run(f"{lineage} where product = 'sales.crm'"), key=str) == [
        ("email", "email", "copy", "sales.raw.customers"),
        (None, None, None, "sales.raw.customers"),
    ]
    bring(run, load.pending(rows_of([entry("web")], {}), {}, {}))
    products = "select product from sales_published.meshport.products order by product"
    assert [name for (name,) in run(products)] == ["it's.crm", "sales.web"]
    bring(run, load.pending(rows_of([], {}), {}, {}))
    assert [name for (name,) in run(products)] == ["it's.crm"]


def test_what_is_loaded_is_not_loaded_again(run: Any) -> None:
    rows = rows_of([entry()], PAIRS)
    loads = load.pending(rows, {}, {})
    bring(run, loads)
    there = load.observed(run, "sales_published")
    ledger = {load.key_of(each.table): each.known for each in loads}
    assert load.pending(rows, there, ledger) == []
    assert [each.table for each in load.pending(rows_of([entry()], {}), there, ledger)] == ["lineage"]
    gone = {name: columns for name, columns in there.items() if name != "ports"}
    assert [each.table for each in load.pending(rows, gone, ledger)] == ["ports"]


def test_results_are_added_by_publication_and_a_load_may_be_repeated(run: Any) -> None:
    first = load.additions({"sales.crm": results(3), "sales.web": results(2, 1, "sales.web")}, {})
    assert first is not None
    bring(run, [first, first])
    assert first.known == {"sales.crm": "1", "sales.web": "1"}
    until = {product: int(number) for product, number in first.known.items()}
    second = load.additions({"sales.crm": {**results(3), **results(4, 2)}, "sales.web": {}}, until)
    assert second is not None
    assert len(second.rows) == 4
    bring(run, [second, second])
    counted = (
        "select product, publication, count(*) from sales_published.meshport.test_results group by 1, 2 order by 1, 2"
    )
    assert run(counted) == [("sales.crm", 1, 3), ("sales.crm", 2, 4), ("sales.web", 1, 2)]
    assert load.additions({"sales.crm": results(3)}, {"sales.crm": 1}) is None
    assert second.known == {"sales.crm": "2", "sales.web": "1"}


def test_what_is_too_large_for_one_statement_goes_in_several(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(run, load.pending(rows_of([entry("old")], {}), {}, {}))
    monkeypatch.setattr(sql, "LARGEST", 1000)
    wanted = rows_of([entry("a"), entry("b"), entry("c", description="c")], PAIRS)
    bring(run, load.pending(wanted, {}, {}))
    for name, rows in wanted.items():
        listed = ", ".join(BY_NAME[name].names[:3])
        found = run(f"select {listed} from sales_published.meshport.{name}")
        assert sorted(found, key=str) == sorted((row[:3] for row in rows), key=str)
    more = load.additions({"sales.a": {**results(9, 1, "sales.a"), **results(9, 2, "sales.a")}}, {})
    assert more is not None
    assert len(load.statements("sales_published", "sales", more, {})) == 2
    bring(run, [more, more])
    assert run("select count(*) from sales_published.meshport.test_results") == [(18,)]


def test_twenty_thousand_results_are_one_statement() -> None:
    many = load.additions({"sales.crm": results(20_000)}, {})
    assert many is not None
    (statement,) = load.statements("sales_published", "sales", many, {})
    assert len(statement.encode()) < 16 * 1024 * 1024


def test_the_documented_queries_run(run: Any) -> None:
    added = load.additions({"sales.crm": results(3)}, {})
    assert added is not None
    bring(run, [*load.pending(rows_of([entry()], PAIRS), {}, {}), added])
    answers = {says: run(query.format(schema="sales_published.meshport")) for says, query in EXAMPLES}
    assert all(answers.values()), answers
    assert answers["Certified ports with personal data, and how it is hidden"] == [
        ("sales.crm", "crm.customers", "email", "pii.email", "email")
    ]
