"""Searching: how fast among very many products, and how good the order is by judgement."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.judged.ndcg import mean_ndcg
from benchmarks.judged.products import NOW, judged, judgements
from benchmarks.old_search import search as old_search
from benchmarks.report import Goal, Report, Row
from meshport.discovery.discover import weights_of
from meshport.discovery.engine import Engine, State
from meshport.discovery.looking import look_up
from meshport.discovery.memory import MemoryEngine
from meshport.discovery.ranking import entry_of
from meshport.discovery.types import Query
from meshport.registry.types import Mark
from meshport.standards import load_standards

ENGINES = {"tantivy": "tantivy, in a folder", "memory": "without the extra, in Python", "fts5": "SQLite FTS5"}


def run(products: int) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        registry = Path(folder) / "registry.db"
        script = "import sys; from pathlib import Path; from benchmarks.many_products import write_registry; "
        write = f"{script}write_registry(Path(sys.argv[1]), int(sys.argv[2]))"
        subprocess.run([sys.executable, "-c", write, str(registry), str(products)], check=True)
        told = {engine: _measured(engine, registry, Path(folder) / engine) for engine in ENGINES}
    rows = [
        Row(subject, ENGINES[engine], found[measure], found["peak_mb"], 1, _counts(found))
        for measure, subject in (
            ("build", f"index {products:,} products"),
            ("follow", "follow one publication"),
            ("p50", "query, p50"),
            ("p95", "query, p95"),
        )
        for engine, found in told.items()
        if found[measure]
    ]
    orders = _orders()
    goals = [
        Goal(
            f"milliseconds a query takes, p95 of {told['tantivy']['queries']}",
            told["tantivy"]["p95"] * 1000,
            at_most=10,
        ),
        Goal("nDCG@10 of 50 judged queries", orders["tantivy"], at_least=0.943),
    ]
    return Report(
        "search",
        rows,
        goals,
        [
            f"nDCG@10: {orders['tantivy']:.3f} with tantivy, {orders['memory']:.3f} without, {orders['old']:.3f} in "
            "the order there was before.",
            "Queries are whole: the registry asked for changes, words corrected, facets counted. FTS5 does none of "
            "that: it finds the products of a page.",
        ],
    )


def _measured(engine: str, registry: Path, cache: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.searching", engine, str(registry), str(cache)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _counts(found: dict[str, Any]) -> dict[str, int]:
    return {
        "CPU p95 us": round(found["processor_p95"] * 1e6),
        "MB on disk": found["disk_mb"],
        "queries answered": found["answered"],
    }


def _orders() -> dict[str, float]:
    """Return nDCG@10 by engine, and of the order that there was before."""
    from meshport.discovery.tantivy_engine import TantivyEngine

    weights = weights_of(load_standards())
    items, grades = judged(), judgements()
    engines: dict[str, Engine] = {"tantivy": TantivyEngine(weights, None), "memory": MemoryEngine(weights)}
    found = {}
    for name, engine in engines.items():
        with engine.writing() as writer:
            entries = [entry_of(document, weights, NOW) for _, document in items]
            writer.put(entries, State(Mark(0, ""), NOW.isoformat()))

        def order(query: str, engine: Engine = engine) -> list[str]:
            return [hit.document.key for hit in look_up([engine], Query(text=query), weights, NOW).hits]

        found[name] = mean_ndcg(order, grades)
    products = [product for product, _ in items]
    return {**found, "old": mean_ndcg(lambda query: old_search(products, query), grades)}
