"""What is said to be sent to Databricks is sent, and nothing else: docs/reference/databricks-calls.md.

Here everything that macros and commands can send is sent to the double, once. Tests that publish hold what they send
against the same list (`Site.run`, `NativeDomain.run`); calls of REST services: tests/databricks/registration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from meshport.catalogs.databricks import Access, DatabricksCatalog, Warehouse, reading
from meshport.catalogs.databricks.calls import PAGES, STATEMENTS, SYSTEM_TABLES, VIEWS, kind_of, unlisted, views_of
from meshport.catalogs.databricks.grants import connected
from meshport.catalogs.databricks.registration.mask_tags import tagged
from meshport.catalogs.databricks.registration.tables import load, sql
from meshport.health import Place, databricks
from meshport.model import Relation
from meshport.resources.grant import grant
from tests.databricks.project import column, function, mask, port, relation
from tests.databricks.site import Port, Rows, Site, source

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

EMAIL = mask("email", "partial", keep="domain")
FILTER = {"columns": ["id"], "predicate": "id > 0", "function": function("rows_people")}
BROKEN = {"id": "null", "kind": "row", "columns": ["email"], "check": "not_null"}
PRODUCT = ("sales", "sales.crm", *[None] * 14)


@pytest.fixture
def sent(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent from here on: rendered statements, and those of the commands, whose connection is the double's inside."""
    found: list[str] = []

    def rows(_: Warehouse, statement: str) -> Rows:
        found.append(statement)
        return site.sql(statement)

    monkeypatch.setattr(Warehouse, "rows", rows)
    monkeypatch.setattr(Warehouse, "table", lambda *given: ((), rows(*given)))
    run: Callable[[list[Any]], None] = site.run

    def rendered(statements: list[Any]) -> None:
        found.extend(statement["sql"].replace("@@pin@@", "0") for statement in statements)
        run(statements)

    monkeypatch.setattr(site, "run", rendered)
    for name, value in site.double.environment("producer").items():
        monkeypatch.setenv(name, value)
    return found


def test_everything_that_is_listed_is_sent_and_everything_that_is_sent_is_listed(
    site: Site, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for mode in ("clone", "view", "copy"):
        _ports(site, mode)
    _commands(site)
    _doctor(site, monkeypatch)
    assert unlisted(sent) == []
    kinds = {kind.shape for statement in sent if (kind := kind_of(statement))}
    assert [row.shape for row in STATEMENTS if (row.shape in kinds) != (row.seen == "the double")] == []
    views = {view for statement in sent for view in views_of(statement)}
    assert [row.name for row in VIEWS if (row.name in views) != (row.seen == "the double")] == []


def test_what_is_not_listed_is_found() -> None:
    assert unlisted(
        ["ALTER TABLE `a` RENAME TO `b`", "select 1 from a.information_schema.volumes join system.access.audit"],
        [("PUT", "/x")],
    ) == [
        "ALTER TABLE `a` RENAME TO `b`",
        "information_schema.volumes",
        "system.access.audit",
        "PUT /x",
    ]
    assert unlisted(["comment on table `a` is 'it\\'s; alter table b rename to c'"]) == []


def test_pages_are_named_once_and_all_of_them() -> None:
    of_tables = {row.page for row in SYSTEM_TABLES}
    assert {page for row in STATEMENTS for page in row.pages} | {"Information schema"} | of_tables == PAGES.keys()
    assert len(set(PAGES.values())) == len(PAGES)


def _ports(site: Site, mode: str) -> None:
    """Publish a port, another version of it, go back, tag it, retire it."""
    source(site)
    first = port(column("id", "int"), column("email", mask=EMAIL, description="mail"), mode=mode)
    site.publish(first if mode == "view" else {**first, "row_filter": FILTER})
    _tags(site, first)
    source(site, "(1, 'x', 2)", "id, email, more")
    more = column("more", "int", mask("more", "nullify"))
    # A copy loses a column, the others its mask.
    site.publish(
        {**first, "columns": [*first["columns"][:1], *([] if mode == "copy" else [column("email")]), more]}, "2"
    )
    if mode == "clone":
        site.roll_back(first)
    unmasked = {**first, "columns": [column("id", "int"), column("email")], "standing": _seen(site)}
    untyped = {**first, "columns": [column("id", None), first["columns"][1]], "row_filter": FILTER, "standing": None}
    sampled = {"port": first, "rules": [BROKEN], "sample": relation("sample", "audit", "internal"), "rows": 9}
    operations = [("unshield_port", {"port": unmasked}), ("drop_port", {"port": first}), ("sample_violations", sampled)]
    if mode == "copy":
        operations.append(("shield_port", {"port": untyped}))
    rendered = site.project.render({str(at): operation for at, operation in enumerate(operations)})
    for statements in rendered.values():
        site.run(statements)


def _seen(site: Site) -> Port | None:
    return site.standing(relation("people"))


def _tags(site: Site, wanted: Port) -> None:
    target = wanted["target"]
    operations = {
        "a": ("set_tags", {"relation": target, "column": None, "tags": {"tier": "gold"}}),
        "b": ("set_tags", {"relation": target, "column": "email", "tags": {"class": "pii"}}),
        "c": ("unset_tags", {"relation": target, "column": None, "keys": ["tier"]}),
        "d": ("unset_tags", {"relation": target, "column": "email", "keys": ["class"]}),
        "e": ("set_comments", {"relation": target, "comment": "it's", "columns": {"email": "b"}}),
        "f": ("read_tags", {"zone": {"database": "published", "schemas": ["people"]}}),
    }
    for statements in site.project.render(operations).values():
        site.run(statements)


def _commands(site: Site) -> None:
    """Look at the catalog, load the tables of `meshport`, grant and revoke."""
    access = Access("localhost", "/sql/1.0/warehouses/double")
    catalog = DatabricksCatalog(access, "published", parallel=1)
    catalog.observe()
    catalog.raw_copies(["internal"])
    run = Warehouse(access).rows
    tagged(run, "published")
    site.sql("create table published.meshport.products (domain string, product string)")
    load.prepare(run, "published", load.observed(run, "published"))
    there = load.observed(run, "published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql, "LARGEST", 1)
        for statement in load.statements("published", "sales", load.Load("products", [PRODUCT], {}), there):
            run(statement)
    with connected(access, "published") as grants:
        grants.observe()
        for place in (Relation("published", "", ""), Relation("published", "meshport", "products")):
            privilege = grant(place, "SELECT", "analyst")
            grants.grant(privilege)
            grants.revoke(privilege)

    with reading.connected(access, "a token") as reader:
        reader.name()
        reader.table("SELECT * FROM published.meshport.products limit 20")


def _doctor(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.project.path.joinpath("mesh.yml").write_text("domain: sales\npublished: {database: published}\n")
    place = Place(site.project.path)
    monkeypatch.setattr(databricks, "needed_keys", lambda _: {"default"})
    for check in (databricks.warehouse, databricks.published_catalog, databricks.secret_keys, databricks.probe):
        assert check(place).result == "ok", check(place)
