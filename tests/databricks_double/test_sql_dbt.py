"""The unmodified dbt-databricks adapter builds a small project, in both of its materializations.

What it sends is compared with tests/databricks/golden, so that an upgrade of the adapter shows as a diff. To accept one:
MESHPORT_GOLDEN_UPDATE=1 .venv/bin/pytest tests/databricks_double/test_sql_dbt.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.databricks_double.dbt_log import by_run, titled
from tests.databricks_double.double import Double
from tests.databricks_double.sql.execute import Logged

pytestmark = pytest.mark.dbt
GOLDEN = Path(__file__).parents[1] / "databricks" / "golden"
TOY = Path(__file__).parent / "toy"
RUNS = """
import json, os, sys
from dbt.cli.main import dbtRunner
runner, found = dbtRunner(), []
for project, arguments in json.loads(sys.argv[1]):
    os.chdir(project)
    done = runner.invoke([*arguments, "--quiet", "--project-dir", project, "--profiles-dir", project])
    results = getattr(done.result, "results", None) or []
    bad = [[r.node.unique_id, str(r.message)] for r in results if str(getattr(r, "status", "")) in ("error", "fail", "skipped")]
    found.append([arguments[0], done.success, bad, str(done.exception or "")])
print("RESULT" + json.dumps(found))
"""
BUILD = ["build"]
AGAIN = ["build", "--vars", "{extra: true}", "--exclude-resource-type", "test", "unit_test", "seed", "function"]
DOCS = ["docs", "generate"]


def prepared(double: Double, project: Path, schema: str, *, v2: bool) -> Path:
    """Copy the toy, with a profile for a schema and the materialization to use."""
    shutil.copytree(TOY, project)
    settings = project / "dbt_project.yml"
    if v2:
        settings.write_text(
            settings.read_text().replace("use_materialization_v2: false", "use_materialization_v2: true")
        )
    profile = {"target": "dev", "outputs": {"dev": double.profile(catalog="dev", schema=schema)}}
    (project / "profiles.yml").write_text(yaml.safe_dump({"double": profile}))
    return project


class Built(NamedTuple):
    """What came of the builds: the projects of V1 and V2, how each command ended, and what was sent meanwhile."""

    projects: Sequence[Path]
    commands: Sequence[list[str]]
    done: list[list[object]]
    log: Sequence[Logged]


@pytest.fixture(scope="module")
def built(double: Double, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One process for both, because importing dbt takes as long as building the toy."""
    folder = tmp_path_factory.mktemp("toy")
    projects = [prepared(double, folder / f"v{1 + v2}", f"toy_v{1 + v2}", v2=v2) for v2 in (False, True)]
    commands = [
        (projects[0], BUILD),
        (projects[0], AGAIN),
        (projects[1], BUILD),
        (projects[1], AGAIN),
        (projects[1], DOCS),
    ]
    before = len(double.statements)
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            RUNS,
            json.dumps([[str(project), command] for project, command in commands]),
        ],
        env={**os.environ, **double.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.removeprefix("RESULT") for line in done.stdout.splitlines() if line.startswith("RESULT")]
    assert lines, done.stdout + done.stderr
    return Built(projects, [command for _, command in commands], json.loads(lines[0]), double.statements[before:])


def test_dbt_builds(double: Double, built: Built) -> None:
    assert built.done == [[command[0], True, [], ""] for command in built.commands]
    assert [entry for entry in built.log if entry.error] == []
    for v2 in (False, True):
        was_built(double, f"toy_v{1 + v2}", v2=v2)
    catalog = json.loads((built.projects[1] / "target" / "catalog.json").read_text())
    columns = catalog["nodes"]["model.toy.people"]["columns"]
    assert [column["type"] for column in columns.values()] == ["bigint", "string", "string", "int"]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_adapter_sends_what_it_sent_before(built: Built, version: str) -> None:
    """A difference is no defect by itself: look at it, then accept it as the module says."""
    runs = by_run(entry.statement for entry in built.log if entry.source == "thrift")
    assert len(runs) == len(built.commands)
    first = {"v1": 0, "v2": 2}[version]
    sent = titled([("dbt build", runs[first]), ("dbt build, with a column more", runs[first + 1])])
    sent = sent.replace(f"toy_{version}", "toy")
    file = GOLDEN / f"{version}.sql"
    if os.environ.get("MESHPORT_GOLDEN_UPDATE"):
        file.write_text(sent)
    assert sent.splitlines() == file.read_text().splitlines()


def was_built(double: Double, schema: str, *, v2: bool) -> None:
    """Look at the rows, and at what dbt says of them in the catalog."""
    session = double.session("admin", "dev", schema)

    def rows(query: str) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for row in double.execute(query, session)]

    people = [(1, "Ann", 1), (2, "O'Neil, Bob", 1), (3, "Größe \\ Cy", 1)]
    assert sorted(rows("select id, name, extra from people")) == people
    # V1 ignores column_mask, without a word.
    assert rows("select mail from people where id = 1") == [("***@x.org" if v2 else "ann@x.org",)]
    counts = [len(rows(f"select * from {name}")) for name in ("appended", "deleted", "overwritten", "replaced")]
    assert counts == [6, 3, 3, 3]
    totals = rows("select person_id, cast(total as double) from totals order by 1")
    assert totals == [(1, 15.75), (2, 99.99)]
    assert len(rows("select * from people_before")) == 3
    relations = {key[2]: relation for key, relation in double.store.relations.items() if key[1] == schema}
    table = relations["people"]
    # The adapter escapes quotes in descriptions and no backslashes, so Databricks takes the backslash away.
    assert table.comment == 'It\'s "people",  one row each'
    assert (table.tags, table.columns["mail"].tags) == ({"domain": "people"}, {"pii": "mail"})
    assert table.constraints["pk_people"].columns == ("id",)
    assert not table.columns["id"].nullable
    assert relations["sales"].row_filter is not None
    assert relations["all_sales"].grants == {"analysts": {"SELECT"}}
    assert relations["totals"].kind == "MATERIALIZED_VIEW"
