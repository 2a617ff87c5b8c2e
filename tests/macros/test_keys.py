"""Keys: from the environment into sessions, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from meshport.dbt_duckdb import Plugin
from meshport.errors import InputError
from meshport.keys import load_keys, prepare_connection
from tests.macros.integration import KEYS, Integration


@pytest.mark.dbt
@pytest.mark.xdist_group("macros")
def test_no_key_lands_in_a_file(project: Integration) -> None:
    files = [path for path in project.path.rglob("*") if path.is_file()]
    assert {"dbt.log", "manifest.json", "internal.duckdb", "anonymised.sql"} <= {path.name for path in files}
    leaked = [path for path in files for secret in KEYS.values() if secret.encode() in path.read_bytes()]
    assert leaked == []


def test_a_short_key_is_refused_without_being_shown() -> None:
    with pytest.raises(InputError, match="MESHPORT_KEY_X is shorter than 16") as caught:
        load_keys({"MESHPORT_KEY_X": "hunter2"})
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint} {caught.value.where}"


@pytest.mark.parametrize("name", ["MESHPORT_KEY_", "MESHPORT_KEY_1", "MESHPORT_KEY_A-B"])
def test_a_name_that_no_macro_can_write_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="names no key"):
        load_keys({name: "x" * 16})


def test_a_connection_can_be_prepared_twice_and_its_cursors_too(connection: duckdb.DuckDBPyConnection) -> None:
    prepare_connection(connection)
    cursor = connection.cursor()
    prepare_connection(cursor)
    value = cursor.execute("select meshport_decrypt(meshport_encrypt('x', 'default'), 'default')").fetchall()
    assert value == [("x",)]


def test_equal_values_are_not_encrypted_equally(connection: duckdb.DuckDBPyConnection) -> None:
    sealed = connection.execute("select meshport_encrypt('x', 'default') from range(3)").fetchall()
    assert len(set(sealed)) == 3


def test_the_wrong_key_decrypts_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match="not encrypted with the key other"):
        connection.execute("select meshport_decrypt(meshport_encrypt('x', 'default'), 'other')").fetchall()


@pytest.mark.parametrize("value", ["no base64!", "", "AAAA"])
def test_what_was_never_encrypted_is_refused(connection: duckdb.DuckDBPyConnection, value: str) -> None:
    with pytest.raises(duckdb.Error, match="not encrypted with the key default"):
        connection.execute("select meshport_decrypt(?, 'default')", [value]).fetchall()


def test_a_missing_key_is_named(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match="set MESHPORT_KEY_THIRD"):
        connection.execute("select meshport_encrypt('x', 'third')").fetchall()


def plugin() -> Plugin:
    return Plugin(name="meshport", plugin_config={})


def describe(project_dir: Path, text: str) -> None:
    folder = project_dir / "mesh_inputs" / "sales"
    folder.mkdir(parents=True)
    (folder / "meshport_input.json").write_text(text)


@pytest.fixture
def project_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    return tmp_path


def test_inputs_are_attached_read_only(project_dir: Path, connection: duckdb.DuckDBPyConnection) -> None:
    path = project_dir / "o'clock.duckdb"
    duckdb.connect(str(path)).close()
    describe(project_dir, json.dumps({"database": 'a "b"; --', "path": path.name}))
    plugin().configure_connection(connection)
    with pytest.raises(duckdb.Error, match="read-only"):
        connection.execute('create table "a ""b""; --".main.t as select 1')


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ('{"database": "s", "path": "gone.duckdb"}', "published file of the input sales is not there.*publish"),
        ('{"database": "s", "path": "text.duckdb"}', "input sales cannot be opened"),
        ('{"database": "s"}', "cannot be read.*meshport inputs add"),
        ("[", "cannot be read.*meshport inputs add"),
    ],
)
def test_an_input_that_cannot_be_attached_is_explained(
    project_dir: Path, connection: duckdb.DuckDBPyConnection, described: str, message: str
) -> None:
    (project_dir / "text.duckdb").write_text("this is no database file, and long enough to be looked at")
    describe(project_dir, described)
    with pytest.raises(Exception, match=message):
        plugin().configure_connection(connection)
