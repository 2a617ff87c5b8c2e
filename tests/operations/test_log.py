"""`MESHPORT_LOG=json`: standard error is one JSON object a line, without secrets."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from meshport.cli import main
from meshport.errors import ExitCode
from tests.operations.conftest import KEY, Mesh

SECRET = "T0ken-in-the-path"


def events(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """Run a command and return its events."""
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main([*words])
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_check_tells_of_alerts_and_how_it_ended(
    mesh: Mesh, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHPORT_LOG", "json")
    monkeypatch.setenv("HOOK", f"http://127.0.0.1:1/{SECRET}")
    mesh.configure("alerts: [{to: slack, address: HOOK}]\n")
    mesh.publish(hours=30)
    begin, alert, end = events(capsys, "ops", "check", "--project-dir", str(mesh.folder), "--format", "json")
    assert begin.items() >= {"event": "command.begin", "level": "info", "command": "ops check"}.items()
    problem = "slack:HOOK cannot be reached (NewConnectionError)"
    facts = {"route": "slack:HOOK", "of": "begin", "product": KEY, "kind": "freshness", "problem": problem}
    assert alert.items() >= {"event": "alert", **facts}.items()
    assert end.items() >= {"event": "command.end", "exit_code": int(ExitCode.UNAVAILABLE)}.items()
    assert end["seconds"] >= 0
    assert SECRET not in str((begin, alert, end))


def test_errors_are_events_and_nothing_stays_behind(mesh: Mesh, capsys: pytest.CaptureFixture[str]) -> None:
    there = ("--project-dir", str(mesh.folder))
    _, error, end = events(capsys, "--log-format", "json", "ops", "status", "sales.nothing", *there)
    assert (error["event"], error["level"]) == ("error", "error")
    assert "sales.nothing" in error["message"]
    assert end["exit_code"] == ExitCode.INPUT
    *_, usage, _ = events(capsys, "--log-format", "json", "ops", "slo", "--window", "soon", *there)
    assert "is no length of time" in usage["message"]
    assert logging.getLogger("meshport").handlers == []
    with pytest.raises(SystemExit):
        main(["ops", "status", "sales.nothing", *there])
    assert capsys.readouterr().err.startswith("Error: ")
