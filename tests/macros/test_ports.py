"""Rendered statements of a port, run on DuckDB: copy, verification, swap, tags, comments, properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pytest

from tests.macros.integration import Integration, Statement
from tests.macros.ports import column, mask, port, relation

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("macros")]

PLAIN = port(column("id", "integer"), column("email"))
FILTERED = port(
    column("email", mask=mask("redact")),
    column("country", mask=mask("nullify")),
    row_filter={"columns": ["country", "email"], "predicate": "country <> 'XX' and email like '%@%' -- all of it"},
)
MASKED = port(
    column("id", "integer"),
    column("email", mask=mask("partial", keep="domain")),
    column("name", mask=mask("partial", first=1)),
    column("phone", mask=mask("partial", last=4)),
    column("street", mask=mask("redact")),
    column("city", mask=mask("keyed_hash", key="default")),
    column("passport", mask=mask("tokenise", key="default", prefix="it's ")),
    column("iban", mask=mask("tokenise")),
    column("note", mask=mask("encrypt")),
    column("born", "date", mask("generalise_date", to="year")),
    column("seen", None, mask("generalise_date")),
    column("salary", "decimal(10, 2)", mask("generalise_number", step=1000)),
    column("points", None, mask("generalise_number")),
    column("place", "double", mask("nullify")),
)
# A mask must not be fooled by another column that takes the name of what it reads.
SHADOWED = port(column("email", mask=mask("redact", replacement="hidden")), column("name", mask=mask("keyed_hash")))
TYPED = port(
    column("id", "integer"), column("email", "text"), column("salary", "numeric(10, 2)"), column("untyped", None)
)
CONSTRAINTS: list[dict[str, Any]] = [
    {"type": "not_null", "columns": ["email"]},
    {"type": "primary_key", "columns": ["id"]},
    {"type": "unique", "columns": ["email", "country"]},
    {"type": "check", "columns": ["salary"], "expression": "salary > 0 -- of a month"},
    {"type": "check", "expression": "length(email) > 3 or country = 'it''s'"},
    {"type": "foreign_key", "columns": ["country"], "expression": "countries (code)"},
]
CONSTRAINED = port(column("id", "integer"), column("email", mask=mask("redact")), constraints=CONSTRAINTS)
CONSTRAINED_FILTERED = {**CONSTRAINED, "row_filter": {"columns": ["id"], "predicate": "id = 1"}}

OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "prepare": ("prepare_zone", {"zone": {"database": "published", "schemas": ["people"]}}),
    **{
        f"{operation} {name}": (operation, {"port": value})
        for name, value in {
            "plain": PLAIN,
            "filtered": FILTERED,
            "masked": MASKED,
            "shadowed": SHADOWED,
            "typed": TYPED,
            "constrained": CONSTRAINED,
            "constrained filtered": CONSTRAINED_FILTERED,
        }.items()
        for operation in ("stage_port", "verify_contract", "verify_masks")
    },
    **{operation: (operation, {"port": PLAIN}) for operation in ("swap_port", "rollback_port", "drop_port")},
    "tag port": (
        "set_tags",
        {"relation": relation("people__staged"), "column": None, "tags": {"tier": "gold", "a": "1"}},
    ),
    "tag column": ("set_tags", {"relation": relation("people__staged"), "column": "email", "tags": {"class": "pii"}}),
    "retag": ("set_tags", {"relation": relation("people__staged"), "column": None, "tags": {"tier": "silver"}}),
    "untag": ("unset_tags", {"relation": relation("people__staged"), "column": None, "keys": ["tier", "none"]}),
    "untag column": ("unset_tags", {"relation": relation("people__staged"), "column": "email", "keys": ["class"]}),
    "no tags": ("set_tags", {"relation": relation("people__staged"), "column": None, "tags": {}}),
    "no keys": ("unset_tags", {"relation": relation("people__staged"), "column": None, "keys": []}),
    "read tags": ("read_tags", {"zone": {"database": "published", "schemas": ["people"]}}),
    "read no tags": ("read_tags", {"zone": {"database": "published", "schemas": ["elsewhere"]}}),
    "comment": (
        "set_comments",
        {"relation": relation("people__staged"), "comment": "it's", "columns": {"email": "mail"}},
    ),
    "uncomment": ("set_comments", {"relation": relation("people__staged"), "comment": "", "columns": {"email": ""}}),
    "column comment": (
        "set_comments",
        {"relation": relation("people__staged"), "comment": None, "columns": {"id": "n"}},
    ),
    "note": ("set_properties", {"relation": relation("people__staged"), "properties": {"build": "1", "masks": "{}"}}),
    "note again": ("set_properties", {"relation": relation("people__staged"), "properties": {"build": "2"}}),
}

Rows = list[tuple[Any, ...]]


class Zone:
    """A published zone that rendered statements are run in, one transaction for each call."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rendered: dict[str, list[Statement]]) -> None:
        self.connection = connection
        self.rendered = rendered
        self.run("prepare")

    def query(self, sql: str) -> Rows:
        return self.connection.execute(sql).fetchall()

    def run(self, *operations: str) -> Rows:
        """Run operations; return the rows of all statements that promise some or none."""
        rows: Rows = []
        self.query("begin")
        for statement in (statement for operation in operations for statement in self.rendered[operation]):
            found = self.query(statement["sql"])
            rows += found if statement["expect"] != "nothing" else []
        self.query("commit")
        return rows

    def column(self, name: str, table: str = "people__staged") -> list[Any]:
        return [row[0] for row in self.query(f'select "{name}" from published.people.{table} order by rowid')]

    def tables(self) -> set[str]:
        return {row[0] for row in self.query("select table_name from duckdb_tables() where schema_name = 'people'")}


@pytest.fixture(scope="module")
def rendered(project: Integration) -> dict[str, list[Statement]]:
    return project.render(OPERATIONS)


@pytest.fixture
def zone(connection: duckdb.DuckDBPyConnection, rendered: dict[str, list[Statement]]) -> Zone:
    connection.execute("""
        create table internal.main.people as
        select
            1 as id, 'anna@example.com' as email, 'Anna' as name, '+31 20 5550101' as phone, 'Dam 1' as street,
            'Delft' as city, 'NX123' as passport, 'NL91ABNA' as iban, 'was here' as note, date '1990-05-17' as born,
            timestamp '2024-02-29 12:30:00' as seen, -1234.50::decimal(10, 2) as salary, 9007199254740993 as points,
            52.01::double as place, 'NL' as country, true as untyped
    """)
    return Zone(connection, rendered)


def add(zone: Zone, **values: Any) -> None:
    """Add a person; columns that are not given stay NULL."""
    zone.connection.execute(
        f"insert into internal.main.people ({', '.join(values)}) values ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def test_the_copy_holds_what_the_contract_declares(zone: Zone) -> None:
    zone.run("stage_port plain")
    assert zone.query("select * from published.people.people__staged") == [(1, "anna@example.com")]


def test_the_row_filter_sees_raw_values(zone: Zone) -> None:
    add(zone, email="bo@example.org", country="XX")
    add(zone, email="no address", country="NL")
    zone.run("stage_port filtered")
    assert zone.query("select * from published.people.people__staged") == [("***", None)]


def test_masks_read_the_column_they_mask(zone: Zone) -> None:
    zone.run("stage_port shadowed")
    other = zone.column("name")
    assert zone.column("email") == ["hidden"]
    zone.query("update internal.main.people set email = 'another'")
    zone.run("stage_port shadowed")
    assert zone.column("name") == other


def test_a_masked_copy_holds_no_raw_value_and_is_verified(zone: Zone) -> None:
    add(zone, id=2)
    assert zone.run("stage_port masked", "verify_contract masked", "verify_masks masked") == []
    raw = zone.query("select * exclude (id, country, untyped) from internal.main.people where id = 1")[0]
    published = zone.query("select * exclude (id) from published.people.people__staged where id = 1")[0]
    assert [value for value in published if value in raw] == []
    assert zone.query("select * exclude (id) from published.people.people__staged where id = 2") == [(None,) * len(raw)]


def test_large_numbers_are_generalised_exactly(zone: Zone) -> None:
    zone.run("stage_port masked")
    assert zone.column("points") == [9007199254740990]
    assert zone.column("salary") == [-2000]


@pytest.mark.parametrize("spoilt", [column["name"] for column in MASKED["columns"] if column["mask"]])
def test_an_unmasked_value_is_found(zone: Zone, spoilt: str) -> None:
    zone.run("stage_port masked")
    zone.query(f"update published.people.people__staged set {spoilt} = (select {spoilt} from internal.main.people)")
    method = next(column["mask"]["method"] for column in MASKED["columns"] if column["name"] == spoilt)
    assert zone.run("verify_masks masked") == [(spoilt, "unmasked values", method, "1")]


def test_where_nothing_is_masked_nothing_is_found(zone: Zone) -> None:
    assert zone.run("stage_port plain", "verify_masks plain") == []


def test_without_the_key_nothing_is_written(connection: duckdb.DuckDBPyConnection, zone: Zone) -> None:
    bare = connection.cursor()
    for value in ("x", None):
        bare.execute("update internal.main.people set city = ?, passport = ?", [value, value])
        with pytest.raises(duckdb.Error, match="key default is not set: set MESHPORT_KEY_DEFAULT"):
            bare.execute(zone.rendered["stage_port shadowed"][0]["sql"]).fetchall()
    assert zone.tables() == set()


def test_a_contract_that_is_kept_has_no_violations(zone: Zone) -> None:
    assert zone.run("stage_port typed", "verify_contract typed") == []


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ("drop column email", ("email", "missing column", "VARCHAR", None)),
        ("drop column untyped", ("untyped", "missing column", None, None)),
        ("add column extra integer", ("extra", "unexpected column", None, "INTEGER")),
        ("alter column id type bigint", ("id", "data type", "INTEGER", "BIGINT")),
        ("alter column salary type decimal(11, 2)", ("salary", "data type", "DECIMAL(10,2)", "DECIMAL(11,2)")),
    ],
)
def test_columns_are_compared_with_the_contract(zone: Zone, change: str, violation: tuple[str | None, ...]) -> None:
    zone.run("stage_port typed")
    zone.query(f"alter table published.people.people__staged {change}")
    assert zone.run("verify_contract typed") == [violation]


def test_constraints_are_counted_on_raw_rows(zone: Zone) -> None:
    zone.query("update internal.main.people set salary = 1")
    zone.run("stage_port constrained")
    assert zone.run("verify_contract constrained") == []
    add(zone, id=1, email="anna@example.com", salary=0, country="NL")  # repeats the key and the pair
    add(zone, email=None, country="NL", salary=None)  # NULL passes a check, and repeats nothing
    add(zone, id=3, email="x", salary=1, country="it's")
    add(zone, id=4, email="x", salary=1, country="BE")
    assert zone.run("verify_contract constrained") == [
        ("email", "null values", "0", "1"),
        ("id", "null values", "0", "1"),
        ("id", "repeated values", "0", "1"),
        ("email, country", "repeated values", "0", "1"),
        ("salary", "check", "salary > 0 -- of a month", "1"),
        ("", "check", "length(email) > 3 or country = 'it''s'", "1"),
    ]


def test_constraints_count_filtered_rows_only(zone: Zone) -> None:
    zone.query("update internal.main.people set salary = 1")
    add(zone, id=2, email=None, salary=-1)
    assert zone.run("stage_port constrained filtered", "verify_contract constrained filtered") == []


def publish(zone: Zone, email: str) -> None:
    """Publish one version, marked by its e-mail address in data, comment and property."""
    zone.query(f"update internal.main.people set email = '{email}'")
    zone.run("stage_port plain", "comment", "note")
    zone.query(f"comment on table published.people.people__staged is '{email}'")
    zone.query(f"update published.meshport.properties set value = '{email}' where relation = 'people__staged'")
    zone.run("swap_port")


def versions(zone: Zone) -> dict[str, set[str]]:
    """The marks of data, comment and properties of each table in the zone: one, where they moved together."""
    marks: dict[str, set[str]] = {}
    for table, comment in zone.query("select table_name, comment from duckdb_tables() where schema_name = 'people'"):
        properties = zone.query(f"select value from published.meshport.properties where relation = '{table}'")
        assert len(properties) == 2
        marks[table] = {comment, *zone.column("email", table), *(value for (value,) in properties)}
    return marks


def test_swap_keeps_one_previous_version(zone: Zone) -> None:
    publish(zone, "one")
    assert versions(zone) == {"people": {"one"}}
    publish(zone, "two")
    assert versions(zone) == {"people": {"two"}, "people__previous": {"one"}}
    publish(zone, "three")
    assert versions(zone) == {"people": {"three"}, "people__previous": {"two"}}
    assert len(zone.query("from published.meshport.properties")) == 2 * 2


def test_rollback_exchanges_the_versions(zone: Zone) -> None:
    publish(zone, "one")
    publish(zone, "two")
    zone.run("rollback_port")
    assert versions(zone) == {"people": {"one"}, "people__previous": {"two"}}
    zone.run("rollback_port")
    assert versions(zone) == {"people": {"two"}, "people__previous": {"one"}}


def test_rollback_without_a_previous_version_changes_nothing(zone: Zone) -> None:
    publish(zone, "one")
    with pytest.raises(duckdb.Error, match="people__previous"):
        zone.run("rollback_port")
    zone.query("rollback")
    assert versions(zone) == {"people": {"one"}}


def test_tags_stay_with_the_name(zone: Zone) -> None:
    zone.query("insert into published.meshport.tags values ('people', 'people', '', 'by hand', 'x')")
    for operations in (("stage_port plain", "swap_port"), ("stage_port plain", "swap_port"), ("rollback_port",)):
        zone.run(*operations)
        assert zone.run("read tags") == [("people", "people", None, "by hand", "x")]


def test_drop_leaves_nothing(zone: Zone) -> None:
    publish(zone, "one")
    publish(zone, "two")
    zone.query("insert into published.meshport.tags values ('people', 'people', '', 'by hand', 'x')")
    zone.run("drop_port")
    assert zone.tables() == set()
    assert zone.query("from published.meshport.tags") == zone.query("from published.meshport.properties") == []


def test_tags_are_set_read_and_unset(zone: Zone) -> None:
    zone.run("stage_port plain", "tag port", "tag column", "retag", "no tags", "no keys")
    owner = ("people", "people__staged")
    assert zone.run("read tags") == [
        (*owner, "email", "class", "pii"),
        (*owner, None, "a", "1"),
        (*owner, None, "tier", "silver"),
    ]
    assert zone.run("read no tags") == []
    zone.run("untag", "untag column")
    assert zone.run("read tags") == [(*owner, None, "a", "1")]


def comments(zone: Zone) -> tuple[Iterable[Any], Iterable[Any]]:
    return (
        zone.query("select comment from duckdb_tables() where table_name = 'people__staged'")[0],
        [row[0] for row in zone.query("select comment from duckdb_columns() where table_name = 'people__staged'")],
    )


def test_comments_are_set_and_removed(zone: Zone) -> None:
    zone.run("stage_port plain", "comment", "column comment")
    assert comments(zone) == (("it's",), ["n", "mail"])
    zone.run("uncomment")
    assert comments(zone) == ((None,), ["n", None])


def test_properties_are_replaced_by_key(zone: Zone) -> None:
    zone.run("note", "note again", "prepare")
    assert zone.query("select key, value from published.meshport.properties order by key") == [
        ("build", "2"),
        ("masks", "{}"),
    ]
