"""Reports for machines hold to their formats, whatever stands in names and messages."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as xml

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from meshport.policies import Excused, Failed, Report, Violation, formats
from meshport.policies.quoting import literal
from meshport.standards import Exemption
from tests.policies.shop import policy

SARIF = Draft4Validator(json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text()))
# What JSON and files cannot hold are lone surrogates; everything else may stand in a name.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.sampled_from(["first", "second"])


def violation(name: str = "first", **changes: object) -> Violation:
    made = Violation(
        policy=name, type="code", severity="error", subject="model.shop.orders", message="no", fingerprint="0" * 20
    )
    return msgspec.structs.replace(made, **changes)


violations = st.builds(
    violation,
    names,
    subject=texts,
    message=texts,
    path=st.none() | texts.filter(lambda text: text.strip("/.") != ""),
    line=st.none() | st.integers(1, 10**6),
    fix=texts,
    severity=st.sampled_from(["error", "warning"]),
)
reports = st.builds(
    Report,
    policies=st.just((policy("", "first", fix="Mend."), policy("", "second", severity="warning", owner="Central"))),
    violations=st.lists(violations, max_size=4).map(tuple),
    known=st.lists(violations, max_size=2).map(tuple),
    excused=st.lists(
        st.builds(
            Excused, violations, st.just(Exemption(subject="*", until=date(2030, 1, 1), reason="r", approved_by="a"))
        ),
        max_size=1,
    ).map(tuple),
    failed=st.lists(
        st.builds(
            Failed,
            policy=names,
            type=st.just("code"),
            reason=texts,
            path=st.just("/a b/first.sql"),
            line=st.none() | st.just(3),
        ),
        max_size=1,
    ).map(tuple),
    remarks=st.lists(texts, max_size=1).map(tuple),
)


@settings(max_examples=20)  # a validator takes its time
@given(reports)
def test_sarif_is_valid(report: Report) -> None:
    log = json.loads(formats.sarif(report, "projects/shop/"))
    assert [error.message for error in SARIF.iter_errors(log)] == []
    (run,) = log["runs"]
    assert len(run["results"]) == len(report.violations) + len(report.known) + len(report.excused)
    assert run["invocations"][0]["executionSuccessful"] == (not report.failed)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_the_schema_refuses_what_is_no_sarif() -> None:
    log = json.loads(formats.sarif(Report(policies=(policy("", "first"),), violations=(violation(line=0, path="a"),))))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert len(list(SARIF.iter_errors(log))) > 0


def test_sarif_says_what_is_excused_and_what_was_known() -> None:
    exemption = Exemption(subject="*", until=date(2030, 1, 1), reason="an old table", approved_by="ann@example.com")
    report = Report(
        policies=(policy("", "first"),),
        violations=(violation(path="models/a b.sql", line=4),),
        known=(violation(),),
        excused=(Excused(violation(), exemption),),
    )
    new, known, excused = json.loads(formats.sarif(report, "shop/"))["runs"][0]["results"]
    place = new["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "shop/models/a%20b.sql"}, "region": {"startLine": 4}}
    assert new["partialFingerprints"] == {"meshport/v1": "0" * 20}
    assert known["baselineState"] == "unchanged"
    assert excused["suppressions"][0]["justification"] == "an old table (approved by ann@example.com until 2030-01-01)"


@given(reports, st.sampled_from(["error", "warning"]))
def test_junit_is_xml_that_counts_right(report: Report, fail_on: str) -> None:
    root = xml.fromstring(formats.junit(report, fail_on))  # type: ignore[arg-type]
    cases = root.findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == ["first", "second"]
    for element in [root, *root.findall("testsuite")]:
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert element.get(name) == str(len(list(element.iter(tag))))
    broken = {item.policy for item in report.failed}
    assert {case.get("name") for case in cases if case.find("error") is not None} == broken


def test_junit_fails_on_what_the_check_fails_on() -> None:
    report = Report(policies=(policy("", "first", severity="warning"),), violations=(violation(severity="warning"),))
    assert "<failure" not in formats.junit(report)
    assert "<failure" in formats.junit(report, "warning")


def unescaped(text: str) -> str:
    """What GitHub's runner makes of a value."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(reports)
def test_github_reads_back_what_was_said(report: Report) -> None:
    commands = formats.github(report, "shop").split("\n")[:-1]
    assert len(commands) == len(report.violations) + len(report.failed)
    for item, command in zip(report.violations, commands[len(report.failed) :], strict=True):
        match = re.fullmatch(r"::(error|warning) (.*?)::(.*)", command)
        assert match is not None
        properties = dict(each.split("=", 1) for each in match[2].split(","))
        assert (match[1], unescaped(properties["title"])) == (item.severity, item.policy)
        assert unescaped(match[3]) == f"{item.subject}: {item.message}" + (f"\n{item.fix}" if item.fix else "")
        assert ("line" in properties) == (item.path is not None and item.line is not None)


def test_github_escapes_properties() -> None:
    report = Report(policies=(), violations=(violation(path="a,b:c%.sql", line=2, message="50 %\nof: it, all"),))
    assert formats.github(report) == (
        "::error file=a%2Cb%3Ac%25.sql,line=2,title=first::model.shop.orders: 50 %25%0Aof: it, all\n"
    )


@given(reports)
def test_json_is_the_report(report: Report) -> None:
    data = json.loads(msgspec.json.encode(formats.data(report)))
    assert len(data["violations"]) == len(report.violations)
    assert [each["name"] for each in data["policies"]] == ["first", "second"]
    assert "sql" not in data["policies"][0]


@given(reports)
def test_a_markdown_table_has_three_cells_in_every_row(report: Report) -> None:
    for line in formats.markdown(report).split("\n"):
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) == 4
        assert "<" not in line or "`" in line


def test_text_groups_by_policy_errors_first() -> None:
    found = [violation("first", subject=f"m{number}", severity="warning") for number in range(25)]
    report = Report(
        policies=(policy("", "first"), policy("", "second")),
        violations=(*found, violation("second", path="models/a.yml", line=3, fix="Mend it.")),
        known=(violation(),),
        failed=(Failed(policy="third", type="code", reason="it does not compile", path="third.sql", line=2),),
    )
    blocks = formats.text(report).strip().split("\n\n")
    assert blocks[0] == "failed  third: it does not compile\n  third.sql:2"
    assert blocks[1] == "error  second\n  model.shop.orders  models/a.yml:3\n      no\n  fix: Mend it."
    assert blocks[2].startswith("warning  first\n  m0\n      no\n  m1")
    assert blocks[2].endswith("... and 5 more (--format json tells all)")
    assert blocks[-1] == "2 policies: 1 error, 25 warnings; 1 known before; 1 policy could not be asked"


@given(texts.filter(lambda text: "\0" not in text))
def test_a_literal_is_what_it_was(value: str) -> None:
    import duckdb

    with duckdb.connect() as connection:
        asked = connection.execute(f"select {literal(value)}, {literal((value,))}[1], {literal({value: value})}")
        text, listed, mapped = asked.fetchone() or ()
    assert (text, listed, mapped) == (value, value, {value: value})


@pytest.mark.parametrize("value", [True, False, 0, -3, 1.5, 1e300, (1, 2), ("a",), {"a": 1}])
def test_other_literals_are_what_they_were(value: object) -> None:
    import duckdb

    with duckdb.connect() as connection:
        (got,) = connection.execute(f"select {literal(value)}").fetchone() or ()  # type: ignore[arg-type]
    assert (list(value) if isinstance(value, tuple) else value) == pytest.approx(got)
