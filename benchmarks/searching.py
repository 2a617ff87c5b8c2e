"""One engine over one registry, in a process of its own: `python -m benchmarks.searching ENGINE REGISTRY CACHE`.

Prints what it took as JSON: seconds to build, to follow one publication, and of each query, by the clock and of the
processor; megabytes on disk; and how many products the queries found.
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.many_products import GRAINS
from meshport.discovery import Discovery, Query
from meshport.discovery.discover import weights_of
from meshport.discovery.documents import texts
from meshport.discovery.memory import MemoryEngine
from meshport.discovery.types import Results
from meshport.registry import Registry
from meshport.registry.types import PublicationRecord
from meshport.standards import load_standards
from meshport.standards.ranking import FIELDS

ROUNDS = 40
Ask = Callable[[Query], int]


def mix(registry: Registry) -> list[Query]:
    """Return queries as a marketplace gets them: words, unfinished and misspelt ones, filters; all with facets."""
    chance = random.Random(2)
    keys = registry.product_keys()
    heads = registry.heads_of(chance.sample(keys, ROUNDS))
    asked: list[Query] = []
    for version in heads.values():
        product = version.product
        title, column = product.title.split(), product.ports[0].contract.columns[-1].name
        place, subject = title[-2], title[0]
        spoilt = place[:3] + place[4:]
        words = (
            subject,
            f"{subject} {place}",
            product.title,
            f"{subject} {place[:4]}",
            place,
            column.replace("_", " "),
        )
        asked += [Query(text=text, facets=True) for text in (*words, spoilt, f"{subject} {chance.choice(GRAINS)}")]
        asked.append(Query(text=subject, domain=product.domain, facets=True))
        asked.append(Query(text=place, column=column, facets=True))
        asked.append(Query(classification=None, domain=product.domain, offset=20, facets=True))
    asked.append(Query(facets=True))
    return asked


def ours(engine: str, registry: Registry, cache: Path) -> tuple[Ask, Callable[[], Results]]:
    standards = load_standards()
    weights = weights_of(standards)
    if engine == "tantivy":
        found = Discovery.open(registry, standards, cache=cache)
    else:
        found = Discovery(registry, weights, lambda: MemoryEngine(weights), lambda: MemoryEngine(weights))
    return (lambda query: found.search(query).total), (lambda: found.search(Query(text="nothing of this kind")))


def fts5(registry: Registry, cache: Path) -> tuple[Ask, Callable[[], None]]:
    """SQLite's own full text search as one would set it up: weights by field, beginnings of the last word."""
    from meshport.discovery.documents import of_version
    from meshport.registry.types import Signals

    weights = weights_of(load_standards())
    cache.mkdir()
    database = sqlite3.connect(cache / "fts5.db")
    columns = ", ".join(f'"{field}"' for field in FIELDS)
    database.execute(f"CREATE VIRTUAL TABLE found USING fts5(key UNINDEXED, {columns}, tokenize='unicode61')")
    keys = registry.product_keys()
    marks = ", ".join("?" for _ in range(len(FIELDS) + 1))
    for start in range(0, len(keys), 500):
        for version in registry.heads_of(keys[start : start + 500]).values():
            by_field = texts(of_version(version, (), Signals()))
            row = (version.product.key, *(" ".join(by_field[field]) for field in FIELDS))
            database.execute(f"INSERT INTO found VALUES ({marks})", row)
    database.commit()
    order = f"bm25(found, 0, {', '.join(str(weights[field]) for field in FIELDS)})"

    def ask(query: Query) -> int:
        said = " ".join(f'"{word}"' for word in query.text.split())
        if not said:
            return len(database.execute("SELECT key FROM found LIMIT 20").fetchall())
        some = f"SELECT key FROM found WHERE found MATCH ? ORDER BY {order} LIMIT 20"
        return len(database.execute(some, (f"{said}*",)).fetchall())

    return ask, lambda: None


def main(engine: str, registry_path: str, cache: str) -> None:
    with Registry.open(f"sqlite:///{registry_path}", create=False) as registry:
        queries = mix(registry)
        begin = time.perf_counter()
        ask, _ = fts5(registry, Path(cache)) if engine == "fts5" else ours(engine, registry, Path(cache))
        ask(Query(text="first"))
        built = time.perf_counter() - begin
        follow = 0.0
        if engine != "fts5":
            version = registry.require(registry.product_keys()[0])
            again = PublicationRecord(
                product=version.product,
                version="1.0.0",
                digest="x",
                plan_digest=f"again {engine}",
                actor="user:ann",
                catalog=version.catalog,
                catalog_type=version.catalog_type,
            )
            registry.record_publication(again)
            begin = time.perf_counter()
            ask(Query(text="first"))
            follow = time.perf_counter() - begin
        seconds: list[float] = []
        processor: list[float] = []
        found = 0
        for query in queries:
            begin, used = time.perf_counter(), time.process_time()
            found += ask(query) > 0
            seconds.append(time.perf_counter() - begin)
            processor.append(time.process_time() - used)
    seconds.sort()
    processor.sort()
    on_disk = (
        sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file()) if Path(cache).exists() else 0
    )
    told = {
        "build": built,
        "follow": follow,
        "p50": percentile(seconds, 0.5),
        "p95": percentile(seconds, 0.95),
        "processor_p95": percentile(processor, 0.95),
        "queries": len(queries),
        "answered": found,
        "disk_mb": on_disk >> 20,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    }
    print(json.dumps(told))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which that share of them is."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main(*sys.argv[1:])
