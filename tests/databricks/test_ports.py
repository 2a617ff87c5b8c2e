"""Ports published into the double by what the macros render: who sees what, and what a failure leaves as it was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.databricks.project import column, function, mask, port, relation
from tests.databricks.site import Port, Site, Violated, source

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

EMAIL = mask("email", "partial", ("pii readers",), keep="domain")
GONE = mask("gone", "redact")
FILTER = {"columns": ["id"], "predicate": "id > 1 -- all others", "function": function("rows_people")}
RAW = [(1, "anna@example.com"), (2, "bo@example.org")]
MASKED = [(1, "***@example.com"), (2, "***@example.org")]


def people(mode: str = "clone", **changes: Any) -> Port:
    return port(column("id", "int"), column("email", mask=EMAIL, description="where to write"), mode=mode, **changes)


@pytest.mark.parametrize("mode", ["clone", "copy", "view"])
def test_a_port_shows_masked_rows_to_all_but_those_who_may_see(site: Site, mode: str) -> None:
    source(site)
    site.publish(people(mode))
    assert site.rows("analyst") == MASKED
    assert site.rows("officer") == RAW
    stands = site.standing(relation("people"))
    assert stands is not None
    assert (stands["columns"], stands["is_view"]) == (["id", "email"], mode == "view")
    assert stands["properties"]["build"] == "1"
    assert ("source_version" in stands["properties"]) == (mode == "clone")


@pytest.mark.parametrize("mode", ["clone", "copy", "view"])
def test_a_row_filter_hides_rows_from_readers_and_from_the_audit(site: Site, mode: str) -> None:
    source(site, "(1, null), (2, 'bo@example.org')")
    kept = {"constraints": [{"type": "not_null", "columns": ["email"]}], "row_filter": FILTER}
    site.publish(people(mode, **kept))
    assert site.rows("officer") == [RAW[1]]
    if mode != "view":
        site.publish(people(mode), "2")  # without the filter
        assert [row[0] for row in site.rows("officer")] == [1, 2]


@pytest.mark.parametrize("mode", ["clone", "copy", "view"])
def test_a_broken_contract_changes_nothing(site: Site, mode: str) -> None:
    kept = {
        "constraints": [
            {"type": "primary_key", "columns": ["id"]},
            {"type": "unique", "columns": ["id", "email"]},
            {"type": "check", "columns": ["email"], "expression": "email like '%@%' -- or null"},
        ]
    }
    source(site)
    site.publish(people(mode, **kept))
    if mode != "view":
        before = site.rows("officer"), site.standing(relation("people"))
        source(site, "(1, 'x'), (1, 'x'), (null, 'y@z'), (3, null)")
        with pytest.raises(Violated) as violated:
            site.publish(people(mode, **kept), "2")
        assert sorted(violated.value.args[0]) == [
            ("email", "check", "email like '%@%' -- or null", "2"),
            ("id", "null values", "0", "1"),
            ("id", "repeated values", "0", "1"),
            ("id, email", "repeated values", "0", "1"),
        ]
        assert (site.rows("officer"), site.standing(relation("people"))) == before
    # The first time, not even an empty port is left.
    site.sql(f"drop {'view' if mode == 'view' else 'table'} published.people.people")
    source(site, "(null, 'y@z')")
    with pytest.raises(Violated):
        site.publish(people(mode, **kept))
    assert site.standing(relation("people")) is None


TYPED = (
    column("id", "integer"),
    column("name", "varchar(20)"),
    column("price", "numeric(10, 2)"),
    column("place", "struct<x: int, tags: array<string>>"),
    column("anything", None),
)
TYPES = {"id": "1", "name": "'x'", "price": "cast(1 as decimal(10, 2))", "anything": "true"}
TYPES["place"] = "named_struct('x', 1, 'tags', array('a'))"


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({}, None),
        ({"name": None}, ("name", "missing column", "string", None)),
        ({"anything": None}, ("anything", "missing column", None, None)),
        ({"extra": "1"}, ("extra", "unexpected column", None, "int")),
        ({"id": "cast(1 as bigint)"}, ("id", "data type", "int", "bigint")),
        ({"price": "cast(1 as decimal(11, 2))"}, ("price", "data type", "decimal(10,2)", "decimal(11,2)")),
        (
            {"place": "named_struct('x', 1L, 'tags', array('a'))"},
            ("place", "data type", "struct<x:int,tags:array<string>>", "struct<x:bigint,tags:array<string>>"),
        ),
    ],
)
def test_columns_are_compared_with_the_contract(
    site: Site, typed: dict[str, str], change: dict[str, str | None], violation: tuple[str | None, ...] | None
) -> None:
    values = {name: value for name, value in {**TYPES, **change}.items() if value}
    site.sql("create schema if not exists internal.main")
    selected = ", ".join(f"{value} as {name}" for name, value in values.items())
    site.sql(f"create or replace table internal.main.people as select {selected}")
    assert site.sql(typed["clone"]) == ([violation] if violation else [])
    # A view shows what is declared, and nothing else.
    assert site.sql(typed["view"]) == ([violation] if violation and "extra" not in change else [])


@pytest.fixture(scope="module")
def typed(databricks: Any) -> dict[str, str]:
    ports = {mode: ("verify_contract", {"port": port(*TYPED, mode=mode)}) for mode in ("clone", "view")}
    return {mode: statements[0]["sql"] for mode, statements in databricks.render(ports).items()}


def test_a_second_version_is_masked_in_every_moment(site: Site) -> None:
    source(site)
    site.publish(people())
    source(site, "(1, 'anna@example.com', date '1990-05-17')", "id, email, born")
    born = column("born", "date", mask("born", "generalise_date", to="year"))
    wanted = port(column("id", "int"), column("email", mask=GONE), born)
    seen = set()
    for statement in _statements(site, wanted):
        site.run([statement])
        seen |= {row[1] for row in site.rows("analyst")}
    assert seen == {"***@example.com", "***@example.org", "***"}
    assert [(row[0], row[1], str(row[2])) for row in site.rows("officer")] == [(1, "***", "1990-01-01")]


def _statements(site: Site, wanted: Port) -> Any:
    """Yield the statements of a publish one by one, with the pin in them."""
    ran: list[Any] = []
    project, run = site.project, site.run
    site.run = ran.extend  # type: ignore[method-assign]
    try:
        site.publish(wanted, "2")
    finally:
        site.run = run  # type: ignore[method-assign]
    assert project is site.project
    pin = str(site.sql("describe history internal.main.people limit 1")[0][0])
    for statement in ran:
        yield {**statement, "sql": statement["sql"].replace("@@pin@@", pin), "pinned": False}


@pytest.mark.parametrize("mode", ["clone", "copy"])
def test_rollback_brings_back_rows_and_properties(site: Site, mode: str) -> None:
    source(site)
    first = people(mode, audited=relation("people__people__1", "meshport", "internal"))
    site.publish(first, "1")
    source(site, "(3, 'eve@example.net')")
    second = people(mode, audited=relation("people__people__2", "meshport", "internal"))
    site.publish(second, "2")
    assert site.rows("officer") == [(3, "eve@example.net")]
    for build, other in (("1", "2"), ("2", "1")):
        site.roll_back({**second, "audited_previous": relation(f"people__people__{build}", "meshport", "internal")})
        assert site.rows("officer") == (RAW if build == "1" else [(3, "eve@example.net")])
        assert site.rows("analyst")[0][1].startswith("***@")
        properties = site.standing(relation("people"))["properties"]  # type: ignore[index]
        assert (properties["build"], properties["previous_build"]) == (build, other)


def test_a_view_gets_another_query_and_keeps_its_grants(site: Site) -> None:
    source(site)
    site.publish(people("view"))
    site.sql("revoke select on catalog published from `account users`")
    site.sql("grant select on table published.people.people to analyst")
    site.publish(port(column("email", mask=GONE), mode="view", row_filter={**FILTER, "columns": []}), "2")
    assert site.rows("analyst") == [("***",)]


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        ("alter column email drop mask", ("email", "column mask", "published.meshport.mask_email", None)),
        ("drop row filter", ("", "row filter", "published.meshport.rows_people", None)),
        (
            "alter column email set mask published.meshport.mask_gone",
            ("email", "column mask", "published.meshport.mask_email", "published.meshport.mask_gone"),
        ),
    ],
)
def test_what_the_catalog_does_not_enforce_is_found(site: Site, spoil: str, finding: tuple[Any, ...]) -> None:
    source(site)
    wanted = people(row_filter=FILTER)
    site.publish(wanted)
    site.sql("create function published.meshport.mask_gone(value string) returns string return '***'")
    assert site.operate("verify_masks", port=wanted) == []
    site.sql(f"alter table published.people.people {spoil}")
    assert site.operate("verify_masks", port=wanted) == [finding]


@pytest.mark.parametrize("mode", ["clone", "view"])
def test_tags_and_comments(site: Site, mode: str) -> None:
    source(site)
    wanted = people(mode)
    site.publish(wanted)
    target = wanted["target"]
    operations = {
        "a": ("set_tags", {"relation": target, "column": None, "tags": {"tier": "gold", "k": "it's"}}),
        "b": ("set_tags", {"relation": target, "column": "email", "tags": {"class": "pii"}}),
        "c": ("unset_tags", {"relation": target, "column": None, "keys": ["tier"]}),
        "d": ("set_comments", {"relation": target, "comment": "it's", "columns": {"id": "a\\n", "email": "b"}}),
        "e": ("set_comments", {"relation": target, "comment": None, "columns": {"email": ""}}),
        "read": ("read_tags", {"zone": {"database": "published", "schemas": ["people"]}}),
        "un": ("set_comments", {"relation": target, "comment": "", "columns": {}}),
    }
    rendered = site.project.render(operations)
    for key in ("a", "b", "c", "d", "e"):
        site.run(rendered[key])
    tags = site.sql(rendered["read"][0]["sql"])
    owner = ("people", "people")
    assert sorted(tags, key=str) == [(*owner, "email", "class", "pii"), (*owner, None, "k", "it's")]
    here = "where table_schema = 'people' and table_name = 'people'"
    comments = "select comment from published.information_schema"
    assert site.sql(f"{comments}.tables {here}") == [("it's",)]
    assert [text or "" for (text,) in site.sql(f"{comments}.columns {here} order by ordinal_position")] == ["a\\n", ""]
    site.run(rendered["un"])
    assert [text or "" for (text,) in site.sql(f"{comments}.tables {here}")] == [""]


@pytest.mark.parametrize("mode", ["clone", "copy", "view"])
def test_drop_leaves_nothing(site: Site, mode: str) -> None:
    source(site)
    site.publish(people(mode))
    site.publish(people(mode), "2")
    site.run(site.project.render({"one": ("drop_port", {"port": people(mode)})})["one"])
    assert site.standing(relation("people")) is None
    left = "select table_name from internal.information_schema.tables where table_schema = 'meshport'"
    assert site.sql(left) == []
