"""What dbt-databricks itself sends for the tags of the same ports: `databricks_tags`, built twice.

The models are those of `benchmarks.ports` in the adapter's words, which reads a column's tags from its top level only.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.ports import COLUMNS, DOMAIN, PRODUCTS, model_name
from benchmarks.report import Row

_TAGS = re.compile(r"\bset\s+tags\b", re.I)


def builds(folder: Path, double: Any, ports: int, threads: int, listed: str) -> list[Row]:
    """Build models of the columns `listed`, with tags, twice, and count statements. Raises where dbt fails."""
    _write(folder, double, ports, threads, listed)
    return [_build(folder, double, ports, what) for what in ("dbt-databricks, first build", "dbt-databricks, again")]


def _write(folder: Path, double: Any, ports: int, threads: int, listed: str) -> None:
    project = {
        "name": "tagged",
        "version": "1.0.0",
        "config-version": 2,
        "profile": "tagged",
        "flags": {"send_anonymous_usage_stats": False},
        "models": {"tagged": {"+materialized": "table"}},
    }
    output = double.profile("owner", catalog=DOMAIN, schema="tagged", threads=threads)
    models = folder / "models"
    models.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(json.dumps(project))
    (folder / "profiles.yml").write_text(json.dumps({"tagged": {"target": "dev", "outputs": {"dev": output}}}))
    for number in range(ports):
        name = model_name(number)
        (models / f"{name}.sql").write_text(f"select {listed} from range(20) as t(i)\n")
        (models / f"{name}.yml").write_text(json.dumps({"models": [_model(name, number)]}))


def _model(name: str, number: int) -> dict[str, Any]:
    tags = {
        "data_product": f"product_{number % PRODUCTS}",
        "domain": DOMAIN,
        "tier": "gold",
        "owner": "benchmarks@example.com",
    }
    columns = [
        {"name": column, **({"databricks_tags": {"classification": classification}} if classification else {})}
        for column, _, _, classification in COLUMNS
    ]
    return {"name": name, "config": {"databricks_tags": tags}, "columns": columns}


def _build(folder: Path, double: Any, ports: int, what: str) -> Row:
    mark = len(double.statements)
    command = [str(Path(sys.executable).with_name("dbt")), "run", "--quiet"]
    begin = time.perf_counter()
    subprocess.run(command, check=True, cwd=folder, env={**os.environ, **double.environment("owner")})
    seconds = time.perf_counter() - begin
    sent = [each.statement for each in double.statements[mark:] if each.source == "thrift"]
    counts = {"statements": len(sent), "set tags": sum(1 for each in sent if _TAGS.search(each))}
    return Row(f"{ports} ports", what, seconds, 0.0, 1, counts)
