"""`meshport sql`, as people run it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from meshport.information_schema import TABLES
from meshport.registry import Registry
from tests.artifacts.builders import MODEL, manifest, model
from tests.information_schema.asking import ask
from tests.query.running import Ran, meshport
from tests.registry.samples import record, url


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dbt project that is no domain, with artifacts."""
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "shop"
    (folder / "target").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: shop\nflags: {a: b}\n")
    tags = ["a", "b,c"]
    nodes = {MODEL: model(tags=tags, description='says "hello"\nto | all'), "model.shop.other": model(name="other")}
    content = manifest(nodes=nodes)
    content["metadata"]["adapter_type"] = "duckdb"
    (folder / "target" / "manifest.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def sql(project: Path) -> Any:
    def run(*arguments: object) -> Ran:
        return meshport("sql", "--project-dir", project, *arguments)

    return run


def test_a_query(sql: Any) -> None:
    ran = sql("select name, materialized from dbt.models order by name")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == ["name       materialized", "customers", "other"]


def test_json(sql: Any) -> None:
    ran = sql(
        "--format", "json", "select name, tags, 1.5 as n, date '2026-01-02' as d from dbt.models order by name limit 1"
    )
    assert json.loads(ran.out) == {
        "columns": [
            {"name": "name", "type": "VARCHAR"},
            {"name": "tags", "type": "VARCHAR[]"},
            {"name": "n", "type": "DECIMAL(2,1)"},
            {"name": "d", "type": "DATE"},
        ],
        "rows": [["customers", ["a", "b,c"], "1.5", "2026-01-02"]],
        "more": False,
    }


def test_csv(sql: Any) -> None:
    ran = sql("--format", "csv", f"select name, tags, description, version from dbt.models where unique_id = '{MODEL}'")
    assert list(csv.reader(io.StringIO(ran.out))) == [
        ["name", "tags", "description", "version"],
        ["customers", '["a","b,c"]', 'says "hello"\nto | all', ""],
    ]


def test_markdown(sql: Any) -> None:
    ran = sql("--format", "markdown", f"select name, description from dbt.models where unique_id = '{MODEL}'")
    assert ran.out.splitlines() == [
        "| name | description |",
        "| --- | --- |",
        '| customers | says "hello"<br>to \\| all |',
    ]


def test_no_rows(sql: Any) -> None:
    assert sql("select * from dbt.sources").out == "No rows.\n"
    assert sql("--format", "csv", "select unique_id from dbt.sources").out == "unique_id\n"


def test_a_query_in_a_file(sql: Any, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("-- of everything\nselect count(*) as n\nfrom dbt.models;\n")
    assert sql("--file", tmp_path / "q.sql").out.split() == ["n", "2"]
    (tmp_path / "q.sql").write_bytes(b"\xff")
    assert sql("--file", tmp_path / "q.sql").code == 4


def test_too_many_rows_are_cut_and_it_is_said(sql: Any) -> None:
    ran = sql("--max-rows", 3, "--format", "json", "select * from range(10)")
    assert json.loads(ran.out)["rows"] == [[0], [1], [2]]
    assert ran.err == "Cut after 3 rows: there are more (--max-rows).\n"


def test_other_artifacts(sql: Any, project: Path, tmp_path: Path) -> None:
    (project / "target").rename(tmp_path / "elsewhere")
    assert sql("select count(*) from dbt.models").code == 4
    assert sql("--artifacts", tmp_path / "elsewhere", "select count(*) from dbt.models").code == 0


def test_a_mistake_says_where_and_what_may_be_meant(sql: Any) -> None:
    ran = sql("select *\nfrom dbt.modles")
    assert (ran.code, ran.out) == (4, "")
    assert "LINE 2: from dbt.modles" in ran.err
    assert "fix:   did you mean dbt.models?" in ran.err
    ran = sql("select nmae from dbt.models")
    assert '"name"' in ran.err


@pytest.mark.parametrize(
    "query",
    ["drop table dbt.models", "copy dbt.models to 'x.csv'", "from read_csv('/etc/passwd')", "select 1; select 2"],
)
def test_a_query_can_change_nothing_and_read_nothing_else(sql: Any, query: str) -> None:
    assert sql(query).code == 4


def test_a_query_that_never_ends(sql: Any) -> None:
    ran = sql(
        "--timeout",
        "0.5",
        "with recursive n as (select 1 as i union all select i + 1 from n) from n limit 1 offset 1e15",
    )
    assert ran.code == 4
    assert "did not end within 0.5 s" in ran.err


def test_a_query_that_cannot_be_interrupted_ends_with_the_process(project: Path) -> None:
    """DuckDB makes such a text in one step, which takes minutes."""
    code = (
        "import meshport.information_schema.sandbox as s; s.GRACE = 0.2\n"
        "from meshport.cli import main; import sys; main(sys.argv[1:])"
    )
    query = "select len(lpad('x', 2000000000, 'y'))"
    ended = subprocess.run(
        [sys.executable, "-c", code, "sql", "--project-dir", str(project), "--timeout", "0.2", query],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "did not end within 0.2 s" in ended.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["select 1", "--tables"], ["--tables", "--export", "x"], ["select 1", "--file", __file__]]
)
def test_one_thing_at_a_time(sql: Any, arguments: list[str]) -> None:
    ran = sql(*arguments)
    assert ran.code == 2
    assert "one of them" in ran.err


def test_the_tables_are_listed_without_artifacts(tmp_path: Path) -> None:
    ran = meshport("sql", "--tables", "--project-dir", tmp_path)
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == list(TABLES)
    listed = json.loads(meshport("sql", "--tables", "--format", "json", "--project-dir", tmp_path).out)
    assert {each["table"]: len(each["columns"]) for each in listed} == {k: len(t.columns) for k, t in TABLES.items()}
    assert len(meshport("sql", "--tables", "--format", "csv", "--project-dir", tmp_path).out.splitlines()) == 1 + len(
        TABLES
    )


def test_an_export_is_what_the_reader_reads(sql: Any, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy" / "info_schema" / "v1"
    ran = sql("--export", folder)
    assert ran.code == 0, ran.err
    written = sorted(path.name for path in folder.iterdir())
    assert written == sorted(f"{key}.parquet" for key, table in TABLES.items() if not table.view)
    assert ran.out.splitlines() == [str(folder / f"{key}.parquet") for key, table in TABLES.items() if not table.view]
    for key, table in TABLES.items():
        if table.schema != "mesh":
            query = f"select * from {key} order by all"
            assert ask(folder.parents[1], query) == ask(project / "target", query), key


def test_an_export_says_its_version_and_keeps_the_types(sql: Any, tmp_path: Path) -> None:
    assert sql("--export", tmp_path / "out").code == 0
    file = str(tmp_path / "out" / "dbt.models.parquet")
    assert duckdb.execute("select key, value from parquet_kv_metadata(?)", [file]).fetchall() == [
        (b"dbt:info-schema-version", b"1")
    ]
    described = duckdb.execute(f"describe select * from '{file}'").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [(c.name, c.type) for c in TABLES["dbt.models"].columns]


def test_an_export_replaces_what_is_there(sql: Any, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "dbt.models.parquet").write_text("old")
    (folder / "mine.txt").write_text("mine")
    assert sql("--export", folder).code == 0
    assert duckdb.execute(f"select count(*) from '{folder / 'dbt.models.parquet'}'").fetchall() == [(2,)]
    assert (folder / "mine.txt").read_text() == "mine"
    assert not list(folder.glob("*.tmp"))


def test_an_export_to_where_nothing_can_be_written(sql: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = sql("--export", tmp_path / "file" / "below")
    assert (ran.code, ran.out) == (4, "")


def test_a_domain_whose_registry_nobody_has_written_yet(sql: Any, project: Path) -> None:
    (project / "mesh.yml").write_text(
        "domain: shop\nregistry: registry.db\nwarehouses: {small: {size: XS, budget: 5}}\n"
    )
    assert sql("--format", "csv", "select name, budget from mesh.warehouses").out == "name,budget\nsmall,5.0\n"
    assert sql("select * from mesh.products").out == "No rows.\n"
    assert not (project / "registry.db").exists()


def test_a_registry_that_is_named(sql: Any, tmp_path: Path) -> None:
    with Registry.open(url(tmp_path / "r.db")) as registry:
        registry.record_publication(record())
    query = "select product_key, own from mesh.products"
    assert sql("--format", "csv", query).out == "product_key,own\n"
    ran = sql("--format", "csv", "--registry", tmp_path / "r.db", query)
    assert ran.out == "product_key,own\nsales.customer_360,False\n"


def test_a_registry_that_is_none(sql: Any, tmp_path: Path) -> None:
    (tmp_path / "r.db").write_text("not a database, but long enough to be taken for one")
    ran = sql("--registry", tmp_path / "r.db", "select * from mesh.products")
    assert ran.code == 5


@pytest.mark.parametrize(
    "size", ["warehouses: {small: {sise: XS}}", "warehouses: {small: {budget: -1}}", "warehouses: [small]"]
)
def test_warehouses_that_do_not_fit(sql: Any, project: Path, size: str) -> None:
    (project / "mesh.yml").write_text(f"domain: shop\n{size}\n")
    ran = sql("select * from mesh.warehouses")
    assert ran.code == 4
    assert "mesh.yml cannot be read" in ran.err
