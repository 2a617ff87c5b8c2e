"""`meshport doctor` on Databricks: who connects, what may be done, which versions, and what is ignored in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from meshport.catalogs.databricks import connection
from meshport.errors import ExitCode
from meshport.health import CHECKS, program
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks_double.faults import StopWarehouse

pytestmark = pytest.mark.dbt

OURS = ("warehouse", "published catalog", "secrets", "materialization", "silent traps", "probe")
Rows = dict[str, dict[str, str]]


def doctor(native: NativeDomain, *arguments: str) -> Rows:
    """Run it and return its rows, which are the same ones whatever is wrong."""
    done = native.run("doctor", "--format", "json", *arguments)
    rows: Rows = {row["check"]: row for row in json.loads(done.out)}
    assert list(rows) == [
        each.name
        for each in CHECKS
        if each.only in (None, "databricks") and (not each.writes or "--probe" in arguments)
    ]
    failed = any(row["result"] == "failed" for row in rows.values())
    assert done.code == (ExitCode.BLOCKED if failed else ExitCode.OK)
    assert all(row["fix"] for row in rows.values() if row["result"] != "ok")
    assert "defect" not in done.out
    return rows


def failed(rows: Rows) -> list[str]:
    return [name for name, row in rows.items() if row["result"] == "failed"]


def test_all_is_well_and_the_probe_leaves_nothing(native: NativeDomain) -> None:
    project = native.path / "dbt_project.yml"
    project.write_text(project.read_text().replace("flags: {", "flags: {use_materialization_v2: true, "))
    before = set(native.double.store.relations), set(native.double.store.functions)
    rows = doctor(native, "--probe")
    assert {name: rows[name]["result"] for name in OURS} == dict.fromkeys(OURS, "ok"), rows
    assert rows["adapter"]["found"].startswith("dbt-databricks 1.")
    assert rows["warehouse"]["found"].startswith("sales at localhost:")
    assert rows["published catalog"]["found"] == "sales_published: 0 relations"
    assert (set(native.double.store.relations), set(native.double.store.functions)) == before
    native.sql("create table sales_published.default.port as select 1 as id")
    mark = native.mark()
    assert doctor(native)["published catalog"]["found"] == "sales_published: 1 relations"
    assert native.writes(mark) == []


def test_a_mask_that_is_lost_when_rows_are_replaced_is_found(
    native: NativeDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor's page says that it stays; where it does not, only this tells."""
    asked = native.double.sql.execute

    def forgetful(session: Any, statement: str, **more: Any) -> Any:
        done = asked(session, statement, **more)
        if "shallow clone" in statement:
            table = re.findall(r"`(probe_\w+)` shallow", statement)[0]
            native.double.store.relations["sales_published", "meshport", table].columns["value"].mask = None
        return done

    monkeypatch.setattr(native.double.sql, "execute", forgetful)
    rows = doctor(native, "--probe")
    assert failed(rows) == ["probe"]
    assert rows["probe"]["found"] == "replace by a clone: the mask is gone afterwards"
    assert "port_mode: copy" in rows["probe"]["fix"]


def test_who_is_refused(native: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-wrong")
    mark = native.double.calls
    rows = doctor(native, "--probe")
    assert failed(rows) == ["warehouse"]
    assert rows["warehouse"]["found"].startswith("Databricks does not know who connects (HTTP 401)")
    assert "DATABRICKS_TOKEN" in rows["warehouse"]["fix"]
    assert "dapi-wrong" not in json.dumps(rows)
    assert native.double.calls - mark <= 3  # a refusal is not asked for again
    for name in ("published catalog", "secrets", "probe"):
        assert rows[name]["found"] == "not checked"
    assert rows["silent traps"]["result"] == "ok"  # which needs no warehouse

    monkeypatch.setenv("DATABRICKS_TOKEN", native.double.token("sales"))
    native.double.faults.revoked["sales"] = 403
    rows = doctor(native)
    assert "CAN USE" in rows["warehouse"]["fix"]
    native.double.faults.begin()

    monkeypatch.setenv("DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/another")
    rows = doctor(native)
    assert (failed(rows), "HTTP_PATH" in rows["warehouse"]["fix"]) == (["warehouse"], True)
    assert rows["warehouse"]["found"].startswith("there is no such SQL warehouse")

    monkeypatch.delenv("DATABRICKS_TOKEN")
    rows = doctor(native)
    assert rows["warehouse"]["found"].startswith("nobody to connect as")
    assert "host=" not in rows["warehouse"]["found"]


def test_a_warehouse_that_does_not_start_is_said(native: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "START_SECONDS", 0.0)
    monkeypatch.setattr(connection, "REQUESTS", 1)
    native.double.faults.add(StopWarehouse(cannot_start="no capacity"), path="/sql/1.0/")
    rows = doctor(native, "--probe")
    assert failed(rows) == ["warehouse"]
    assert rows["warehouse"]["found"].startswith("the SQL warehouse does not run")


def test_a_warehouse_that_is_stopped_is_waited_for(native: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUESTS", 1)  # the connector gives up at once, and we do not
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.0)
    native.double.faults.add(StopWarehouse(), path="/sql/1.0/")
    assert failed(doctor(native)) == []


GRANTS = ("use catalog on catalog sales_published", "create schema on catalog sales_published")


@pytest.mark.parametrize(
    ("granted", "row", "says"),
    [
        ((), "published catalog", "USE CATALOG"),
        (GRANTS[:1], "probe", "create a schema: .*CREATE SCHEMA"),
        (GRANTS, None, ""),
        ((*GRANTS, "use schema on schema sales_published.meshport"), "probe", "create a function: .*CREATE FUNCTION"),
    ],
)
def test_privileges_that_are_missing(
    native: NativeDomain, monkeypatch: pytest.MonkeyPatch, granted: tuple[str, ...], row: str | None, says: str
) -> None:
    for each in granted:
        if "meshport" in each:  # somebody else's, then
            native.sql("create schema sales_published.meshport")
        native.sql(f"grant {each} to `nobody`")
    monkeypatch.setenv("DATABRICKS_TOKEN", native.double.token("nobody"))
    rows = doctor(native, "--probe")
    assert failed(rows) == ([row] if row else []), rows
    if row:
        assert re.search(says, rows[row]["found"]), rows[row]
        assert "grant" in rows[row]["fix"]


def test_a_published_catalog_that_is_not_there(native: NativeDomain) -> None:
    with native.path.joinpath("mesh.yml").open("a") as mesh:
        mesh.write("published: {database: elsewhere}\n")
    rows = doctor(native, "--probe")
    assert failed(rows) == ["published catalog"]
    assert "create catalog elsewhere" in rows["published catalog"]["fix"]


def test_an_adapter_that_is_too_old(native: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    known = program.distributions

    class Old:
        name, version = "dbt-databricks", "1.9.7"

    monkeypatch.setattr(program, "distributions", lambda: [*known(), Old])
    rows = doctor(native)
    assert (failed(rows), rows["adapter"]["found"]) == (["adapter"], "dbt-databricks 1.9.7")
    assert rows["adapter"]["fix"] == "pip install 'dbt-databricks>=1.10'"


def test_keys_are_secrets_of_the_workspace(native: NativeDomain) -> None:
    with native.editing_model("customers.v1") as model:
        model["columns"]["email"]["config"]["meta"]["mask"] = "hash"
    rows = doctor(native)
    assert failed(rows) == ["secrets"]
    assert "databricks secrets put-secret meshport default" in rows["secrets"]["fix"]
    with native.path.joinpath("dbt_project.yml").open("a") as project:
        project.write("vars: {meshport_secret_scope: ours}\n")
    native.double.store.secrets["ours", "default"] = "correct horse battery staple"
    rows = doctor(native)
    assert (failed(rows), rows["secrets"]["found"]) == ([], "ours: default")


def column(**keys: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model["columns"].update(email={"name": "email", **keys})


@pytest.mark.parametrize(
    ("change", "flag", "says"),
    [
        (column(column_mask={"function": "a.b.hide"}), False, "`use_materialization_v2` is not set"),
        (column(column_mask={"function": "a.b.hide"}), True, ""),
        (column(column_mask={"function": "hide"}), True, "`hide` is not named in full"),
        (column(config={"databricks_tags": {"pii": "mail"}}), True, "`databricks_tags` stands under `config:`"),
        (lambda model: model["config"].update(materialized="view", row_filter={"function": "a.b.c"}), True, "a row filter on a view does nothing"),
    ],
)  # fmt: skip
def test_each_silent_trap(
    native: NativeDomain, change: Callable[[dict[str, Any]], None], flag: bool, says: str
) -> None:
    project = native.path / "dbt_project.yml"
    project.write_text(
        project.read_text().replace("flags: {", f"flags: {{use_materialization_v2: {str(flag).lower()}, ")
    )
    with native.editing_model("stg_customers") as model:
        change(model)
    rows = doctor(native)
    assert failed(rows) == (["silent traps"] if says else []), rows
    assert rows["materialization"]["result"] == ("ok" if flag else "warning")
    assert says in rows["silent traps"]["found"]
