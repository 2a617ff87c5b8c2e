"""Loading artifacts, against `orjson.loads` of the same files and dbt-artifacts-parser; and start-up."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import measure, measure_command
from benchmarks.report import Goal, Report, Row

DATA = Path(os.environ.get("MESHPORT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
MODELS = 10_000
HEAVY = ("sqlglot", "duckdb", "pydantic", "sqlalchemy", "ruamel", "jinja2", "copier", "dbt")

_FILES = """
from pathlib import Path
folder = Path(sys.argv[1])
files = [path for name in ("manifest", "run_results", "catalog") if (path := folder / f"{name}.json").exists()]
"""
_OURS = _FILES + "from meshport.artifacts import load_project"
_ORJSON = _FILES + "import gc, orjson"
_PARSER = _FILES + (
    "from dbt_artifacts_parser.parser import parse_catalog, parse_manifest, parse_run_results\n"
    "parse = dict(zip(('manifest', 'run_results', 'catalog'), (parse_manifest, parse_run_results, parse_catalog)))"
)


def run() -> Report:
    """Measure the largest shared project, a generated one of 10,000 models, and start-up."""
    rows = _load("tuva", DATA / "tuva")
    with tempfile.TemporaryDirectory() as folder:
        generator = [sys.executable, "-m", "benchmarks.manifest", f"{folder}/manifest.json", str(MODELS)]
        subprocess.run(generator, check=True)
        size = Path(folder, "manifest.json").stat().st_size / 1e6
        rows += _load(f"generated, {size:.0f} MB", Path(folder), parser_runs=1)
    goals = _goals(rows)
    start = _start_up()
    rows += start
    goals.append(
        Goal("start-up: time of `meshport --help` to `python -c pass`", start[0].seconds / start[1].seconds, 6)
    )
    imported = [module for module in heavy_imports() if module]
    goals.append(Goal("start-up: heavy modules that `meshport --help` imports", len(imported), 1))
    return Report("load", rows, goals, [f"`meshport --help` imports: {', '.join(imported) or 'nothing heavy'}"])


def heavy_imports() -> list[str]:
    """Return the heavy modules that are loaded after `meshport --help`."""
    code = (
        "import contextlib, io, sys\nfrom meshport.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    main(['--help'])\n"
        "print(' '.join(name for name in sys.argv[1:] if name in sys.modules))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *HEAVY], check=True, capture_output=True, text=True
    ).stdout.split()


def _load(subject: str, folder: Path, parser_runs: int = 3) -> list[Row]:
    loads = "loaded = [orjson.loads(path.read_bytes()) for path in files]"
    parses = "loaded = [parse[path.stem](json.loads(path.read_bytes())) for path in files]"
    return [
        measure(subject, "meshport load_project", _OURS, "loaded = load_project(folder)", str(folder)),
        measure(subject, "orjson.loads", _ORJSON, loads, str(folder)),
        measure(subject, "orjson.loads, collector off", _ORJSON + "\ngc.disable()", loads, str(folder)),
        measure(subject, "dbt-artifacts-parser", _PARSER, parses, str(folder), runs=parser_runs),
    ]


def _start_up() -> list[Row]:
    programs = Path(sys.executable).parent
    return [
        measure_command("start-up", "meshport --help", [str(programs / "meshport"), "--help"], runs=15),
        measure_command("start-up", "python -c pass", [sys.executable, "-c", "pass"], runs=15),
        measure_command("start-up", "dbt --version", [str(programs / "dbt"), "--version"], runs=3),
    ]


def _goals(rows: list[Row]) -> list[Goal]:
    goals = []
    for position in range(0, len(rows), 4):
        ours, collecting, fast, parser = rows[position : position + 4]
        goals += [
            Goal(f"{ours.subject}: time to orjson.loads", ours.seconds / collecting.seconds, at_most=1),
            Goal(f"{ours.subject}: time to orjson.loads, collector off", ours.seconds / fast.seconds, at_most=1),
            Goal(f"{ours.subject}: memory to orjson.loads", ours.peak_mb / fast.peak_mb, at_most=1),
            Goal(f"{ours.subject}: times faster than the parser", parser.seconds / ours.seconds, at_least=20),
        ]
    return goals
