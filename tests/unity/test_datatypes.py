"""Types of DuckDB and Databricks as the server writes them; every one that is exported holds the same values."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from meshport.catalogs.unity.client import base_of
from meshport.catalogs.unity.datatypes import type_json, unity_type
from meshport.catalogs.unity.observed import location
from meshport.errors import InputError

# type, a value, what the server calls it, the value as it is read from the file
DUCKDB = [
    ("BOOLEAN", "true", "BOOLEAN boolean", "True"),
    ("TINYINT", "-128", "BYTE tinyint", "-128"),
    ("SMALLINT", "-32768", "SHORT smallint", "-32768"),
    ("INTEGER", "-2147483648", "INT int", "-2147483648"),
    ("BIGINT", "-9223372036854775808", "LONG bigint", "-9223372036854775808"),
    ("UTINYINT", "255", "SHORT smallint", "255"),
    ("USMALLINT", "65535", "INT int", "65535"),
    ("UINTEGER", "4294967295", "LONG bigint", "4294967295"),
    ("UBIGINT", "18446744073709551615", "DECIMAL decimal(20,0)", "18446744073709551615"),
    ("HUGEINT", "99999999999999999999999999999999999999", "DECIMAL decimal(38,0)", "9" * 38),
    ("FLOAT", "1.5", "FLOAT float", "1.5"),
    ("DOUBLE", "1e300", "DOUBLE double", "1e+300"),
    ("DECIMAL(18,2)", "1234.56", "DECIMAL decimal(18,2)", "1234.56"),
    ("VARCHAR", "'ä'", "STRING string", "ä"),
    ("UUID", "'2f0e1a2b-0000-4000-8000-000000000001'", "STRING string", "2f0e1a2b-0000-4000-8000-000000000001"),
    ("ENUM('a', 'b')", "'b'", "STRING string", "b"),
    ("JSON", """'{"a": 1}'""", "STRING string", '{"a": 1}'),
    ("TIME", "'23:59:59.123456'", "STRING string", "23:59:59.123456"),
    ("INTERVAL", "interval 3 days", "STRING string", "3 days"),
    ("BLOB", "'\\x00\\xFF'::blob", "BINARY binary", "b'\\x00\\xff'"),
    ("DATE", "'2024-02-29'", "DATE date", "2024-02-29"),
    ("TIMESTAMP", "'2024-02-29 23:59:59.123456'", "TIMESTAMP_NTZ timestamp_ntz", "2024-02-29 23:59:59.123456"),
    ("TIMESTAMP_S", "'2024-02-29 23:59:59'", "TIMESTAMP_NTZ timestamp_ntz", "2024-02-29 23:59:59"),
    ("INTEGER[]", "[1, null]", "ARRAY array<int>", "[1, None]"),
    ("INTEGER[2]", "[1, 2]", "ARRAY array<int>", "[1, 2]"),
    ("MAP(VARCHAR, UINTEGER)", "map {'k': 1}", "MAP map<string,bigint>", "{'k': 1}"),
    ("STRUCT(a UTINYINT, \"b c\" UUID[])", "{'a': 1, 'b c': []}", "STRUCT struct<a:smallint,b c:array<string>>", "{'a': 1, 'b c': []}"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "said", "read"), DUCKDB, ids=[row[0] for row in DUCKDB])
def test_a_duckdb_type_and_its_file(kind: str, value: str, said: str, read: str, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select cast({value} as {kind}) as c")
        (declared,) = connection.execute("select data_type from duckdb_columns() where table_name = 't'").fetchone()
        found = unity_type(declared, "duckdb")
        assert f"{found.name} {found.text}" == said
        connection.execute(f"copy (select cast(c as {found.duckdb}) as c from t) to '{tmp_path}/f' (format parquet)")
        (back,) = connection.execute(f"from read_parquet('{tmp_path}/f')").fetchone()
    assert str(back) == read


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("string", "STRING string"),
        ("timestamp", "TIMESTAMP timestamp"),
        ("timestamp_ntz", "TIMESTAMP_NTZ timestamp_ntz"),
        ("decimal", "DECIMAL decimal(10,0)"),
        ("array<struct<a:int,b:map<string,double>>>", "ARRAY array<struct<a:int,b:map<string,double>>>"),
    ],
)
def test_a_databricks_type(kind: str, said: str) -> None:
    found = unity_type(kind, "databricks")
    assert f"{found.name} {found.text}" == said


@pytest.mark.parametrize("kind", ["UNION(a INTEGER, b VARCHAR)", "STRUCT(a UNION(b INTEGER))", "NO SUCH TYPE", ""])
def test_what_the_server_has_no_type_for_is_said(kind: str) -> None:
    with pytest.raises(InputError, match="has no type for") as refused:
        unity_type(kind, "duckdb")
    assert "cast the column in the model" in (refused.value.hint or "")


def test_a_column_as_spark_writes_it() -> None:
    kind = unity_type("STRUCT(a INTEGER[])", "duckdb")
    array = '{"type":"array","elementType":"integer","containsNull":true}'
    field = f'{{"name":"a","type":{array},"nullable":true,"metadata":{{}}}}'
    struct = f'{{"type":"struct","fields":[{field}]}}'
    wanted = f'{{"name":"größe","type":{struct},"nullable":false,"metadata":{{"comment":"it\'s"}}}}'
    assert type_json("größe", kind, False, "it's") == wanted


def test_one_spelling_of_a_location_and_of_a_server() -> None:
    assert {location(url) for url in ("file:/a/b%20c", "file:///a/b%20c", "file:///a/b%20c/")} == {"file:///a/b%20c"}
    assert location("s3://bucket/x/") == "s3://bucket/x"
    urls = ("http://LOCALHOST:8080", "http://localhost:8080/", "http://localhost:8080/api/2.1/unity-catalog")
    assert {base_of(url) for url in urls} == {"http://localhost:8080"}
