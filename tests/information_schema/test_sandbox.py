"""A query of somebody else's reads the tables that are there, ends in time, and does nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshport.errors import InputError
from meshport.information_schema import run_limited, seal

ROWS = [("a", 1), ("b", 2)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with files that a query might want."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    duckdb.connect(str(tmp_path / "other.duckdb")).execute("create table t as select 'hunter2' as password").close()
    duckdb.execute("copy (select 'hunter2' as password) to 'secret.parquet' (format parquet)")
    return tmp_path


def filled() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("create schema dbt; create table dbt.models (name varchar, number integer)")
    connection.executemany("insert into dbt.models values (?, ?)", ROWS)
    return connection


@pytest.fixture
def sealed(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with filled() as connection:
        seal(connection)
        yield connection


def unchanged(connection: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    rows = connection.execute("select * from dbt.models order by all").fetchall()
    files = {path.name for path in folder.rglob("*")}
    return (tables, rows, files) == (
        [("dbt", "models")],
        ROWS,
        {"secret.csv", "secret.parquet", "other.duckdb"},
    )


@pytest.mark.parametrize(
    "sql",
    [
        "select name from dbt.models order by name",
        "from dbt.models select name order by name;",
        "with m as (select * from dbt.models) select name from m order by name",
        "select name from dbt.models where number in (select max(number) from dbt.models) or true order by 1",
        "select json_extract_string('{\"a\": \"b\"}', '$.a') as name from range(2)",
        "with recursive n as (select 1 as i union all select i + 1 from n where i < 5) select i from n",
        "describe dbt.models",
        "summarize dbt.models",
    ],
)
def test_a_select_runs(sealed: duckdb.DuckDBPyConnection, folder: Path, sql: str) -> None:
    assert run_limited(sealed, sql).rows
    assert unchanged(sealed, folder)


WRITES = [
    "insert into dbt.models values ('x', 9)",
    "update dbt.models set name = 'x'",
    "delete from dbt.models",
    "truncate dbt.models",
    "drop table dbt.models",
    "alter table dbt.models add column x int",
    "create table dbt.new as select 1",
    "create temp table new as select 1",
    "create view dbt.new as select 1",
    "create macro f() as 1",
    "create secret (type s3, key_id 'a', secret 'b')",
    "with x as (insert into dbt.models values ('x', 9) returning *) select * from x",
    "with x as (delete from dbt.models returning *) select * from x",
    "with x as (update dbt.models set number = 0 returning *) from x",
    "begin; drop table dbt.models; commit",
    "select 1; drop table dbt.models",
    "commit",
    "rollback",
    "set threads = 1",
    "reset memory_limit",
    "set enable_external_access = true",
    "pragma enable_profiling",
    "pragma memory_limit='80GB'",
    "use dbt",
    "vacuum",
    "checkpoint",
    "explain analyze delete from dbt.models",
    "prepare p as select 1",
    "execute p",
    "deallocate p",
    "call enable_logging()",
    "from enable_logging('QueryLog', storage = 'file', storage_path = 'log')",
    "call force_checkpoint()",
]
FILES = [
    "copy dbt.models to 'out.csv'",
    "copy (select 1) to 'out.parquet' (format parquet)",
    "copy dbt.models from 'secret.csv'",
    "export database 'out'",
    "import database 'out'",
    "attach 'other.duckdb' as other",
    "attach 'new.duckdb'",
    "select * from read_csv('secret.csv')",
    "select * from read_csv_auto('secret.csv')",
    "select * from 'secret.csv'",
    "select * from 'secret.parquet'",
    'select * from "secret.csv"',
    "select * from read_parquet('secret.parquet')",
    "select * from parquet_metadata('secret.parquet')",
    "select * from parquet_kv_metadata('secret.parquet')",
    "select * from read_json('secret.csv')",
    "select * from read_text('secret.csv')",
    "select * from read_blob('secret.csv')",
    "select * from read_duckdb('other.duckdb')",
    "select * from sniff_csv('secret.csv')",
    "select * from glob('*')",
    "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "select * from read_csv('/dev/stdin')",
    "select * from query('select * from read_csv(''secret.csv'')')",
    "select * from query_table('secret.csv')",
    "select getenv('HOME')",
    "install httpfs",
    "load httpfs",
    "install 'secret.csv'",
    "force install spatial",
    "update extensions",
]


@pytest.mark.parametrize("sql", [*WRITES, *FILES])
def test_what_writes_or_reads_anything_else_is_refused(
    sealed: duckdb.DuckDBPyConnection, folder: Path, sql: str
) -> None:
    with pytest.raises(InputError):
        run_limited(sealed, sql, 10)
    assert unchanged(sealed, folder)


def test_the_files_could_be_read_without_the_seal(folder: Path) -> None:
    """So that the refusals above are the seal's."""
    with filled() as connection:
        for sql in ("select * from read_csv('secret.csv')", "from 'secret.parquet'", "select * from glob('*')"):
            assert run_limited(connection, sql).rows


@pytest.mark.parametrize(
    "sql",
    [
        "select max(a.range * b.range) from range(100000000) as a, range(100000000) as b",
        "with recursive n as (select 1 as i union all select i + 1 from n) select count(*) from n",
        "with recursive n as (select 1 as i union select i + 1 from n) select count(*) from n",
        "select * from generate_series(1, 1000000000000) limit 1 offset 999999999999",
        "select count(*) from dbt.models, range(1000000000) as a, range(1000000000) as b",
    ],
)
def test_a_query_that_never_ends_is_stopped(sealed: duckdb.DuckDBPyConnection, folder: Path, sql: str) -> None:
    with pytest.raises(InputError, match=r"did not end within 0\.3 s"):
        run_limited(sealed, sql, 0.3)
    assert run_limited(sealed, "select count(*) from dbt.models").rows == [(2,)]
    assert unchanged(sealed, folder)


def test_a_limit_that_is_over_before_the_query_begins(sealed: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InputError, match="did not end within 0 s"):
        run_limited(sealed, "select count(*) from range(100000000) as a, range(100000000) as b", 0)


def test_a_query_that_cannot_be_interrupted_is_given_up(
    sealed: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshport.information_schema.sandbox.GRACE", 0.1)
    given_up = []
    with pytest.raises(InputError, match="did not end"):
        run_limited(sealed, "select len(lpad('x', 20000000, 'y'))", 0.05, give_up=lambda: given_up.append(True))
    assert given_up == [True]


@pytest.mark.parametrize(
    "sql",
    [
        "select array_agg(range) from range(100000000)",
        "select count(*) from (select range from range(100000000) order by hash(range))",
        "select string_agg(repeat('x', 100000)) from range(100000)",
    ],
)
def test_a_query_that_needs_too_much_memory(folder: Path, sql: str) -> None:
    with filled() as connection:
        seal(connection, "100MB")
        with pytest.raises(InputError, match="Out of Memory"):
            run_limited(connection, sql, 60)
        assert unchanged(connection, folder)


def test_rows_are_cut(sealed: duckdb.DuckDBPyConnection) -> None:
    answer = run_limited(sealed, "select range from range(11)", max_rows=10)
    assert (len(answer.rows), answer.more) == (10, True)
    assert not run_limited(sealed, "select range from range(10)", max_rows=10).more


@pytest.mark.parametrize(
    "sql",
    [
        "",
        ";",
        "-- nothing",
        "select",
        "select (",
        "sel\0ect 1",
        "select 1\0; drop table dbt.models",
        "\udc80",
        "select ?",
    ],
)
def test_what_is_no_query(sealed: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(InputError):
        run_limited(sealed, sql)


@pytest.mark.parametrize("sql", ["(" * 50_000 + "1" + ")" * 50_000, "1 + " * 40_000 + "1", "x" * 300_000])
def test_a_query_that_is_too_long_or_too_deep(sealed: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(InputError):
        run_limited(sealed, f"select {sql}")


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("select * from models", "dbt.models"),
        ("select * from dbt.modles", "dbt.models"),
        ("select * from mesh.pots", "mesh.ports"),
        ("select * from zzz", "--tables"),
    ],
)
def test_tables_that_may_be_meant(sealed: duckdb.DuckDBPyConnection, sql: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        run_limited(sealed, sql)
    assert hint in (error.value.hint or "")


def test_the_line_of_a_mistake_is_told(sealed: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InputError, match=r"\n\nLINE 2: *nope"):
        run_limited(sealed, "select\n  nope\nfrom dbt.models")


PIECES = st.lists(
    st.sampled_from([*WRITES, *FILES, "select 1", "select * from dbt.models"]).flatmap(
        lambda sql: st.sampled_from(
            [
                sql,
                f"({sql})",
                f"select * from ({sql})",
                f"with x as ({sql}) select * from x",
                f"explain {sql}",
                f"/* */ {sql}",
            ]
        )
    ),
    min_size=1,
    max_size=3,
)


@given(PIECES, st.sampled_from([";", "; ", " union all ", ";\n--\n"]))
def test_no_combination_changes_anything(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], separator: str
) -> None:
    folder = tmp_path_factory.mktemp("empty")
    with filled() as connection, pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        seal(connection)
        with contextlib.suppress(InputError):
            run_limited(connection, separator.join(pieces), 5)
        assert connection.execute("select * from dbt.models order by all").fetchall() == ROWS
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(1,)]
        assert not list(folder.iterdir())
