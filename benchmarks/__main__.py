"""Runs benchmarks and prints their tables: `python -m benchmarks [NAME ...] [--ports N] [--json FILE]`."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path

from benchmarks.report import as_data, as_text

BENCHMARKS: dict[str, tuple[str, ...]] = {
    "load": (),
    "publish": ("ports",),
    "lineage": ("models",),
    "check": ("models",),
    "quality": ("rows",),
    "results": ("results",),
    "search": ("products",),
    "databricks": ("ports",),
    "marketplace": ("products",),
}
"""The options that each takes."""
ASKED_FOR = ("databricks", "marketplace")
"""What runs only when it is named: it takes long, or has a target of its own."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}; without any, most")
    parser.add_argument("--ports", type=int, default=1000, help="how many ports `publish` publishes; default: 1000")
    parser.add_argument("--models", type=int, default=10_000, help="how many models `lineage` resolves; default: 10000")
    parser.add_argument(
        "--rows", type=int, default=10_000_000, help="how many rows `quality` checks; default: 10000000"
    )
    parser.add_argument(
        "--products", type=int, default=100_000, help="how many products are searched and shown; default: 100000"
    )
    parser.add_argument("--results", type=int, default=20_000, help="how many test results `results` loads")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark named {', '.join(unknown)}")
    reports = []
    for name in options.names or [name for name in BENCHMARKS if name not in ASKED_FOR]:
        taken = {option: getattr(options, option) for option in BENCHMARKS[name]}
        report = import_module(f"benchmarks.{name}").run(**taken)
        print(as_text(report), flush=True)
        reports.append(as_data(report))
    if options.json:
        options.json.write_text(json.dumps(reports, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
