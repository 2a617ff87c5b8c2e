"""What dbt alone does: publish_port, rollback, errors of render, and parsing on dbt 1 and dbt 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.macros.integration import ROOT, Integration, answered, cut, requested
from tests.macros.ports import column, mask, port

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("macros")]

MASKED = (column("id", "integer"), column("email", mask=mask("keyed_hash")))


def emails(project: Integration, table: str = "people") -> list[Any]:
    with duckdb.connect(str(project.path / "published.duckdb"), read_only=True) as connection:
        return connection.execute(f"select id, length(email) from people.{table} order by id").fetchall()


def test_publish_refuse_and_roll_back_with_dbt_alone(project: Integration) -> None:
    first = port(*MASKED, row_filter={"columns": ["id"], "predicate": "id = 1"})
    assert project.operate("meshport.publish_port", port=first) == (0, "")
    assert emails(project) == [(1, 64)]

    code, printed = project.operate("meshport.publish_port", port=port(column("id", "integer"), column("email")))
    assert code == 1
    assert "the column email is classified pii.email" in printed

    broken = port(*MASKED, constraints=[{"type": "not_null", "columns": ["email"]}])
    code, printed = project.operate("meshport.publish_port", port=broken)
    assert code == 1
    assert "email: null values, expected 0, found 1" in printed
    assert emails(project) == [(1, 64)]

    raw = port(column("id", "integer"), column("email"), row_filter={"columns": ["id"], "predicate": "id = 2"})
    assert project.operate("meshport.publish_port", port=raw, unmasked_ok=True) == (0, "")
    assert (emails(project), emails(project, "people__previous")) == ([(2, 14)], [(1, 64)])

    assert project.operate("meshport.rollback", port=first) == (0, "")
    assert (emails(project), emails(project, "people__previous")) == ([(1, 64)], [(2, 14)])


@pytest.mark.parametrize(
    "source",
    [
        {"source": {"database": "internal", "schema": "main", "identifier": "people_seed"}},
        {"unique_id": "model.meshport_integration.gone"},
    ],
)
def test_a_source_of_unknown_classification_is_refused(project: Integration, source: dict[str, Any]) -> None:
    code, printed = project.operate("meshport.refuse_unmasked", port=port(*MASKED, **source))
    assert code == 1
    assert "its classifications are not known" in printed


def test_the_model_can_be_named(project: Integration) -> None:
    named = port(column("email"), unique_id="model.meshport_integration.people", source={"identifier": "elsewhere"})
    code, printed = project.operate("meshport.refuse_unmasked", port=named)
    assert code == 1
    assert "email is classified pii.email" in printed


def test_render_joins_its_parts_and_describes_the_target(project: Integration) -> None:
    comment = {"relation": port()["target"], "comment": "é🙂" * 100, "columns": {}}
    parts = cut(requested({"one": ("set_comments", comment)}), 64)
    arguments = json.dumps({"parts": len(parts)})
    code, printed = project.run("dbt", "--quiet", "run-operation", "meshport.render", "--args", arguments, **parts)
    assert code == 0, printed
    response = answered(printed)
    assert response["target"] == {
        "name": "dev", "type": "duckdb", "database": "internal", "schema": "main", "path": "internal.duckdb"
    }  # fmt: skip
    assert "é🙂" * 100 in response["results"][0]["statements"][0]["sql"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"not": "a list"}, "hold no JSON list"),
        ([("drop_everything", {})], 'no operation "drop_everything"; it has prepare_zone'),
        ([("stage_port", {"port": port()})], "people declares no columns"),
        ([("stage_port", {"port": port(column("a", mask=mask("rot13")))})], 'no mask method "rot13"; it has encrypt'),
        ([("stage_port", {"port": port(column("a", mask=mask("partial", fill="")))})], "one character to fill with"),
        ([("stage_port", {"port": port(column("a", mask=mask("generalise_date", to="x")))})], 'knows no unit "x"'),
        (
            [("stage_port", {"port": port(column("a", mask=mask("generalise_number", step=0.5)))})],
            "a whole step from 1",
        ),
        (
            [("stage_port", {"port": port(column("a", mask=mask("keyed_hash", key="a'b")))})],
            "the name of a key is letters",
        ),
        ([("verify_contract", {"port": port(constraints=[{"type": "unique"}])})], "cannot verify the constraint"),
    ],
)
def test_render_refuses_what_it_does_not_know(project: Integration, wrong: Any, message: str) -> None:
    request = requested({"one": wrong[0]}) if isinstance(wrong, list) else wrong
    code, printed = project.ask(request)
    assert code == 1
    assert message in printed
    assert "MESHPORT_RENDER:" not in printed


def test_an_adapter_without_a_body_is_an_error_that_says_so(project: Integration) -> None:
    code, printed = project.operate("meshport.default__stage_port", port=port())
    assert code == 1
    assert "meshport.stage_port has no body for the adapter duckdb" in printed
    assert "A project may define the macro duckdb__stage_port" in printed


def test_a_project_may_override_a_statement(project: Integration) -> None:
    override = project.path / "macros" / "override.sql"
    override.parent.mkdir()
    override.write_text("{% macro duckdb__drop_port(port) %}{{ return(['mine']) }}{% endmacro %}")
    try:
        assert project.render({"one": ("drop_port", {"port": port()})}) == {"one": ["mine"]}
    finally:
        override.unlink()
        override.parent.rmdir()


def test_dbt_1_has_nothing_to_warn_of(project: Integration) -> None:
    assert "WARNING" not in project.built
    assert "Completed successfully" in project.built


def test_dbt_2_parses_the_package_without_errors_or_warnings(project: Integration, tmp_path: Path) -> None:
    code, printed = project.run(
        "dbt-core-experimental-parser", "parse", "--show-all-deprecations", "--no-send-anonymous-usage-stats",
        "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
    )  # fmt: skip
    assert code == 0, printed
    assert "Finished 'parse' successfully" in printed
    macros = json.loads((tmp_path / "target" / "manifest.json").read_text())["macros"]
    assert {"macro.meshport.render", "macro.meshport.duckdb__stage_port"} <= set(macros)


def test_every_macro_is_documented_with_typed_arguments(project: Integration) -> None:
    manifest = json.loads((project.path / "target" / "manifest.json").read_text())
    macros = {macro["name"]: macro for macro in manifest["macros"].values() if macro["package_name"] == "meshport"}
    assert {path.stem for path in (ROOT / "macros").rglob("*.sql")} <= set(macros)
    for name, macro in macros.items():
        body_of = name.split("__")[-1]
        documented = macros[body_of] if "__" in name and body_of in macros else macro
        assert documented["description"], name
        assert all(argument["type"] and argument["description"] for argument in documented["arguments"]), name
