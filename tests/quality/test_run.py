"""`meshport quality run` over a real DuckDB that a real dbt built: every built-in policy, every kind of rule."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from meshport.cli.workspace import Workspace
from meshport.quality.evidence import evidence_of, missing, quality_gates, read_results
from meshport.standards import load_standards
from tests.publish.domain import Domain
from tests.quality.shop import BROKEN

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("quality")]


def results(domain: Domain, *arguments: str, code: int = 3) -> dict[str, dict[str, Any]]:
    """Run the rules and return each port's result as a program reads it, with its rules by name."""
    done = domain.run("quality", "run", "--format", "json", *arguments)
    assert done.code == code, done
    found = {result["port"]: result for result in json.loads(done.out)}
    for result in found.values():
        result["by_name"] = {}
        for each in result["results"]:
            assert result["by_name"].setdefault(each["name"], each)["status"] != "error", each
    return found


def test_every_built_in_policy_holds_on_good_rows_and_counts_bad_ones(domain: Domain) -> None:
    found = results(domain)
    built_in = {policy.name for policy in load_standards().policies.values() if policy.type == "data"}
    assert built_in == BROKEN.keys()
    good, bad = found["good"], found["bad"]
    assert {each["name"] for each in good["results"]} == built_in
    assert [each for each in good["results"] if each["status"] != "pass"] == []
    assert {name: bad["by_name"][name]["violations"] for name in BROKEN} == BROKEN
    for name in BROKEN:
        blocks = load_standards().policies[f"data/{name}"].severity == "error"
        assert bad["by_name"][name]["status"] == ("fail" if blocks else "warn")
    assert (good["rows"], good["statements"], bad["statements"]) == (3, 1, 1), "one statement for all row rules"


def test_contract_tests_and_policies_are_asked_of_the_rows_that_a_port_shows(domain: Domain) -> None:
    orders = results(domain, "sales.orders")["orders"]
    assert orders["rows"] == 4, "the row filter hides one"
    counted = {each["name"]: (each["source"], each["status"], each["violations"]) for each in orders["results"]}
    assert counted == {
        "not_null": ("contract", "fail", 1),
        "unique": ("contract", "fail", 2),
        "check: amount > 0 -- in euros": ("contract", "fail", 2),
        "accepted_values_orders_status__paid__open": ("test", "warn", 1),
        "relationships_orders_country__code__ref_countries_": ("test", "fail", 1),
        "amount_not_negative": ("policy", "warn", 1),
        "email_format": ("policy", "fail", 2),
        "key_unique": ("policy", "fail", 2),
        "country_known": ("policy", "warn", 1),
    }
    assert orders["statements"] == 5, "row rules together; unique twice, relationship twice"
    assert set(orders["left"]) == {"status_known", "amounts_add_up"}


def test_a_port_is_found_by_its_names(domain: Domain) -> None:
    assert results(domain, "good", code=0).keys() == {"good"}
    assert results(domain, "shop.readings.good", code=0).keys() == {"good"}
    done = domain.run("quality", "run", "goods")
    assert done.code == 4
    assert "no port 'goods'" in done.err
    assert "good" in done.err


def test_samples_show_what_the_port_would_show(domain: Domain) -> None:
    done = domain.run("quality", "run", "--sample", "1")
    assert "shop.meshport_quality.main__orders" in done.err
    columns = ["meshport_rule", "order_id", "reference", "email", "country", "amount", "status"]
    rows = domain.ask(f"select {', '.join(columns)} from meshport_quality.main__orders", domain.internal)
    rules = [row[0] for row in rows]
    assert len(rules) == len(set(rules)) == 9, "one row for each broken rule"
    assert {row[3] for row in rows} <= {None, "***", "***@example.com"}
    kept = json.dumps(domain.ask("from meshport_quality.main__bad", domain.internal))
    assert "a b@" not in kept
    assert "1800" in kept, "masked to the year"
    tables = "select table_name from duckdb_tables() where schema_name = 'meshport_quality' order by all"
    assert domain.ask(tables, domain.internal) == [("main__bad",), ("main__orders",)], "none for good rows"


def test_a_sample_is_gone_once_nothing_is_broken(domain: Domain) -> None:
    domain.run("quality", "run", "bad", "--sample", "1")
    domain.by_hand("create or replace view bad as select * from good", file=domain.internal)
    assert domain.run("quality", "run", "bad", "--sample", "1").code == 0
    assert domain.ask("select * from duckdb_tables() where table_name = 'main__bad'", domain.internal) == []


def test_a_column_that_should_have_a_mask_and_has_none_is_in_no_sample(domain: Domain) -> None:
    with domain.editing() as manifest:
        orders = manifest["nodes"]["model.shop.orders"]
        orders["columns"]["email"]["config"]["meta"]["classification"] = "pii.emial"
    domain.run("quality", "run", "orders", "--sample", "1")
    columns = "select column_name from duckdb_columns() where table_name = 'main__orders'"
    assert ("email",) not in domain.ask(columns, domain.internal)


def test_a_rule_that_cannot_be_asked_does_not_hide_the_others(domain: Domain) -> None:
    with domain.editing() as manifest:
        orders = manifest["nodes"]["model.shop.orders"]
        orders["constraints"].append({"type": "check", "expression": "cast(status as integer) > 0"})
        orders["constraints"].append({"type": "check", "expression": "nowhere > 0"})
    done = domain.run("quality", "run", "orders", "--format", "json")
    (orders_now,) = json.loads(done.out)
    told = {each["name"]: each for each in orders_now["results"]}
    assert told["check: cast(status as integer) > 0"]["status"] == "error"
    assert (
        told["check: cast(status as integer) > 0"]["reason"]
        == "DuckDB refused: ConversionException: a value does not fit"
    )
    assert "nowhere" in told["check: nowhere > 0"]["reason"]
    assert told["email_format"]["violations"] == 2
    assert "lost" not in done.out, "no value of the data is in the reason"


def test_exceptions_hold_until_their_day(domain: Domain) -> None:
    until = date.today()
    for day, status, reason in [
        (until, "warn", f"exception until {until}: Migration."),
        (until - timedelta(days=1), "fail", f"its exception expired on {until - timedelta(days=1)}"),
    ]:
        said = f"{{subject: 'shop.readings.bad.*', until: {day}, reason: Migration., approved_by: Ann}}"
        (domain.path / "standards/policies/data/email_format.yml").write_text(f"exceptions: [{said}]\n")
        found = results(domain)
        assert (
            found["bad"]["by_name"]["email_format"]["status"],
            found["bad"]["by_name"]["email_format"]["reason"],
        ) == (
            status,
            reason,
        )
        assert found["orders"]["by_name"]["email_format"]["status"] == "fail", "another subject"


def test_a_domain_tightens_a_setting(domain: Domain) -> None:
    (domain.path / "standards/policies/data/amount_not_negative.yml").write_text(
        "severity: error\nsettings: {minimum: 5}\n"
    )
    found = results(domain, "good")
    assert found["good"]["by_name"]["amount_not_negative"]["violations"] == 1
    assert found["good"]["by_name"]["amount_not_negative"]["status"] == "fail"


def test_a_hostile_policy_never_reaches_the_warehouse(domain: Domain) -> None:
    (domain.path / "standards/policies/data/key_unique.sql").write_text("true) ; drop table orders; --")
    done = domain.run("quality", "run")
    assert done.code == 4
    assert "key_unique.sql" in done.err
    assert domain.ask("select count(*) from orders", domain.internal) == [(5,)]


class TestEvidence:
    """What was found is evidence of one build and one set of rules."""

    @staticmethod
    def gates(domain: Domain) -> dict[str, list[tuple[bool, str]]]:
        workspace = Workspace(domain.path)
        kept = read_results(workspace.artifacts)
        found = quality_gates(workspace.data_rules, workspace.builds, kept)
        return {unique_id.split(".")[-1]: [(g.passed, g.reason) for g in gates] for unique_id, gates in found.items()}

    def test_without_a_run_a_port_is_blocked(self, domain: Domain) -> None:
        assert self.gates(domain)["good"] == [(False, "its data policies were not run")]

    def test_rules_that_hold_and_rules_that_warn_pass(self, domain: Domain) -> None:
        domain.run("quality", "run")
        gates = self.gates(domain)
        assert {passed for passed, _ in gates["good"]} == {True}
        assert sorted(reason for passed, reason in gates["bad"] if not passed) == ["2 rows break it", "3 rows break it"]
        assert (True, "1 rows break it") in gates["bad"], "a warning"

    def test_another_build_other_rules_and_damage_are_no_evidence(self, domain: Domain) -> None:
        domain.run("quality", "run")
        kept = (domain.path / "target/quality.json").read_bytes()
        (domain.path / "standards/policies/data/amount_not_negative.yml").write_text("settings: {minimum: 1}\n")
        assert self.gates(domain)["good"] == [(False, "its rules changed since they were run")]
        (domain.path / "standards/policies/data/amount_not_negative.yml").unlink()
        assert {passed for passed, _ in self.gates(domain)["good"]} == {True}
        domain.rebuild()
        assert self.gates(domain)["good"] == [(False, "its data policies were run on another build")]
        for damage in (kept[:100], b"", b"[]"):
            (domain.path / "target/quality.json").write_bytes(damage)
            assert self.gates(domain)["good"] == [(False, "its data policies were not run")]

    def test_only_what_is_missing_has_to_be_run(self, domain: Domain) -> None:
        domain.run("quality", "run", "good")
        workspace = Workspace(domain.path)
        kept = read_results(workspace.artifacts)
        assert [each.port.name for each in missing(workspace.data_rules, workspace.builds, kept)] == ["bad", "orders"]

    def test_policies_are_evidence_of_a_version_and_tests_are_in_dbts(self, domain: Domain) -> None:
        domain.run("quality", "run", "orders")
        (result,) = read_results(domain.path / "target").values()
        told = {
            each.rule.name: (each.rule.kind, each.rule.column, each.status, each.failures)
            for each in evidence_of(result)
        }
        assert told == {
            "amount_not_negative": ("data_policy", "amount", "warn", 1),
            "email_format": ("data_policy", "email", "fail", 2),
            "key_unique": ("data_policy", "reference", "fail", 2),
            "country_known": ("data_policy", "country", "warn", 1),
        }


def test_a_file_that_was_never_built_is_refused(domain: Domain) -> None:
    Path(domain.internal).unlink()
    done = domain.run("quality", "run")
    assert done.code == 4
    assert "meshport build" in done.err
