"""The column lineage of a whole project: along its graph, from the cache where nothing changed, on every core."""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import msgspec

from meshport.artifacts.project import Node, Project
from meshport.lineage.cache import Cache, open_cache
from meshport.lineage.nodes import Nodes
from meshport.lineage.statement import Parent, Resolver, Statement, through
from meshport.lineage.types import ColumnLineage, Lineage, NodeLineage

ENGINE = "2"
"""Raised when the same SQL gives another lineage than before: it is a part of every key of the cache."""
WORTH_WORKERS = 150
"""From how many nodes on a second process pays for its start."""

_BY_SNAPSHOT = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
Tell = Callable[[str, int, int], None]


def column_lineage(
    project: Project,
    *,
    cache: Path | None = None,
    workers: int | None = None,
    only: Collection[str] | None = None,
    tell: Tell | None = None,
) -> Lineage:
    """Return where every column of a project comes from.

    `cache` is an SQLite file that is made where it is missing, and done without where it cannot be written.
    `workers` is the number of processes, one a core by default. `only` are unique ids: they and all above them are
    resolved, nothing else. `tell` hears of the progress.
    """
    wanted = project.nodes.keys() if only is None else _above(project, only)
    run = _Run(project, wanted)
    with open_cache(cache) as kept:
        return run.all(kept, workers or _cores(), tell or (lambda label, done, total: None))


def node_formulas(project: Project, lineage: Lineage, unique_id: str) -> NodeLineage:
    """Return one node's lineage with the formula of every column, given the lineage of what is above it."""
    node = project.nodes[unique_id]
    run = _Run(project, [unique_id])
    run.results = lineage.nodes
    if not _is_sql(node):
        return lineage.nodes.get(unique_id) or run.leaf(node)
    resolver = Resolver(project.adapter_type, formulas=True)
    return run.finished(unique_id, resolver.resolve(run.statement(node), run.parents(node)))


class _Run:
    """One computation: what is known of each node's columns grows from the sources down."""

    def __init__(self, project: Project, wanted: Collection[str]) -> None:
        self.project = project
        self.wanted = wanted
        self.found = Nodes(self.finished)
        self.results: Mapping[str, NodeLineage] = self.found
        self.digests: dict[str, bytes] = {}
        self.known: dict[str, Parent] = {}

    @cached_property
    def resolver(self) -> Resolver:
        """Made when something is to be resolved: it loads a dialect, which takes longer than a thousand look-ups."""
        return Resolver(self.project.adapter_type)

    @cached_property
    def by_place(self) -> dict[str, str]:
        """The nodes by the names that hard-coded SQL has for their relations: most projects never ask."""
        return {
            text.lower(): node.unique_id
            for node in self.project.nodes.values()
            for text in (f"{node.database}.{node.schema}.{node.identifier}", f"{node.schema}.{node.identifier}")
        }

    def all(self, cache: Cache, workers: int, tell: Tell) -> Lineage:
        levels, cyclic = _levels(self.project, self.wanted)
        total = sum(map(len, levels))
        done = 0
        seed = _digest(ENGINE, self.project.adapter_type, _parser_version())
        sql = {node.unique_id for level in levels for node in level if _is_sql(node)}
        with _pool(self, workers if len(sql) - len(cache) >= WORTH_WORKERS else 1) as resolve:
            for level in levels:
                missing: list[tuple[bytes, Node]] = []
                for node in level:
                    if node.unique_id not in sql:
                        self.keep(node, self.leaf(node), None)
                        continue
                    key = self.key(seed, node)
                    found = cache.get(key)
                    if found is None:
                        missing.append((key, node))
                    else:
                        payload, self.digests[node.unique_id] = found
                        self.found.add_kept(node.unique_id, payload)
                for (key, node), payload in zip(missing, resolve([node for _, node in missing]), strict=True):
                    result = _decode(payload)
                    self.keep(node, result, cache.put(key, payload, _names_digest(result)))
                done += len(level)
                if total >= WORTH_WORKERS:  # a small project is resolved before anybody could read of it
                    tell("Resolving column lineage", done, total)
        for node in cyclic:
            reason = "it depends on itself through other models"
            self.found.add(node.unique_id, NodeLineage(node.unique_id, complete=False, reason=reason))
        return Lineage(self.results)

    def keep(self, node: Node, result: NodeLineage, digest: bytes | None) -> None:
        self.found.add(node.unique_id, result)
        self.digests[node.unique_id] = digest or _names_digest(result)

    def finished(self, unique_id: str, result: NodeLineage) -> NodeLineage:
        """Return it as the project knows it: hard-coded relations by their nodes, a snapshot with dbt's columns."""
        if result.foreign:
            result = through(self.by_place, result)
        if self.project.nodes[unique_id].resource_type == "snapshot":
            have = {column.name.lower() for column in result.columns}
            added = tuple(ColumnLineage(name, "", ()) for name in _BY_SNAPSHOT if name not in have)
            result = msgspec.structs.replace(result, columns=(*result.columns, *added))
        return result

    def key(self, seed: bytes, node: Node) -> bytes:
        """Return what a node's lineage depends on, as one digest: its SQL, its own columns, its parents' columns."""
        digest = hashlib.blake2b(seed, digest_size=16)
        digest.update((node.compiled_code or "").encode())
        digest.update("\0".join([name for name, _ in self.project.catalog.get(node.unique_id, ())]).encode())
        for parent in node.depends_on:
            digest.update(parent.encode())
            digest.update(self.digests.get(parent, b"?"))
        return digest.digest()

    def statement(self, node: Node) -> Statement:
        columns = tuple(name for name, _ in self.project.catalog.get(node.unique_id, ()))
        declared = columns or tuple(column.name for column in node.columns)
        return Statement(node.unique_id, node.compiled_code or "", declared, _place(node))

    def parents(self, node: Node) -> list[Parent]:
        return [self.parent(name) for name in node.depends_on if name in self.project.nodes]

    def parent(self, unique_id: str) -> Parent:
        found = self.known.get(unique_id)
        if found is None:
            node, result = self.project.nodes[unique_id], self.results.get(unique_id)
            names = tuple([column.name for column in result.columns]) if result else ()
            complete = result is not None and result.complete
            ephemeral = node.identifier if node.materialized == "ephemeral" else ""
            found = self.known[unique_id] = Parent(unique_id, _place(node), names, complete, ephemeral)
        return found

    def leaf(self, node: Node) -> NodeLineage:
        """Return a node without SQL: its columns as the catalog or, failing that, its YAML has them."""
        catalog = self.project.catalog.get(node.unique_id)
        if catalog:
            columns = tuple(ColumnLineage(name, "", ()) for name, _ in catalog)
        else:
            real = self.resolver.dialect.real
            columns = tuple(ColumnLineage(real(column.name, bool(column.quote)), "", ()) for column in node.columns)
        if node.resource_type in ("source", "seed"):
            return NodeLineage(node.unique_id, columns, complete=bool(catalog))
        why = "it is a Python model" if node.path.endswith(".py") else "it is not compiled: run `dbt compile`"
        lost = tuple(msgspec.structs.replace(column, status="unresolved", reason=why) for column in columns)
        return NodeLineage(node.unique_id, lost, complete=bool(catalog), reason=why)

    def resolve(self, nodes: Iterable[Node]) -> list[bytes]:
        return [_encode(self.resolver.resolve(self.statement(node), self.parents(node))) for node in nodes]


_run: _Run | None = None


def _resolve_batch(unique_ids: list[str], learnt: bytes) -> list[bytes]:
    """Resolve nodes in a worker, which has the project by being forked, given the columns found since then."""
    assert _run is not None
    for parent in _decode_parents(learnt):
        _run.known[parent.unique_id] = parent
    return _run.resolve(_run.project.nodes[unique_id] for unique_id in unique_ids)


@contextmanager
def _pool(run: _Run, workers: int) -> Iterator[Callable[[list[Node]], Iterable[bytes]]]:
    """Yield how to resolve a level of nodes: here, or in forked processes, which share the manifest's memory."""
    # What was loaded is not looked through for garbage again and again, and in a forked process stays shared.
    gc.freeze()
    if workers < 2 or sys.platform in ("win32", "darwin"):
        try:
            yield run.resolve
        finally:
            gc.unfreeze()
        return
    global _run
    _run = run
    _ = run.resolver  # loaded once, before the forks
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as executor:

        def resolve(nodes: list[Node]) -> Iterator[bytes]:
            if len(nodes) < 2 * workers:
                yield from run.resolve(nodes)
                return
            size = max(1, min(64, -(-len(nodes) // (2 * workers))))
            batches = [nodes[i : i + size] for i in range(0, len(nodes), size)]
            futures = []
            for batch in batches:
                needed = {parent.unique_id: parent for node in batch for parent in run.parents(node)}
                ids = [node.unique_id for node in batch]
                futures.append(executor.submit(_resolve_batch, ids, _encode_parents(list(needed.values()))))
            for future in futures:
                yield from future.result()

        try:
            yield resolve
        finally:
            _run = None
            gc.unfreeze()


_encoder = msgspec.msgpack.Encoder()
_node_decoder = msgspec.msgpack.Decoder(NodeLineage)
_parents_decoder = msgspec.msgpack.Decoder(list[Parent])
_encode, _decode = _encoder.encode, _node_decoder.decode
_encode_parents, _decode_parents = _encoder.encode, _parents_decoder.decode


def _names_digest(result: NodeLineage) -> bytes:
    return _digest(str(result.complete), *(column.name for column in result.columns))


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()


def _parser_version() -> str:
    from importlib.metadata import version

    return version("sqlglot")


def _place(node: Node) -> tuple[str, str, str]:
    return (node.database or "").lower(), (node.schema or "").lower(), node.identifier.lower()


def _is_sql(node: Node) -> bool:
    return node.resource_type in ("model", "snapshot") and bool(node.compiled_code) and not node.path.endswith(".py")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _above(project: Project, unique_ids: Collection[str]) -> set[str]:
    """Return these nodes and all that they are built from."""
    found: set[str] = set()
    waiting = [name for name in unique_ids if name in project.nodes]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [parent for parent in project.nodes[name].depends_on if parent in project.nodes]
    return found


def _levels(project: Project, wanted: Collection[str]) -> tuple[list[list[Node]], list[Node]]:
    """Return the nodes in levels, each depending on earlier ones only, and those in cycles (Kahn's algorithm)."""
    waiting: dict[str, int] = {}
    among = wanted.__contains__
    children: dict[str, list[str]] = {}
    for name in wanted:
        parents = set(filter(among, project.nodes[name].depends_on))
        waiting[name] = len(parents)
        for parent in parents:
            children.setdefault(parent, []).append(name)
    level = [name for name, count in waiting.items() if count == 0]
    levels: list[list[Node]] = []
    while level:
        levels.append([project.nodes[name] for name in level])
        following = []
        for name in level:
            for child in children.get(name, ()):
                waiting[child] -= 1
                if waiting[child] == 0:
                    following.append(child)
        level = following
    cyclic = [project.nodes[name] for name, count in waiting.items() if count > 0]
    return levels, cyclic
