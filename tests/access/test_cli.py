"""`meshport access` as people use it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from meshport.cli import main
from meshport.errors import ExitCode
from meshport.registry import Registry
from meshport.standards import AccessRule
from tests.registry.samples import record

KEY = "sales.customer_360"


@pytest.fixture(autouse=True)
def mesh(registry: Registry, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.record_publication(record())
    monkeypatch.setenv("MESHPORT_REGISTRY", str(path))
    monkeypatch.setenv("LOGNAME", "ann")
    for domain in ("sales", "marketing"):
        (tmp_path / domain).mkdir()
        (tmp_path / domain / "mesh.yml").write_text(f"domain: {domain}\n")
    monkeypatch.chdir(tmp_path / "marketing")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["access", *arguments])
    return int(ended.value.code or 0)


def test_request_approve_list_revoke(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("request", KEY, "--as", "marketing", "--reason", "campaigns") == ExitCode.OK
    assert run("approve", KEY, "marketing") == ExitCode.DENIED
    assert run("approve", KEY, "marketing", "--project-dir", "../sales") == ExitCode.OK
    assert run("approve", KEY, "marketing", "--project-dir", "../sales") == ExitCode.BLOCKED
    said = capsys.readouterr()
    assert said.out == ""
    assert "domain:marketing cannot approve its own request" in said.err
    assert f"Approved: domain:marketing {KEY}" in said.err
    assert run("list", "--as", "marketing", "--format", "json") == ExitCode.OK
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["state"], listed["reason"], listed["requested_by"]) == ("active", "campaigns", "domain:marketing")
    assert listed["decided_by"] == "domain:sales"
    assert run("revoke", KEY, "marketing", "--reason", "over") == ExitCode.OK
    assert run("list", "--product", KEY) == ExitCode.OK
    assert "revoked" in capsys.readouterr().out


def test_deny_and_the_named_actor(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("request", KEY, "--as", "user:ann@example.com", "--actor", "user:ann@example.com") == ExitCode.OK
    assert run("deny", KEY, "user:ann@example.com", "--actor", "sales", "--reason", "no need") == ExitCode.OK
    capsys.readouterr()
    run("list", "--format", "markdown")
    assert "| domain:sales | no need |" in capsys.readouterr().out


def test_what_is_wrong_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("request", "sales.customers", "--as", "marketing") == ExitCode.INPUT
    assert f"did you mean {KEY}?" in capsys.readouterr().err
    assert run("request", KEY, "--as", "team:marketing") == ExitCode.INPUT
    assert run("request", KEY) == ExitCode.USAGE
    assert run("list", "--registry", "elsewhere.db") == ExitCode.UNAVAILABLE
    assert "meshport registry init" in capsys.readouterr().err
    assert not Path("elsewhere.db").exists()
    assert run("list") == ExitCode.OK
    assert capsys.readouterr().out == "No subscriptions.\n"


def test_what_it_is_for_and_until_when(capsys: pytest.CaptureFixture[str], registry: Registry) -> None:
    assert run("request", KEY, "--as", "marketing", "--purpose", "campaigns", "--days", "30") == ExitCode.OK
    assert run("request", KEY, "--as", "finance", "--until", "2099-12-31", "--actor", "finance") == ExitCode.OK
    assert run("request", KEY, "--as", "hr", "--days", "3", "--until", "2099-12-31") == ExitCode.USAGE
    assert run("approve", KEY, "finance", "--actor", "sales") == ExitCode.OK
    said = capsys.readouterr().err
    assert "Approved: domain:finance sales.customer_360 until 2099-12-31" in said
    run("list", "--state", "requested", "--format", "json")
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["principal"], listed["purpose"]) == ("domain:marketing", "campaigns")
    assert run("list", "--state", "gone") == ExitCode.USAGE


def test_two_people_approve(capsys: pytest.CaptureFixture[str], registry: Registry) -> None:
    rule = AccessRule("Two.", classifications=("pii",), approvers=2)
    registry.write_access_rules("sales", {"two": rule}, actor="user:ann")
    run("request", KEY, "--as", "marketing")
    assert run("approve", KEY, "marketing", "--project-dir", "../sales") == ExitCode.DENIED
    assert "--actor user:ann@example.com" in capsys.readouterr().err
    assert run("approve", KEY, "marketing", "--actor", "user:bob") == ExitCode.OK
    assert "another person has to approve it, too" in capsys.readouterr().err
    assert run("approve", KEY, "marketing", "--actor", "user:bob") == ExitCode.DENIED
    assert run("approve", KEY, "marketing", "--actor", "user:cay") == ExitCode.OK
    run("list", "--format", "json")
    assert [each["by"] for each in json.loads(capsys.readouterr().out)[0]["approvals"]] == ["user:bob", "user:cay"]


def test_what_is_over_ends(
    capsys: pytest.CaptureFixture[str], registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("request", KEY, "--as", "marketing", "--days", "30")
    run("approve", KEY, "marketing", "--actor", "sales")
    assert run("expire") == ExitCode.OK
    assert "Nothing ends." in capsys.readouterr().out
    monkeypatch.setattr("meshport.access.calendar.today", lambda: date(2099, 1, 1))
    assert run("expire", "--format", "json") == ExitCode.OK
    assert [each["state"] for each in json.loads(capsys.readouterr().out)["expired"]] == ["expired"]
    assert run("expire") == run("reconcile") == ExitCode.OK
    capsys.readouterr()
    assert run("notices", "--read") == ExitCode.OK
    assert "domain:marketing, sales.customer_360: expired" in capsys.readouterr().out
    assert run("notices") == ExitCode.OK
    assert "Nothing new." in capsys.readouterr().out
    run("notices", "--all", "--as", "sales", "--format", "json")
    assert [each["kind"] for each in json.loads(capsys.readouterr().out)] == ["expiry", "subscriber", "request"]


def test_the_audit_log_is_shown_and_verified(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    run("request", KEY, "--as", "marketing")
    assert run("audit", "--product", KEY, "--format", "json") == ExitCode.OK
    assert [each["action"] for each in json.loads(capsys.readouterr().out)] == ["access.request", "product.publish"]
    assert run("audit", "--verify") == ExitCode.OK
    said = capsys.readouterr().out
    assert said.startswith("2 entries hold. Anchor: 2:")
    anchor = said.split()[-1]
    run("deny", KEY, "marketing")
    assert run("audit", "--verify", "--anchor", anchor) == ExitCode.OK
    assert run("audit", "--verify", "--anchor", f"1:{anchor[2:]}") == ExitCode.BLOCKED
    assert run("audit", "--verify", "--anchor", "here") == ExitCode.INPUT
    assert run("audit", "--anchor", anchor) == ExitCode.USAGE
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER audit_no_delete")
        raw.execute("DELETE FROM audit WHERE id = 2")
    capsys.readouterr()
    assert run("audit", "--verify") == ExitCode.BLOCKED
    assert "The audit log does not hold at entry 3: entries between 1 and it were taken out" in capsys.readouterr().out
