"""The anonymising macros as functions of the double's catalog: equal to DuckDB's where no key is used, and with keys."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.databricks.project import function, mask
from tests.databricks.site import Site
from tests.macros import ports as on_duckdb
from tests.macros.integration import Integration
from tests.macros.test_quoting import text

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

TYPES = {  # the column, its type on Databricks and on DuckDB
    "text": ("string", "varchar"),
    "day": ("date", "date"),
    "stamp": ("timestamp", "timestamptz"),
    "large": ("bigint", "bigint"),
    "exact": ("decimal(10,2)", "decimal(10,2)"),
    "float": ("double", "double"),
}
MASKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "redact": ("text", "redact", {"replacement": "it's \\ ${x}\n"}),
    "nullify": ("exact", "nullify", {}),
    "hidden": ("text", "partial", {}),
    "domain": ("text", "partial", {"keep": "domain", "fill": "$"}),
    "ends": ("text", "partial", {"first": 1, "last": 2, "fill": "\\"}),
    "ends_domain": ("text", "partial", {"keep": "domain", "first": 2, "last": 1, "fill": "'"}),
    **{
        f"{unit}_{column}": (column, "generalise_date", {"to": unit})
        for unit in ("decade", "year", "quarter", "month", "week", "day", "hour")
        for column in ("day", "stamp")
    },
    **{
        f"step_{step}_{column}": (column, "generalise_number", {"step": step})
        for step in (1, 7, 1000)
        for column in ("large", "exact", "float")
    },
}
addresses = st.builds("{}@{}".format, text, st.from_regex(r"[a-zé.-]{0,5}[\n ]?", fullmatch=True))
# The engine's time stamps count nanoseconds in 64 bits.
start, end = datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)
row = st.tuples(
    st.none() | text | addresses,
    st.none() | st.dates(start.date(), end.date()),
    st.none() | st.datetimes(start, end, timezones=st.just(datetime.timezone.utc)),
    st.none() | st.integers(-(2**62), 2**62),
    st.none() | st.decimals(-(10**7), 10**7, places=2),
    st.none() | st.integers(-(10**9), 10**9).map(lambda number: number / 4),
)


@pytest.fixture(scope="module")
def calls(databricks: Any, site_of_session: Site) -> str:
    """Make a function of each mask; return the calls of all of them."""
    functions = [
        {"function": function(name), "data_type": TYPES[column][0], "mask": mask(name, method, **arguments)}
        for name, (column, method, arguments) in MASKS.items()
    ]
    zone = {"database": "published", "schemas": [], "internal": ["internal"], "functions": functions}
    site_of_session.fresh()
    site_of_session.run(databricks.render({"zone": ("prepare_zone", {"zone": zone})})["zone"])
    site_of_session.sql("create schema internal.main")
    return ", ".join(f"published.meshport.`{name}`({column}) as `{name}`" for name, (column, _, _) in MASKS.items())


@pytest.fixture(scope="module")
def expressions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return what DuckDB selects for the same masks."""
    project = Integration(tmp_path_factory.mktemp("duckdb"))
    project.path.joinpath("dbt_packages").mkdir()
    project.path.joinpath("dbt_packages/meshport").symlink_to(project.path.parent / "meshport")
    ports = {}
    for name, (column, method, arguments) in MASKS.items():
        given_mask = {"name": name, "method": method, "arguments": arguments}
        masked = on_duckdb.port(on_duckdb.column(column, TYPES[column][1], given_mask))
        ports[name] = ("stage_port", {"port": masked})
    rendered = project.render(ports)
    project.close()
    values = []
    for name, (column, _, _) in MASKS.items():
        # "create ... as select <value> as <column> from ..."
        value = rendered[name][0]["sql"].split("select\n", 1)[1].rsplit("\nfrom ", 1)[0]
        values.append(value.removesuffix(f' as "{column}"') + f' as "{name}"')
    return ", ".join(values)


def spark(value: Any) -> str:
    """Write a value without the literals that are tested elsewhere."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"decode(unhex('{value.encode().hex()}'), 'utf-8')"
    if isinstance(value, datetime.datetime):
        return f"timestamp '{value:%Y-%m-%d %H:%M:%S.%f} UTC'"
    return f"date '{value}'" if isinstance(value, datetime.date) else str(value)


@settings(
    max_examples=3,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(rows=st.lists(row, min_size=40, max_size=80))
def test_the_same_values_as_on_duckdb(site_of_session: Site, calls: str, expressions: str, rows: list[Any]) -> None:
    rows = [*rows, (None, None, None, 9007199254740993, Decimal("99999999.99"), None)]  # no float holds this number
    casts = ", ".join(f"cast({name} as {types[0]}) as {name}" for name, types in TYPES.items())
    values = ", ".join(f"({number}, {', '.join(map(spark, each))})" for number, each in enumerate(rows))
    site_of_session.sql(
        f"create or replace table internal.main.given as select number, {casts} "
        f"from (values {values}) as given (number, {', '.join(TYPES)})"
    )
    got = site_of_session.sql(f"select {calls} from internal.main.given order by number")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        columns = ", ".join(f"{name} {types[1]}" for name, types in TYPES.items())
        connection.execute(f"create table given (number integer, {columns})")
        connection.executemany(
            "insert into given values (?, ?, ?, ?, ?, ?, ?)", [(number, *each) for number, each in enumerate(rows)]
        )
        want = connection.execute(f"select {expressions} from given as source_rows order by number").fetchall()
    for given_row, mine, theirs in zip(rows, got, want, strict=True):
        for name, left, right in zip(MASKS, mine, theirs, strict=True):
            assert plain(left) == plain(right), (name, given_row)


def plain(value: Any) -> Any:
    """Compare moments, whatever time zone they are written in."""
    return value.astimezone(datetime.timezone.utc) if isinstance(value, datetime.datetime) else value


def test_keyed_methods_use_the_secret_of_the_scope(site: Site) -> None:
    made = [
        {"function": function(f"{method}_{key}"), "data_type": "string", "mask": mask(method, method, key=key)}
        for method in ("keyed_hash", "tokenise", "encrypt")
        for key in ("default", "other")
    ]
    site.run(
        site.project.render(
            {
                "zone": (
                    "prepare_zone",
                    {"zone": {"database": "published", "schemas": [], "internal": [], "functions": made}},
                )
            }
        )["zone"]
    )

    def call(name: str, value: str = "'anna'") -> Any:
        return site.sql(f"select published.meshport.{name}({value})")[0][0]

    hashed, other = call("keyed_hash_default"), call("keyed_hash_other")
    assert (len(hashed), hashed != other, hashed) == (64, True, call("keyed_hash_default"))
    token = call("tokenise_default")
    assert (token[:4], len(token), hashed.startswith(token[4:])) == ("tok_", 28, False)
    assert call("encrypt_default") != call("encrypt_default")
    assert "anna" not in call("encrypt_default")
    for name in ("keyed_hash_default", "tokenise_default"):
        assert call(name, "cast(null as string)") is None


def test_what_was_encrypted_can_be_opened_with_the_key_only(site: Site) -> None:
    sealed = _expression(site, "encrypt", "'é\\n'")
    assert site.sql(f"select {_expression(site, 'decrypt', sealed)}") == [("é\n",)]
    with pytest.raises(Exception, match=r"."):
        site.sql(f"select {_expression(site, 'decrypt', sealed, key='other')}")


def _expression(site: Site, macro: str, column: str, key: str = "default") -> str:
    code, printed = site.project.operate("show", name=macro, column=column, key=key)
    assert code == 0, printed
    return printed.strip()


@pytest.mark.parametrize(("kind", "value"), [("date", "2024-02-29"), ("timestamp", "2024-02-29 10:00:00")])
def test_a_generalised_date_keeps_its_type_in_models(site: Site, kind: str, value: str) -> None:
    expression = _expression(site, "generalise_date", f"{kind} '{value}'", key="year")
    assert site.sql(f"select typeof({expression})") == [(kind,)]
