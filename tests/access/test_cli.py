"""`meshport access` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshport.cli import main
from meshport.errors import ExitCode
from meshport.registry import Registry
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
