"""Policies are asked one by one: what cannot be asked is told, what they return becomes violations, exceptions end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from meshport.errors import InputError
from meshport.policies import Scope, gates_of
from tests.policies.shop import GROUP, OLD_ORDERS, ORDERS, STAGING, TODAY, Shop, policy

MODELS = "select unique_id as subject, 'no' as message from {{ info_schema('models') }}"
ENDLESS = "select sum(a.range * b.range) as subject from range(10000000) as a, range(10000000) as b"
LOOP = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %} select 1"


@pytest.mark.parametrize(
    ("sql", "line", "said"),
    [
        ("select 1\nfrom nowhere", 2, "nowhere does not exist"),
        ("select unique_id,\n  wrong_column\nfrom dbt.models", 2, "wrong_column"),
        ("selec 1", 1, "syntax error"),
        ("", None, "one SELECT"),
        ("select 1; select 2", None, "one SELECT"),
        ("create table mesh.mine (a int)", None, "one SELECT"),
        ("insert into dbt.models (name) values ('x')", None, "one SELECT"),
        ("copy (select 1) to 'out.csv'", None, "one SELECT"),
        ("set enable_external_access = true", None, "one SELECT"),
        ("attach 'other.db'", None, "one SELECT"),
        ("select *\nfrom read_csv('/etc/hostname')", 2, "disabled by configuration"),
        ("select *\nfrom read_text('/etc/hostname')", 2, "disabled by configuration"),
        ("select * from '/etc/hostname.csv'", None, "hostname"),
        ("select *\nfrom glob('/etc/*')", 2, "disabled by configuration"),
        ("select 1\n{{ nothing }}", 2, "'nothing' is undefined"),
        ("select\n\n{{ info_schema('modles') }}", 3, "there is no table dbt.modles; near names: dbt.models"),
        ("select {{ setting('max') }}", 1, "no setting 'max'"),
        ("select {{ var('day') }}", 1, "no variable 'day'"),
        ("select {{ env_var('NOT_SET_ANYWHERE') }}", 1, "no environment variable 'NOT_SET_ANYWHERE'"),
        ("select {{ 1 / 0 }}", 1, "division by zero"),
        ("select 1 {% if %}", 1, "Expected an expression"),
        ("select {{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("{% include '/etc/hostname' %}", 1, "no loader"),
    ],
)
def test_a_policy_that_cannot_be_asked_is_told_with_its_line(
    written: Shop, sql: str, line: int | None, said: str
) -> None:
    report = written.run(policy(sql, name="broken"), policy(MODELS, name="fine"))
    (failed,) = report.failed
    assert (failed.policy, failed.path, failed.line) == ("broken", "policies/code/broken.sql", line)
    assert said in failed.reason
    assert "\n" not in failed.reason
    assert {item.policy for item in report.violations} == {"fine"}
    assert report.fails()
    assert not (written.folder / "out.csv").exists()


@pytest.mark.parametrize("sql", [ENDLESS, LOOP], ids=["SQL", "Jinja"])
def test_a_policy_that_never_ends_is_ended(written: Shop, sql: str) -> None:
    report = written.run(policy(sql, name="endless"), policy(MODELS, name="fine"), seconds=0.5)
    assert [item.policy for item in report.failed] == ["endless"]
    assert "did not end within 0.5 s" in report.failed[0].reason
    assert {item.policy for item in report.violations} == {"fine"}


def test_a_secret_of_dbts_is_no_variable(written: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_KEY", "hush")
    monkeypatch.setenv("DBT_COLOUR", "blue")
    report = written.run(
        policy("select {{ env_var('DBT_ENV_SECRET_KEY') }}", name="secret"),
        policy("select '{{ env_var('DBT_COLOUR') }}' as subject, 'x' as message", name="colour"),
    )
    assert [item.policy for item in report.failed] == ["secret"]
    assert [item.subject for item in report.violations] == ["blue"]


def test_too_many_rows_are_cut_and_told(written: Shop) -> None:
    report = written.run(policy("select 'r' || range as subject from range(20000)"))
    assert len(report.violations) == 10_000
    assert "only the first 10000" in report.remarks[0]


def test_a_project_that_cannot_be_read_is_an_error(written: Shop) -> None:
    (written.folder / "target" / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json"):
        written.run(policy(MODELS))


def test_settings_are_literals(written: Shop) -> None:
    settings = {"text": "it's", "number": 2, "share": 0.5, "on": True, "names": ["a", "b'"], "map": {"k'": "v"}}
    sql = (
        "select {{ setting('text') }} as subject, concat_ws('|', {{ setting('number') }} + 1, {{ setting('share') }},"
        " {{ setting('on') }}, len({{ setting('names') }}), {{ setting('names') }}[2], {{ setting('map') }}['k''']) as message"
    )
    report = written.run(policy(sql, settings=settings))
    assert report.failed == ()
    assert [(item.subject, item.message) for item in report.violations] == [("it's", "3|0.5|true|2|b'|v")]


def test_what_a_violation_says(shop: Shop) -> None:
    shop.files["models/models.yml"] = (
        "models:\n  - name: stg_orders\n    columns:\n      - name: orders\n  - name: orders\n"
        "    columns:\n      - {name: order_id}\n      - name: 'email'  # theirs\n"
        "groups:\n  - name: orders\n"
    )
    shop.files["models/sources.yml"] = (
        "version: 2\n\nsources:\n  - name: raw\n    tables:\n      - name: other\n        columns: [{name: order_id}]\n"
        '      - name: "orders"\n        columns: [{name: order_id}]\n'
    )
    shop.write()
    sql = """
        select * from (values
            ('source.shop.raw.orders.order_id', null, null), ('model.shop.orders.v1.gone', null, 0),
            ('model.shop.orders.v2', null, null), ('model.shop.orders.v2.email', null, null),
            ('shop.orders.orders.v2.order_id', null, null), ('model.shop.stg_orders.orders', null, null),
            ('model.shop.orders.v2', 'models/orders.sql', 7), ('group.shop.orders', null, null),
            ('shop.orders', null, null), ('something else', null, null)
        ) as found (subject, path, line)"""
    spec = {"owner": "Central", "rationale": "Because.", "fix": "Mend it."}
    report = shop.run(policy(sql, **spec))
    places = {(item.subject, item.path, item.line, item.product) for item in report.violations}
    assert places == {
        ("source.shop.raw.orders.order_id", "models/sources.yml", 9, None),
        (f"{OLD_ORDERS}.gone", "models/models.yml", 5, "shop.orders"),
        (ORDERS, "models/models.yml", 5, "shop.orders"),
        (f"{ORDERS}.email", "models/models.yml", 8, "shop.orders"),
        ("shop.orders.orders.v2.order_id", "models/models.yml", 7, "shop.orders"),
        (f"{STAGING}.orders", "models/models.yml", 4, None),
        (ORDERS, "models/orders.sql", 7, "shop.orders"),
        (GROUP, "models/models.yml", 10, "shop.orders"),
        ("shop.orders", "models/models.yml", 10, "shop.orders"),
        ("something else", None, None, None),
    }
    assert {(item.owner, item.rationale, item.fix, item.severity) for item in report.violations} == {
        ("Central", "Because.", "Mend it.", "error")
    }


def test_a_row_without_a_message_tells_its_columns(written: Shop) -> None:
    report = written.run(policy("select 'a' as first, 3 as children, null as nothing", description="Not so many."))
    assert [(item.subject, item.message) for item in report.violations] == [("a", "Not so many. (children 3)")]


def test_a_row_without_text_is_about_the_project(written: Shop) -> None:
    report = written.run(policy("select 40 as percent"))
    assert [(item.subject, item.message) for item in report.violations] == [("shop", "A rule. (percent 40)")]


def test_a_fingerprint_outlives_the_numbers_in_a_message(written: Shop) -> None:
    def prints(sql: str) -> list[str]:
        return sorted(item.fingerprint for item in written.run(policy(sql)).violations)

    before = prints("select 'a' as subject, '3 columns' as message, 3 as number, 'other' as parent")
    assert before == prints("select 'a' as subject, '4 columns' as message, 4 as number, 'other' as parent")
    assert before != prints("select 'a' as subject, '3 columns' as message, 3 as number, 'third' as parent")
    assert before != prints("select 'b' as subject, '3 columns' as message, 3 as number, 'other' as parent")
    twice = prints("select 'a' as subject, unnest(['x', 'y']) as message")
    assert len(set(twice)) == 2


def exception(subject: str, until: str) -> dict[str, str]:
    return {"subject": subject, "until": until, "reason": "old", "approved_by": "ann@example.com"}


def test_an_exception_holds_to_its_last_day(written: Shop) -> None:
    rule = policy(MODELS, exceptions=[exception("model.shop.orders.*", TODAY.isoformat())])
    report = written.run(rule)
    assert {item.violation.subject for item in report.excused} == {ORDERS, "model.shop.orders.v1"}
    assert STAGING in {item.subject for item in report.violations}
    assert report.remarks == ()
    later = written.run(rule, today=date(2026, 11, 22))
    assert later.excused == ()
    assert ORDERS in {item.subject for item in later.violations}
    assert later.remarks == (
        "rule: the exception for model.shop.orders.* (approved by ann@example.com) expired on 2026-11-21: "
        "what it covered counts again",
    )


def test_an_exception_that_covers_nothing_is_told(written: Shop) -> None:
    report = written.run(policy(MODELS, exceptions=[exception("model.shop.gone", "2030-01-01")]))
    assert report.remarks == (
        "rule: the exception for model.shop.gone (approved by ann@example.com) covers nothing: remove it",
    )


def test_gates_are_the_errors_of_each_product(written: Shop) -> None:
    report = written.run(
        policy(f"select '{ORDERS}' as subject, 'no' as message", name="hard", fix="Do it."),
        policy(f"select '{ORDERS}' as subject, 'no' as message", name="soft", severity="warning"),
        policy("select 'model.shop.accounts' as subject", name="of_no_product"),
    )
    gates = gates_of(report, ["shop.orders", "shop.other"])
    (blocked,) = gates["shop.orders"]
    assert (blocked.name, blocked.subject, blocked.passed, blocked.reason, blocked.hint) == (
        ("policies", ORDERS, False, "hard: no", "Do it.")
    )
    assert [gate.passed for gate in gates["shop.other"]] == [True]


def test_a_policy_that_cannot_be_asked_blocks_every_product(written: Shop) -> None:
    gates = gates_of(written.run(policy("select 1\nfrom nowhere")), ["shop.orders", "shop.other"])
    for (gate,) in gates.values():
        assert not gate.passed
        assert gate.hint == "mend policies/code/rule.sql:2"


def test_variables_are_those_of_the_project(written: Shop) -> None:
    scope = Scope(tables=[], variables={"limit": 3})
    report = written.run(policy("select {{ var('limit') + 1 }} as n, {{ var('other', 5) }} as m"), scope=scope)
    assert [item.message for item in report.violations] == ["A rule. (n 4, m 5)"]


def test_nothing_is_written_into_the_project(written: Shop) -> None:
    def files() -> set[Path]:
        return {path for path in written.folder.rglob("*") if "meshport" not in path.parts[len(written.folder.parts) :]}

    before = files()
    written.run(policy(MODELS))
    assert files() == before
