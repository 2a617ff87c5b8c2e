"""Publishing a generated project to Databricks' double with a fixed delay a call: first, unchanged, with ten changes.

Run it small first: every statement waits 100 ms and then runs in the double's engine on this machine.
The project is built by dbt-duckdb, which is quick, and its artifacts are rewritten as dbt-databricks would have left
them; the rows are made in the double. Statements are rendered by the real dbt with the real adapter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import adapter
from benchmarks.counting import READS, SESSION
from benchmarks.ports import COLUMNS, DOMAIN, model_name, write_project
from benchmarks.report import Goal, Report, Row

DELAY_SECONDS = 0.1
CHANGED = 10
PARALLEL = 8
TYPES = {"varchar": "string"}


def run(ports: int) -> Report:
    """Measure `ports` ports, and a tenth, so that what grows with their number shows; dbt-databricks beside that."""
    rows, beside = [], []
    small_size = max(ports // 10, CHANGED)
    for size in (ports, small_size):
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "project"
            write_project(project, size)
            _dbt(project, "build", "--quiet")
            published, built = _publishes(project, size, beside=size == small_size)
            rows += published
            beside += built
    large, small = rows[1], rows[4]
    first, changed = rows[0], rows[2]
    limit = first.counts["calls"] * DELAY_SECONDS / PARALLEL
    goals = [
        Goal("unchanged: reads that the tenth does not need", large.counts["reads"] - small.counts["reads"], at_most=1),
        Goal("unchanged: writes, and calls of dbt", large.counts["writes"] + large.counts["dbt calls"], at_most=1),
        Goal(
            "ten changes: writes beyond those of ten ports of the first publish",
            changed.counts["writes"] - first.counts["writes"] * CHANGED / ports,
            at_most=25,
        ),
        Goal(
            f"first publish: times as long as its calls take, {PARALLEL} at a time", first.seconds / limit, at_most=1.5
        ),
    ]
    return Report("databricks", [*rows, *beside], goals, [_said(first, limit), _compared(rows[3:], beside)])


def _said(first: Row, limit: float) -> str:
    busy = first.counts["double s"] + first.counts["meshport s"]
    return (
        f"{first.counts['calls']} calls of {DELAY_SECONDS:g} s, {PARALLEL} at a time, take {limit:.0f} s; "
        f"the first publish took {first.seconds:.0f} s, in which double and meshport computed {busy} s "
        f"on {os.cpu_count()} processors"
    )


def _compared(published: list[Row], built: list[Row]) -> str:
    """Say what an unchanged project costs in statements: the adapter's tags alone, and all that meshport sends."""
    again = built[1].counts
    ours = published[1].counts
    return (
        f"{built[1].subject}, unchanged: dbt-databricks sends {again['set tags']} statements for tags "
        f"(of {again['statements']}), meshport {ours['writes']} writes and {ours['reads']} reads"
    )


def _publishes(project: Path, ports: int, *, beside: bool) -> tuple[list[Row], list[Row]]:
    """Return the three publishes, and where asked the two builds of the same ports by the adapter alone."""
    from tests.databricks_double.double import Double
    from tests.databricks_double.store import Principal

    catalogs = [DOMAIN, f"{DOMAIN}_published"]
    with Double([Principal("owner", "dapi-owner")], catalogs) as double:
        for catalog in catalogs:
            double.execute(f"alter catalog {catalog} set owner to `owner`")
        owner = double.session("owner")
        double.execute(f"create schema {DOMAIN}.main", owner)
        listed = ", ".join(
            f"cast({_spark(expression)} as {TYPES.get(kind, kind)}) as {name}" for name, kind, expression, _ in COLUMNS
        )
        for number in range(ports):
            double.execute(
                f"create table {DOMAIN}.main.{model_name(number)} as select {listed} from range(20) as t(i)", owner
            )
        _as_databricks(project, double)
        double.server.delay = DELAY_SECONDS
        subject = f"{ports} ports"
        rows = [_publish(subject, "first publish", project, double), _publish(subject, "unchanged", project, double)]
        step = max(ports // CHANGED, 1)
        _rebuilt(project, [model_name(number * step) for number in range(CHANGED)])
        rows.append(_publish(subject, f"{CHANGED} models rebuilt", project, double))
        if not beside:
            return rows, []
        return rows, adapter.builds(project.parent / "tagged", double, ports, PARALLEL, listed)


def _publish(subject: str, what: str, project: Path, double: Any) -> Row:
    """Publish in a process of its own; the double counts what comes in."""
    mark, calls, computed = len(double.statements), double.calls, time.process_time()
    environment = {**os.environ, **double.environment("owner")}
    command = [sys.executable, "-m", "benchmarks.counting", "publish", "--yes", "--project-dir", str(project)]
    begin = time.perf_counter()
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    seconds = time.perf_counter() - begin
    counted = msgspec.json.decode(ran.stdout.splitlines()[-1])
    assert counted["code"] == 0, counted["said"]
    counts = Counter({"reads": 0, "writes": 0, "dbt calls": counted["counts"]["dbt calls"]})
    counts["calls"] = double.calls - calls
    counts["double s"], counts["meshport s"] = round(time.process_time() - computed), round(counted["computed"])
    for each in double.statements[mark:]:
        word = each.statement.lstrip(" \t\r\n(").split(None, 1)[0].lower()
        if word not in SESSION:
            counts["reads" if word in READS else "writes"] += 1
    return Row(subject, what, seconds, counted["peak_mb"], 1, dict(counts))


def _as_databricks(project: Path, double: Any) -> None:
    """Rewrite the artifacts, and add the target that statements are rendered for."""
    path = project / "target" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["metadata"]["adapter_type"] = "databricks"
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            node["database"], node["schema"] = DOMAIN, "main"
            for column in node["columns"].values():
                column["data_type"] = TYPES.get(column["data_type"], column["data_type"])
    path.write_text(json.dumps(manifest))
    output = double.profile("owner", catalog=DOMAIN, schema="main", threads=4)
    (project / "profiles.yml").write_text(json.dumps({DOMAIN: {"target": "dev", "outputs": {"dev": output}}}))


def _rebuilt(project: Path, names: list[str]) -> None:
    """Leave what another build of some models would: later times in their results."""
    path = project / "target" / "run_results.json"
    file = json.loads(path.read_text())
    again = {f"model.{DOMAIN}.{name}" for name in names}
    for result in file["results"]:
        tested = result["unique_id"].startswith("test.") and any(f"_{name}_" in result["unique_id"] for name in names)
        if result["unique_id"] in again or tested:
            for timing in result["timing"]:
                for key in ("started_at", "completed_at"):
                    timing[key] = timing[key].replace("202", "203", 1)
    path.write_text(json.dumps(file))


def _spark(expression: str) -> str:
    """Write a DuckDB expression of the generated project for Spark."""
    return {
        "date '1980-02-03' + cast(i as integer)": "date_add(date '1980-02-03', cast(i as int))",
        "date '2025-01-01' + cast(i as integer)": "date_add(date '2025-01-01', cast(i as int))",
        "timestamp '2026-01-01 12:00:00' + to_hours(i)": "timestamp '2026-01-01 12:00:00'",
    }.get(expression, expression)


def _dbt(project: Path, *arguments: str) -> None:
    command = [sys.executable, "-c", "from meshport.cli import main; main()", *arguments]
    ran = subprocess.run([*command, "--project-dir", str(project)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
