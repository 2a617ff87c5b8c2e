"""Both engines, so that every test says what holds for either."""

from __future__ import annotations

from pathlib import Path

from meshport.discovery import Discovery
from meshport.discovery.discover import weights_of
from meshport.discovery.memory import MemoryEngine
from meshport.registry import Registry
from meshport.standards import load_standards

STANDARDS = load_standards()
WEIGHTS = weights_of(STANDARDS)
ENGINES = ("tantivy", "memory")


def discovery(registry: Registry, engine: str, cache: Path | None = None) -> Discovery:
    if engine == "tantivy":
        return Discovery.open(registry, STANDARDS, cache=cache)
    return Discovery(registry, WEIGHTS, lambda: MemoryEngine(WEIGHTS), lambda: MemoryEngine(WEIGHTS))
