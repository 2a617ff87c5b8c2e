"""Checks written for dbt 2 run as they are, on artifacts of dbt 1 and dbt 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshport.errors import InputError
from meshport.policies import choose
from tests.policies.shop import ORDERS, STAGING, Shop

UNDESCRIBED = "select unique_id\nfrom {{ info_schema('models') }}\nwhere description = ''\n"
EDGES = """\
{{ config(selection_filter_on=["parent_unique_id", "child_unique_id"], severity='warn') }}

select parent_unique_id, child_unique_id, count(*) as times
from {{ info_schema('edges') }}
where parent_unique_id like 'source.shop.%'
group by all;
"""


@pytest.fixture
def checked(shop: Shop) -> Shop:
    """A project with a check that finds one model."""
    shop.files["checks/all_models_have_descriptions.sql"] = UNDESCRIBED
    shop.models[STAGING]["description"] = ""
    return shop


def test_a_check_runs_unchanged(checked: Shop) -> None:
    report = checked.check("all_models_have_descriptions")
    (found,) = report.violations
    assert (found.policy, found.severity, found.subject) == (
        "check.all_models_have_descriptions",
        "error",
        STAGING,
    )
    assert report.policies[0].path == str(checked.folder / "checks" / "all_models_have_descriptions.sql")


def test_its_own_config_and_all_columns_are_told(shop: Shop) -> None:
    shop.files["checks/deep/down/sources_once.sql"] = EDGES
    (found,) = shop.check("check.sources_once").violations
    assert (found.severity, found.subject) == ("warning", "source.shop.raw.orders")
    assert found.message.endswith(f"(child_unique_id {STAGING}, times 1)")


def test_dbts_yaml_is_read(checked: Shop) -> None:
    checked.files["checks/_checks.yml"] = (
        "version: 2\nchecks:\n  - name: all_models_have_descriptions\n    description: Say what it is.\n"
        "    config: {severity: warn, tags: [a]}\n"
    )
    (found,) = checked.check("all_models_have_descriptions").violations
    assert (found.severity, found.message) == ("warning", "Say what it is.")


@pytest.mark.parametrize(
    ("config", "severity"),
    [
        ({"+severity": "warn"}, "warning"),
        ({"shop": {"+severity": "warn"}}, "warning"),
        ({"+severity": "warn", "shop": {"all_models_have_descriptions": {"+severity": "error"}}}, "error"),
        ({"other": {"+severity": "warn"}}, "error"),
    ],
)
def test_dbt_project_yml_configures_checks(checked: Shop, config: object, severity: str) -> None:
    checked.project["checks"] = config
    (found,) = checked.check("all_models_have_descriptions").violations
    assert found.severity == severity


def test_the_strongest_word_is_the_sqls(checked: Shop) -> None:
    checked.project["checks"] = {"+severity": "warn"}
    checked.files["checks/_checks.yml"] = "checks: [{name: all_models_have_descriptions, config: {severity: warn}}]\n"
    checked.files["checks/all_models_have_descriptions.sql"] = "{{ config(severity='error') }}" + UNDESCRIBED
    assert checked.check("all_models_have_descriptions").violations[0].severity == "error"


def test_a_check_that_is_not_enabled_is_left_out(checked: Shop) -> None:
    checked.files["checks/all_models_have_descriptions.sql"] = "{{ config(enabled=false) }}" + UNDESCRIBED
    with pytest.raises(InputError, match="no policy 'all_models_have_descriptions'"):
        checked.check("all_models_have_descriptions")


def test_check_paths_and_variables_are_the_projects(shop: Shop) -> None:
    shop.project |= {"check-paths": ["rules"], "vars": {"least": 100, "shop": {"most": 1}}}
    shop.files["rules/few.sql"] = (
        "select 'x' as subject, {{ var('least') }} + {{ var('most') }} as sum"
        " from {{ info_schema('models') }} where unique_id = '" + ORDERS + "'"
    )
    assert shop.check("few").violations[0].message.endswith("(sum 101)")


def test_a_check_may_have_the_name_of_a_policy(shop: Shop) -> None:
    shop.files["checks/model_names.sql"] = "select 'x' as subject"
    report = shop.check("model_names")
    assert [policy.name for policy in report.policies] == ["check.model_names", "model_names"]
    assert [item.policy for item in report.violations] == ["check.model_names"]


def test_a_check_whose_jinja_is_broken_is_a_failed_policy(shop: Shop) -> None:
    shop.files["checks/broken.sql"] = "select 1\n{{ nothing() }}"
    (failed,) = shop.check("broken").failed
    assert (failed.policy, failed.path, failed.line) == ("check.broken", "checks/broken.sql", 2)


def test_a_check_of_another_encoding_is_bad_input(shop: Shop) -> None:
    shop.write()
    (shop.folder / "checks").mkdir()
    (shop.folder / "checks" / "x.sql").write_bytes(b"select '\xff'")
    with pytest.raises(InputError, match=r"x\.sql cannot be read"):
        shop.check()


@pytest.mark.parametrize("project", ["jaffle_shop", "fixture_dbt_1_12", "fixture_dbt_2_0"])
def test_checks_run_on_what_dbt_really_wrote(shared_data: Path, tmp_path: Path, project: str) -> None:
    """The examples of dbt's documentation, on artifacts of dbt 1.11, 1.12 and 2.0."""
    from datetime import date

    from meshport.cli.output import Progress
    from meshport.cli.schema import sources_of
    from meshport.cli.workspace import Workspace
    from meshport.policies import project_policies, run_policies
    from meshport.standards import load_standards

    checks = {
        "undescribed": UNDESCRIBED,
        "unused": "select s.unique_id, s.name from {{ info_schema('sources') }} as s left join"
        " {{ info_schema('edges') }} as e on e.parent_unique_id = s.unique_id where e.child_unique_id is null",
        "owned": "select unique_id from {{ info_schema('models') }} where access = 'public' and"
        " (json_extract_string(meta, '$.owner') is null or trim(json_extract_string(meta, '$.owner')) = '')",
        "tested": "select m.unique_id from {{ info_schema('models') }} m where m.enabled and not exists"
        " (select 1 from {{ info_schema('data_tests') }} t where t.node_unique_id = m.unique_id)",
    }
    (tmp_path / "checks").mkdir()
    for name, sql in checks.items():
        (tmp_path / "checks" / f"{name}.sql").write_text(sql)
    policies, scope = project_policies(tmp_path, shared_data / project, load_standards())
    workspace = Workspace(tmp_path, artifacts=shared_data / project)
    chosen = choose(policies, ["check.*"])
    report = run_policies(sources_of(workspace, None, Progress()), chosen, today=date(2026, 11, 21), scope=scope)
    assert len(report.policies) == 4
    assert report.failed == ()
    manifest = workspace.project
    undescribed = {item.subject for item in report.violations if item.policy == "check.undescribed"}
    assert undescribed == {
        node.unique_id for node in manifest.nodes.values() if node.resource_type == "model" and node.description == ""
    }
    tested = {node for test in manifest.tests.values() for node in test.nodes if test.kind != "unit"}
    assert {item.subject for item in report.violations if item.policy == "check.tested"} >= {
        node.unique_id
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.unique_id not in tested
    }


MACROS = {
    "macro.shop.undescribed": "{% macro undescribed(view) %}\n  {{ column(view) }} = ''\n{% endmacro %}",
    "macro.shop.column": "{% macro column(view) %}{{ return(tools.quoted(view, 'description')) }}{% endmacro %}",
    "macro.tools.quoted": '{% macro quoted(view, name) -%} {{ view }}."{{ name }}" {%- endmacro %}',
    "macro.tools.forever": "{% macro forever() %}{{ tools.forever() }}{% endmacro %}",
    "macro.tools.of_dbt_1": "{% macro of_dbt_1() %}{% snapshot a %}{% endsnapshot %}{% endmacro %}",
    "macro.dbt.config": "{% macro config() %}not this one{% endmacro %}",
}


@pytest.fixture
def with_macros(shop: Shop) -> Shop:
    shop.manifest["macros"] = {
        key: {"name": key.split(".")[2], "package_name": key.split(".")[1], "macro_sql": sql}
        for key, sql in MACROS.items()
    }
    shop.models[STAGING]["description"] = ""
    return shop


def test_a_check_may_call_macros_of_the_project_and_of_packages(with_macros: Shop) -> None:
    with_macros.files["checks/called.sql"] = (
        "{{ config(severity='warn') }}\nselect unique_id from {{ info_schema('models') }} as m\n"
        "where {{ undescribed('m') }} and {{ tools.quoted('m', 'package_name') }} = 'shop'"
    )
    report = with_macros.check("called")
    assert report.failed == ()
    assert [(item.severity, item.subject) for item in report.violations] == [("warning", STAGING)]


@pytest.mark.parametrize(
    ("sql", "line", "said"),
    [
        ("select 1\nwhere {{ undescribed('m') }}\n and {{ nothing }}", 3, "'nothing' is undefined"),
        ("select 1\n{{ tools.forever() }}", 2, "recursion"),
        ("select {{ tools.nothing() }}", 1, "'tools' is undefined"),
        ("select {{ of_dbt_1() }}", None, "a macro that it calls cannot be read: Encountered unknown tag 'snapshot'"),
        ("select {{ return(1) }}", 1, "outside of a macro"),
    ],
)
def test_an_error_beside_macros_has_its_line_in_the_check(
    with_macros: Shop, sql: str, line: int | None, said: str
) -> None:
    with_macros.files["checks/broken.sql"] = sql
    (failed,) = with_macros.check("broken").failed
    assert said in failed.reason
    assert failed.line == line
