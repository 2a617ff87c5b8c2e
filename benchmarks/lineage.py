"""Column lineage against dbt-colibri and against parsing alone; cold, warm, and with one model in a hundred changed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.load import DATA
from benchmarks.measure import measure, measure_command, measure_tree
from benchmarks.peers import program
from benchmarks.report import Goal, Report, Row

MODELS = 10_000
_READ = (
    "import sys\nfrom pathlib import Path\nfrom meshport.artifacts import load_project\nfolder = Path(sys.argv[1])\n"
)
_LINEAGE = _READ + "from meshport.lineage import column_lineage\n"
_COLD = "column_lineage(load_project(folder), workers={})"
_WARM = "column_lineage(load_project(folder), cache=Path(sys.argv[2]))"
_EVERY = (
    _WARM.replace("column_lineage(", "found = column_lineage(", 1)
    + "\nfor name in found.nodes: found.nodes[name].columns"
)
_PARSE = (
    _READ + "import gc, sqlglot\nproject = load_project(folder)\ngc.freeze()\n"
    "sql = [node.compiled_code for node in project.nodes.values() if node.compiled_code]"
)


def run(models: int = MODELS) -> Report:
    """Measure the largest shared project and a generated one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place, changed in (("generated", "0"), ("changed", "0.01")):
            generator = [sys.executable, "-m", "benchmarks.models", str(folder / place), str(models), changed]
            subprocess.run(generator, check=True)
        shared = _cold("tuva", DATA / "tuva", folder)
        generated = _cold(f"generated, {models:,} models", folder / "generated", folder)
        warm = _warm(f"generated, {models:,} models", folder)
    goals = _goals(generated, warm)
    notes = [
        "dbt-colibri also writes its report (`--light`); meshport's rows load the artifacts and keep the lineage",
        "unchanged: what the cache has is decoded when it is looked at; a command about one port looks at few nodes",
    ]
    return Report("lineage", [*shared, *generated, *warm], goals, notes)


def _cold(subject: str, artifacts: Path, scratch: Path) -> list[Row]:
    def colibri(name: str) -> list[str]:
        files = ["--manifest", str(artifacts / "manifest.json"), "--catalog", str(artifacts / "catalog.json")]
        out = ["--output-dir", str(scratch / name), "--light", "--disable-telemetry"]
        return [program(name, "colibri"), "generate", *out, *files]

    runs = 3 if subject == "tuva" else 1
    return [
        measure_tree(subject, "meshport, every core", _LINEAGE, _COLD.format("None"), str(artifacts)),
        measure(subject, "meshport, one process", _LINEAGE, _COLD.format(1), str(artifacts)),
        measure(
            subject,
            "sqlglot.parse alone",
            _PARSE,
            "for text in sql: sqlglot.parse(text, dialect='duckdb')",
            str(artifacts),
        ),
        measure_command(subject, "dbt-colibri, as installed", colibri("colibri"), runs=runs, warm_up=False),
        measure_command(subject, "dbt-colibri, its best sqlglot", colibri("colibri-best"), runs=runs, warm_up=False),
    ]


def _warm(subject: str, folder: Path) -> list[Row]:
    cache = folder / "lineage.sqlite"
    subprocess.run([sys.executable, "-c", f"{_LINEAGE}\n{_WARM}", str(folder / "generated"), str(cache)], check=True)
    unchanged = measure(subject, "meshport, unchanged", _LINEAGE, _WARM, str(folder / "generated"), str(cache))
    every = measure(
        subject, "meshport, unchanged, all of it read", _LINEAGE, _EVERY, str(folder / "generated"), str(cache)
    )
    copies = "import shutil, tempfile\ncopy = Path(tempfile.mkdtemp()) / 'c'\nshutil.copy(sys.argv[2], copy)\n"
    changed = measure(
        subject,
        "meshport, 1 % changed",
        _LINEAGE + copies,
        _WARM.replace("Path(sys.argv[2])", "copy"),
        str(folder / "changed"),
        str(cache),
    )
    load = measure(subject, "loading the artifacts alone", _READ, "load_project(folder)", str(folder / "generated"))
    return [load, unchanged, changed, every]


def _goals(cold: list[Row], warm: list[Row]) -> list[Goal]:
    ours, single, parse, colibri, _best = cold
    load, unchanged, changed, _every = warm
    return [
        Goal("cold: times faster than dbt-colibri, as installed", colibri.seconds / ours.seconds, at_least=30),
        Goal("cold, every core: time to parsing alone", ours.seconds / parse.seconds, at_most=2),
        Goal("cold, one process: time to parsing alone", single.seconds / parse.seconds, at_most=2),
        Goal("cold: memory in MB, every core", ours.peak_mb, at_most=1000),
        Goal("unchanged: time to loading", unchanged.seconds / load.seconds, at_most=1.5),
        Goal("1 % changed: time to loading", changed.seconds / load.seconds, at_most=2.5),
    ]
