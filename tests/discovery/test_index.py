"""The index on disk: it follows the registry, and survives whatever is done to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from meshport.discovery import Discovery, Query
from meshport.discovery.engine import Busy, Engine
from meshport.discovery.folders import remove_unused
from meshport.discovery.tantivy_engine import TantivyEngine
from meshport.registry import Registry
from tests.discovery.opening import STANDARDS, WEIGHTS, discovery
from tests.registry.samples import product, record, url


def publish(registry: Registry, *names: str, **changes: str) -> None:
    for name in names:
        item = product(name, title=f"Thing {name}", ports=(), **changes)
        plan = f"{name} {changes}"
        registry.record_publication(record(item, plan_digest=plan, digest=plan, version=plan))


def names(found: Discovery, text: str = "thing") -> set[str]:
    return {hit.document.name for hit in found.search(Query(text=text)).hits}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def reads(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many products each reading of the registry was about."""
    counted: list[int] = []
    whole = Registry.standing_of

    def counting(self: Registry, keys: list[str]) -> object:
        counted.append(len(keys))
        return whole(self, keys)

    monkeypatch.setattr(Registry, "standing_of", counting)
    return counted


def test_only_what_changed_is_read_again(registry: Registry, cache: Path, reads: list[int]) -> None:
    publish(registry, *(f"p{number}" for number in range(20)))
    first = discovery(registry, "tantivy", cache)
    assert len(names(first)) == 20
    publish(registry, "p3", description="New.")
    assert names(first, "new") == {"p3"}
    registry.set_product_status("sales.p4", "retired", actor="user:ann")
    registry.audit("user:eve", "query", "sales.p5", {})
    assert "p4" not in names(first)
    assert len(names(discovery(registry, "tantivy", cache))) == 19  # another process finds it as it was left
    assert reads == [20, 1, 1]


def test_another_registry_or_one_restored_from_a_copy_is_read_anew(
    registry: Registry, path: Path, cache: Path, tmp_path: Path
) -> None:
    publish(registry, "one")
    with closing(sqlite3.connect(path)) as kept, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        kept.backup(copy)
    publish(registry, "two", "three")
    assert names(discovery(registry, "tantivy", cache)) == {"one", "two", "three"}
    registry.close()
    for left in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        left.unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", path)
    with Registry.open(url(path)) as restored:
        publish(restored, "four", "five", "six")
        assert names(discovery(restored, "tantivy", cache)) == {"one", "four", "five", "six"}


def _delete(folder: Path) -> None:
    shutil.rmtree(folder)


def _truncate(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scramble(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        if path.is_file() and path.name != "meta.json":
            path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))


def _replace(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path)
        path.write_text("not a folder")


def _lose_meta(folder: Path) -> None:
    for path in folder.rglob("meta.json"):
        path.write_text("{}")


@pytest.mark.parametrize("damage", [_delete, _truncate, _scramble, _replace, _lose_meta])
def test_a_damaged_index_is_made_anew(registry: Registry, cache: Path, damage: object) -> None:
    publish(registry, "one", "two")
    running = discovery(registry, "tantivy", cache)
    assert names(running) == {"one", "two"}
    assert callable(damage)
    damage(cache)
    assert names(discovery(registry, "tantivy", cache)) == {"one", "two"}
    publish(registry, "three")
    assert names(running) == {"one", "two", "three"}
    assert names(discovery(registry, "tantivy", cache)) == {"one", "two", "three"}


def test_other_weights_are_another_index(registry: Registry, cache: Path) -> None:
    import msgspec

    publish(registry, "one")
    assert names(discovery(registry, "tantivy", cache)) == {"one"}
    weight = msgspec.structs.replace(STANDARDS.ranking["title"], weight=1.0)
    other = msgspec.structs.replace(STANDARDS, ranking={**STANDARDS.ranking, "title": weight})
    assert names(Discovery.open(registry, other, cache=cache)) == {"one"}
    assert len(list(cache.iterdir())) == 2


def test_an_index_that_nobody_uses_goes(registry: Registry, cache: Path) -> None:
    publish(registry, "one")
    kept = discovery(registry, "tantivy", cache)
    assert names(kept) == {"one"}
    old, recent, half = cache / "old", cache / "recent", cache / "half"
    for folder in (old, recent):
        shutil.copytree(next(cache.iterdir()), folder)
    half.mkdir()
    (cache / "note.txt").write_text("not an index")
    long_ago = time.time() - 31 * 24 * 3600
    for path in (old / "meta.json", half, cache / "note.txt"):
        os.utime(path, (long_ago, long_ago))
    before = {path.name for path in cache.iterdir()}
    assert names(discovery(registry, "tantivy", cache)) == {"one"}
    assert {path.name for path in cache.iterdir()} == before - {"old", "half"}


def test_an_index_that_another_process_removed_is_made_anew(registry: Registry, cache: Path) -> None:
    publish(registry, "one")
    running = discovery(registry, "tantivy", cache)
    assert names(running) == {"one"}
    (folder,) = cache.iterdir()
    long_ago = time.time() - 31 * 24 * 3600
    os.utime(folder / "meta.json", (long_ago, long_ago))
    remove_unused(cache, keep=cache / "another")  # what another process does that opens another index
    assert list(cache.iterdir()) == []
    publish(registry, "two")
    assert names(running) == {"one", "two"}


def test_where_nothing_can_be_written_it_is_in_memory(registry: Registry, tmp_path: Path) -> None:
    publish(registry, "one")
    (tmp_path / "file").write_text("")
    assert names(discovery(registry, "tantivy", tmp_path / "file" / "below")) == {"one"}


def test_while_another_writes_what_there_is_is_searched(registry: Registry, cache: Path) -> None:
    publish(registry, "one")
    found = discovery(registry, "tantivy", cache)
    assert names(found) == {"one"}
    (folder,) = cache.iterdir()
    other: Engine = TantivyEngine(WEIGHTS, folder)
    with other.writing():
        publish(registry, "two")
        with pytest.raises(Busy), TantivyEngine(WEIGHTS, folder).writing():
            pass
        assert names(found) == {"one"}
    assert names(found) == {"one", "two"}


_PROCESS = """
import sys
from pathlib import Path
from meshport.discovery import Discovery, Query
from meshport.registry import Registry
from meshport.standards import load_standards
with Registry.open(sys.argv[1]) as registry:
    found = Discovery.open(registry, load_standards(), cache=Path(sys.argv[2]))
    for _ in range(10):
        assert found.search(Query(text="thing", size=None)).total >= 30
"""


def test_processes_and_threads_share_an_index(registry: Registry, path: Path, cache: Path) -> None:
    publish(registry, *(f"p{number}" for number in range(30)))
    command = [sys.executable, "-c", _PROCESS, url(path), str(cache)]
    other = subprocess.Popen(command)
    found = discovery(registry, "tantivy", cache)
    failed: list[BaseException] = []

    def search() -> None:
        try:
            for _ in range(10):
                assert found.search(Query(text="thing", facets=True)).total >= 30
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        publish(registry, f"more{number}")
    for thread in threads:
        thread.join()
    assert not failed
    assert other.wait() == 0
    assert found.search(Query(text="thing")).total == 35
