"""dbt 2's own Parquet files, written here by pyarrow with the types that dbt publishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from meshport.errors import InputError
from tests.artifacts.builders import MODEL, Write, manifest, model
from tests.information_schema.asking import ask

# As dbt's writer declares them: texts, lists of texts that are never null, microseconds in UTC.
MOMENT = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.field("item", pa.string()))
MODELS = pa.schema(
    [
        pa.field("unique_id", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("config", pa.string()),
        pa.field("contract_enforced", pa.bool_(), nullable=False),
        pa.field("tags", TEXTS, nullable=False),
        pa.field("grain", TEXTS, nullable=False),
        pa.field("ingested_at", MOMENT, nullable=False),
    ]
)
PROJECT = pa.schema([("schema_version", pa.int64()), ("project_name", pa.string()), ("ingested_at", MOMENT)])
INVOCATIONS = pa.schema([("invocation_id", pa.string()), ("command", pa.string()), ("generated_at", MOMENT)])
BEGUN, BEFORE, AFTER = "2026-11-20T10:00:00Z", "2026-11-20T09:59:59", "2026-11-20T10:00:05"

Tables = Callable[..., Path]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def a_model(name: str, **changes: Any) -> dict[str, Any]:
    row = {"unique_id": f"model.shop.{name}", "name": name, "config": None, "contract_enforced": False, "tags": []}
    return {**row, "grain": ["id"], "ingested_at": at(AFTER), **changes}


def write_table(
    folder: Path, key: str, schema: pa.Schema, rows: list[dict[str, Any]], version: str | None = "1", under: str = "v1"
) -> None:
    path = folder / "info_schema" / under / f"{key}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    said = schema.with_metadata({"dbt:info-schema-version": version} if version else {})
    parquet.write_table(pa.Table.from_pylist(rows, schema=said), path, compression="zstd")


@pytest.fixture
def dbt_2(write: Write) -> Path:
    """A folder with the manifest of one run, and a table that the same run wrote."""
    content = manifest(nodes={MODEL: model()})
    content["metadata"] |= {"invocation_id": "this", "invocation_started_at": BEGUN, "generated_at": BEGUN}
    folder = write(manifest=content)
    write_table(folder, "dbt.models", MODELS, [a_model("of_dbt_2", tags=["a"])])
    write_table(folder, "dbt_rt.invocations", INVOCATIONS, [{"invocation_id": "this", "generated_at": at(BEFORE)}])
    return folder


def names(folder: Path) -> list[str]:
    return [row["name"] for row in ask(folder, "select name from dbt.models order by name")]


def test_a_table_of_the_manifests_run_comes_before_the_manifest(dbt_2: Path) -> None:
    (row,) = ask(dbt_2, "select * from dbt.models")
    assert (row["name"], row["tags"], row["grain"]) == ("of_dbt_2", ["a"], ["id"])
    assert row["ingested_at"] == at(AFTER)
    assert row["materialized"] is None


def test_a_table_that_is_empty_or_not_there_comes_from_the_manifest(dbt_2: Path) -> None:
    write_table(dbt_2, "dbt.dag_nodes", pa.schema([("unique_id", pa.string())]), [])
    assert ask(dbt_2, "select unique_id from dbt.dag_nodes") == [{"unique_id": MODEL}]
    assert ask(dbt_2, "select count(*) as n from dbt.edges") == [{"n": 0}]


def test_a_table_that_was_written_after_the_run_began(dbt_2: Path) -> None:
    write_table(dbt_2, "dbt_rt.invocations", INVOCATIONS, [])
    write_table(dbt_2, "dbt.project", PROJECT, [{"schema_version": 1, "ingested_at": at(AFTER)}])
    assert names(dbt_2) == ["of_dbt_2"]


def test_a_table_of_an_earlier_run_is_left_alone(dbt_2: Path) -> None:
    write_table(dbt_2, "dbt_rt.invocations", INVOCATIONS, [{"invocation_id": "other", "generated_at": at(BEFORE)}])
    write_table(dbt_2, "dbt.project", PROJECT, [{"schema_version": 1, "ingested_at": at(BEFORE)}])
    assert names(dbt_2) == ["customers"]


def test_tables_without_a_manifest(dbt_2: Path) -> None:
    (dbt_2 / "manifest.json").unlink()
    assert names(dbt_2) == ["of_dbt_2"]
    assert ask(dbt_2, "select * from dbt.sources") == []
    assert ask(dbt_2, "select command from dbt_rt.invocations") == [{"command": None}]


def test_columns_that_are_missing_more_or_otherwise_written(dbt_2: Path) -> None:
    schema = pa.schema([("UNIQUE_ID", pa.large_string()), ("Group", pa.string()), ("brand_new", pa.int32())])
    write_table(dbt_2, "dbt.models", schema, [{"UNIQUE_ID": MODEL, "Group": "g", "brand_new": 7}])
    (row,) = ask(dbt_2, "select * from dbt.models")
    assert {key: value for key, value in row.items() if value is not None} == {
        "unique_id": MODEL,
        "group": "g",
        "brand_new": 7,
    }


def test_the_config_of_a_model_is_json_once(dbt_2: Path) -> None:
    rows = [
        a_model("twice", config='"{\\"materialized\\":\\"view\\"}"'),
        a_model("once", config='{"materialized":"table"}'),
        a_model("none"),
        a_model("no_json", config="{"),
    ]
    write_table(dbt_2, "dbt.models", MODELS, rows)
    found = ask(dbt_2, "select name, config from dbt.models")
    assert {row["name"]: row["config"] for row in found} == {
        "twice": '{"materialized":"view"}',
        "once": '{"materialized":"table"}',
        "none": None,
        "no_json": "{",
    }


def test_views_stand_on_them(dbt_2: Path) -> None:
    schema = pa.schema(
        [("unique_id", pa.string()), ("status", pa.string()), ("execution_time", pa.float64()), ("created_at", MOMENT)]
    )
    results = [
        {"unique_id": MODEL, "status": status, "execution_time": 1.0, "created_at": at(moment)}
        for status, moment in (("error", BEFORE), ("success", AFTER))
    ]
    write_table(dbt_2, "dbt_rt.run_results", schema, results)
    assert ask(dbt_2, "select status from dbt_rt.run_results_latest") == [{"status": "success"}]


@pytest.mark.parametrize("version", ["2", "0", "one"])
def test_a_file_of_another_version_is_refused(dbt_2: Path, version: str) -> None:
    write_table(dbt_2, "dbt.models", MODELS, [a_model("new")], version)
    with pytest.raises(InputError, match=f"version {version}; read is version 1") as error:
        names(dbt_2)
    assert error.value.where == str(dbt_2 / "info_schema" / "v1" / "dbt.models.parquet")


def test_a_file_that_does_not_say_its_version_is_read(dbt_2: Path) -> None:
    write_table(dbt_2, "dbt.models", MODELS, [a_model("copied")], version=None)
    assert names(dbt_2) == ["copied"]


def test_a_project_of_another_version_is_refused(dbt_2: Path) -> None:
    write_table(dbt_2, "dbt.project", PROJECT, [{"schema_version": 2, "ingested_at": at(AFTER)}])
    with pytest.raises(InputError, match="version 2; read is version 1"):
        ask(dbt_2, "select * from dbt.project")


def test_only_other_versions(dbt_2: Path) -> None:
    (dbt_2 / "info_schema" / "v1").rename(dbt_2 / "info_schema" / "v3")
    assert names(dbt_2) == ["customers"]
    (dbt_2 / "manifest.json").unlink()
    with pytest.raises(InputError, match="version v3; read is version 1"):
        names(dbt_2)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all, but long enough to be read"])
def test_a_damaged_file(dbt_2: Path, content: bytes) -> None:
    (dbt_2 / "info_schema" / "v1" / "dbt.models.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"^dbt\.models\.parquet cannot be read"):
        names(dbt_2)


def test_a_column_that_cannot_be_what_is_published(dbt_2: Path) -> None:
    schema = pa.schema([("unique_id", pa.string()), ("contract_enforced", pa.string())])
    write_table(dbt_2, "dbt.models", schema, [{"unique_id": MODEL, "contract_enforced": "perhaps"}])
    with pytest.raises(InputError, match=r"^dbt\.models\.parquet cannot be read"):
        names(dbt_2)


def test_a_folder_with_a_quote_in_its_name(dbt_2: Path) -> None:
    moved = dbt_2.rename(dbt_2.parent / "it's")
    assert names(moved) == ["of_dbt_2"]
