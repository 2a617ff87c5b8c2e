"""How far meshport and dbt-colibri agree on column lineage: `python -m benchmarks.agreement ARTIFACTS [PEER]`.

Prints counts, and a sample of the edges that only one of them has, to be judged by hand.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.peers import program
from meshport.artifacts import load_project
from meshport.lineage import column_lineage

Edge = tuple[str, str, str, str]
SAMPLE = 15


def main() -> None:
    artifacts, peer = Path(sys.argv[1]), (*sys.argv[2:], "colibri-best")[0]
    values, scans, rows, columns = ours(artifacts)
    theirs = {edge for edge in colibri(artifacts, peer) if (edge[2], edge[3]) in columns}
    named = {(edge[2], edge[3]) for edge in values | scans}
    print(f"columns: {len(columns)}; with an origin: meshport {len(named & columns)}, {peer} ", end="")
    print(len({(edge[2], edge[3]) for edge in theirs}))
    only_theirs = {edge for edge in theirs if edge not in values and edge not in scans}
    read = {edge for edge in only_theirs if edge[:3] in rows}
    print(f"edges of both: {len(theirs & (values | scans))}; only {peer}: {len(only_theirs - read)}", end="")
    print(f" (and {len(read)} that are scans of rows here); only meshport: {len(values - theirs)}")
    for title, edges in ((f"only {peer}", only_theirs - read), ("only meshport", values - theirs)):
        for edge in random.Random(1).sample(sorted(edges), min(SAMPLE, len(edges))):
            print(f"{title}: {edge[0]}.{edge[1]} -> {edge[2]}.{edge[3]}")


def ours(artifacts: Path) -> tuple[set[Edge], set[Edge], set[tuple[str, str, str]], set[tuple[str, str]]]:
    """Return edges that carry values, edges that only read, columns that decide rows, and all columns."""
    project = load_project(artifacts)
    values: set[Edge] = set()
    scans: set[Edge] = set()
    rows: set[tuple[str, str, str]] = set()
    columns: set[tuple[str, str]] = set()
    for name, found in column_lineage(project).nodes.items():
        node = project.nodes[name]
        if node.resource_type not in ("model", "snapshot") or not node.compiled_code or node.path.endswith(".py"):
            continue
        rows |= {(origin.node, origin.column.lower(), name) for origin in found.scans}
        for column in found.columns:
            columns.add((name, column.name.lower()))
            for origin in column.origins:
                edge = origin.node, origin.column.lower(), name, column.name.lower()
                (scans if origin.kind == "scan" else values).add(edge)
    return values, scans, rows, columns


def colibri(artifacts: Path, peer: str) -> set[Edge]:
    """Return the edges that dbt-colibri finds."""
    with tempfile.TemporaryDirectory() as folder:
        files = ["--manifest", str(artifacts / "manifest.json"), "--catalog", str(artifacts / "catalog.json")]
        command = [program(peer, "colibri"), "generate", "--light", "--disable-telemetry", "--output-dir", folder]
        subprocess.run([*command, *files], check=True, capture_output=True)
        edges = json.loads(Path(folder, "colibri-manifest.json").read_text(encoding="utf-8"))["lineage"]["edges"]
    return {
        (edge["source"], edge["sourceColumn"].lower(), edge["target"], edge["targetColumn"].lower())
        for edge in edges
        if edge["sourceColumn"] and edge["targetColumn"]
    }


if __name__ == "__main__":
    main()
