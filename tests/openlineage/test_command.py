"""`meshport lineage emit` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshport.errors import ExitCode, InputError
from tests.openlineage.conftest import Run, lines


def test_it_has_to_be_told_where_to(run: Run) -> None:
    with pytest.raises(InputError, match="nobody said where to") as asked:
        run()
    assert "--dry-run" in (asked.value.hint or "")


def test_a_dry_run_prints_events_and_nothing_else(run: Run, project: Path) -> None:
    done = run("--dry-run", "--to", str(project / "not.ndjson"))
    assert len(lines(done.stdout)) == 13
    assert "resolved" in done.stderr
    assert not (project / "not.ndjson").exists()


def test_it_says_what_it_sent_and_how_much_is_known(run: Run, project: Path) -> None:
    file = project / "lineage.ndjson"
    done = run("--to", str(file), "--format", "json")
    data = json.loads(done.stdout)
    coverage = data.pop("coverage")
    assert data == {"to": str(file), "events": 13, "runs": 4, "failed": 1, "designs": 1, "tests": 2}
    assert coverage["resolved"] > 0
    assert len(lines(file.read_text())) == 13


def test_a_blind_spot_is_a_failure_where_asked_for(run: Run, project: Path) -> None:
    manifest = project / "target" / "manifest.json"
    data = json.loads(manifest.read_text())
    del data["nodes"]["model.shop.broken"]["compiled_code"]
    manifest.write_text(json.dumps(data))
    file = str(project / "lineage.ndjson")
    assert run("--to", file).exit_code == ExitCode.OK
    assert run("--to", file, "--strict").exit_code == ExitCode.BLOCKED


def test_jobs_are_of_the_domain_else_of_the_dbt_project(run: Run, project: Path) -> None:
    def namespaces(*arguments: str) -> set[str]:
        return {event["job"]["namespace"] for event in lines(run("--dry-run", *arguments).stdout)}

    assert namespaces() == {"shop"}
    (project / "mesh.yml").write_text("domain: sales\n")
    assert namespaces() == {"sales"}
    assert namespaces("--namespace", "nightly") == {"nightly"}
