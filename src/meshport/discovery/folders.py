"""Where indexes are kept on disk: a folder for each registry, weights and format, as long as somebody uses it."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import msgspec

from meshport.discovery.ranking import Weights

FORMAT = 2
"""Of the documents and of what they are found by: another number is another index."""
KEPT_DAYS = 30
"""How long the folder of an index is kept that nobody searches: whoever does writes it once a day (`following`)."""


def index_folder() -> Path:
    """Return where indexes are kept for whoever works on this machine."""
    from platformdirs import user_cache_path

    return user_cache_path("meshport", appauthor=False) / "search"


def folder_of(cache: Path, registry: str, weights: Weights) -> Path:
    """Return the folder of an index below `cache`. Other weights, another format or library are another folder."""
    content = msgspec.json.encode([registry, FORMAT, version("tantivy"), sorted(weights.items())])
    return cache / hashlib.sha256(content).hexdigest()[:16]


def remove_unused(cache: Path, keep: Path) -> None:
    """Remove the folders below `cache` that nobody has used for long; `keep` stays.

    A folder gets another name before its files go, so that nobody finds half an index, and whoever makes one of the
    same name in this moment does not lose it. A process that had it open all the time finds it damaged at its next
    search, and makes it anew.
    """
    try:
        found = [path for path in cache.iterdir() if path != keep and path.is_dir() and _unused(path)]
    except OSError:
        return
    for path in found:
        gone = path.with_name(f"{path.name}.gone-{os.getpid()}")
        with suppress(OSError):  # another process was faster, or still has its files open
            path.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


def _unused(path: Path) -> bool:
    """Whether a folder was written last before it counts as used: `meta.json` is replaced by every commit."""
    written = path / "meta.json"
    try:
        return time.time() - (written if written.exists() else path).stat().st_mtime > KEPT_DAYS * 24 * 3600
    except OSError:
        return False
