"""What datasets are called on each system, and what tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshport.errors import InputError
from meshport.openlineage.naming import namespace_of, profile_keys, relation_parts
from tests.openlineage import shop
from tests.openlineage.conftest import Run, lines


@pytest.mark.parametrize(
    ("adapter", "profile", "expected"),
    [
        ("athena", {"region_name": "eu-west-1"}, "awsathena://athena.eu-west-1.amazonaws.com"),
        ("bigquery", {}, "bigquery"),
        ("databricks", {"host": "adb-1.azuredatabricks.net"}, "databricks://adb-1.azuredatabricks.net"),
        ("databricks", {"host": "https://adb-1.azuredatabricks.net/"}, "databricks://adb-1.azuredatabricks.net"),
        ("postgres", {"host": "db.example", "port": "5433"}, "postgres://db.example:5433"),
        ("postgres", {"host": "db.example"}, "postgres://db.example:5432"),
        ("redshift", {"host": "c1.abc123.eu-west-1.redshift.amazonaws.com"}, "redshift://c1.eu-west-1:5439"),
        ("redshift", {"host": "localhost"}, "redshift://localhost:5439"),
        ("snowflake", {"account": "org-acct"}, "snowflake://org-acct"),
        ("sqlserver", {"server": "sql.example"}, "mssql://sql.example:1433"),
        ("trino", {"host": "trino.example", "port": "443"}, "trino://trino.example:443"),
        ("databricks", {}, None),
        ("databricks", {"host": " "}, None),
        ("unheard_of", {"host": "x"}, None),
    ],
)
def test_the_namespace_of_a_system(adapter: str, profile: dict[str, str], expected: str | None) -> None:
    assert namespace_of(adapter, profile) == expected


def test_no_secret_of_a_profile_is_read() -> None:
    assert profile_keys("databricks") == ("host",)
    assert profile_keys("postgres") == ("host", "port")


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ('"ANALYTICS".mart.orders', [("ANALYTICS", True), ("mart", False), ("orders", False)]),
        ("`my-project`.`ds`.`t`", [("my-project", True), ("ds", True), ("t", True)]),
        ("[db].[dbo].[t]", [("db", True), ("dbo", True), ("t", True)]),
        ('"a.b"."c""d"', [("a.b", True), ('c"d', True)]),
        ("a..b", []),
        ("a.", []),
        ("read_csv('x')", [("read_csv('x')", False)]),
        ("", []),
    ],
)
def test_the_parts_of_a_relation(relation: str, expected: list[tuple[str, bool]]) -> None:
    assert relation_parts(relation) == expected


def test_names_are_as_the_catalog_keeps_them(run: Run, project: Path) -> None:
    """Snowflake raises what is not quoted."""
    shop.write(project / "target", adapter="snowflake")
    manifest = project / "target" / "manifest.json"
    data = json.loads(manifest.read_text())
    data["nodes"][shop.REVENUE_ID]["relation_name"] = '"Shop".main.revenue'
    manifest.write_text(json.dumps(data))
    found = lines(run("--dry-run", "--dataset-namespace", "snowflake://org-acct").stdout)
    names = {dataset["name"] for event in found for dataset in event["outputs"]}
    assert "Shop.MAIN.REVENUE" in names


def test_duckdb_is_named_by_its_file(run: Run, project: Path) -> None:
    spaces = {dataset["namespace"] for event in lines(run("--dry-run").stdout) for dataset in event["outputs"]}
    assert spaces == {f"duckdb://{project / 'shop.duckdb'}"}


@pytest.mark.parametrize("file", [":memory:", "md:cloud"])
def test_a_duckdb_without_a_file_is_named_as_the_profile_names_it(
    file: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_FILE", file)
    spaces = {dataset["namespace"] for event in lines(run("--dry-run").stdout) for dataset in event["outputs"]}
    assert spaces == {f"duckdb://{file}"}


def test_what_another_domain_published_is_named_by_its_file(run: Run, project: Path) -> None:
    """... which is how that domain names it itself."""
    description = project / "mesh_inputs" / "raw" / "meshport_input.json"
    description.parent.mkdir(parents=True)
    description.write_text(json.dumps({"database": "raw_published", "path": "../raw/out.duckdb", "products": {}}))
    manifest = project / "target" / "manifest.json"
    data = json.loads(manifest.read_text())
    source = data["sources"]["source.shop.raw.orders"]
    source |= {"database": "raw_published", "relation_name": '"raw_published"."raw"."orders"'}
    manifest.write_text(json.dumps(data))
    found = [each for event in lines(run("--dry-run").stdout) for each in event["inputs"]]
    orders = next(each for each in found if each["name"] == "raw_published.raw.orders")
    assert orders["namespace"] == f"duckdb://{project.parent / 'raw' / 'out.duckdb'}"


def test_another_system_is_named_by_its_profile(run: Run, project: Path) -> None:
    shop.write(project / "target", adapter="databricks")
    outputs = "{dev: {type: databricks, host: adb-1.example, token: \"{{ env_var('NOT_SET_AND_NOT_READ') }}\"}}"
    (project / "profiles.yml").write_text(f"shop: {{target: dev, outputs: {outputs}}}\n")
    spaces = {dataset["namespace"] for event in lines(run("--dry-run").stdout) for dataset in event["outputs"]}
    assert spaces == {"databricks://adb-1.example"}


def test_what_nobody_can_tell_is_asked_for(run: Run, project: Path) -> None:
    shop.write(project / "target", adapter="unheard_of")
    with pytest.raises(InputError, match="does not say where") as asked:
        run("--dry-run")
    assert "--dataset-namespace" in (asked.value.hint or "")
    shop.write(project / "target")
    (project / "profiles.yml").unlink()
    with pytest.raises(InputError, match=r"no profiles\.yml") as asked:
        run("--dry-run")
    assert "--dataset-namespace" in (asked.value.hint or "")
