"""A dbt project as its artifacts describe it: what every reader of artifacts returns, whatever wrote them.

Everything is frozen and holds only what meshport uses. Names are dbt's.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec


class DbtColumn(msgspec.Struct, frozen=True, gc=False):
    """A column as declared in YAML. `meta` is `config.meta` over the older top-level `meta`."""

    name: str
    data_type: str | None = None
    description: str = ""
    constraints: tuple[dict[str, Any], ...] = ()
    meta: dict[str, Any] = {}
    tags: tuple[str, ...] = ()
    quote: bool | None = None


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A model, seed, snapshot or source. `checksum` is the source file's; `compiled_code` is None where not compiled.

    `path` is the file, from the root of its package (dbt's `original_file_path`).
    """

    unique_id: str
    resource_type: str
    name: str
    package_name: str
    path: str
    patch_path: str | None = None
    database: str | None = None
    schema: str | None = None
    identifier: str
    relation_name: str | None = None
    description: str = ""
    columns: tuple[DbtColumn, ...] = ()
    constraints: tuple[dict[str, Any], ...] = ()
    meta: dict[str, Any] = {}
    tags: tuple[str, ...] = ()
    materialized: str | None = None
    group: str | None = None
    access: str = "protected"
    contract_enforced: bool = False
    version: str | None = None
    latest_version: str | None = None
    deprecation_date: str | None = None
    primary_key: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    checksum: str | None = None
    compiled_code: str | None = None
    fqn: tuple[str, ...] = ()


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """A data test or unit test. `kind` is the generic test's name with its namespace, `singular`, or `unit`.

    `checksum` is None for generic tests: dbt makes their arguments part of the unique id instead. `arguments` are a
    generic test's own, without the column and the model; `limits` are those of its configs that say which rows it
    looks at and when it fails, where they are not dbt's defaults.
    """

    unique_id: str
    name: str
    kind: str
    column: str | None = None
    attached_node: str | None = None
    depends_on: tuple[str, ...] = ()
    severity: str = "error"
    arguments: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    checksum: str | None = None
    compiled_code: str | None = None

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes this test is of: the one dbt attached it to, else all that it reads."""
        return self.depends_on if self.attached_node is None else (self.attached_node,)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A dbt group. `owner` keeps dbt's keys (`name`, `email`, and whatever else was declared)."""

    unique_id: str
    name: str
    package_name: str
    path: str
    description: str = ""
    owner: dict[str, Any] = {}
    meta: dict[str, Any] = {}


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """An exposure: something outside dbt that reads models."""

    unique_id: str
    name: str
    type: str
    label: str | None = None
    description: str = ""
    owner: dict[str, Any] = {}
    url: str | None = None
    depends_on: tuple[str, ...] = ()
    meta: dict[str, Any] = {}


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one node in one run. Time stamps are ISO 8601 in UTC, as dbt wrote them."""

    unique_id: str
    status: str
    failures: int | None = None
    message: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    execution_time: float = 0.0
    relation_name: str | None = None
    compiled_code: str | None = None
    invocation_id: str | None = None
    environment: dict[str, str] = {}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of dbt. `target` is None for the profile's default; time stamps are as those of its results."""

    invocation_id: str
    command: str
    target: str | None
    started_at: str
    ended_at: str
    results: tuple[Result, ...]


class KeptRun(msgspec.Struct, frozen=True):
    """What `meshport build` keeps of a run beside its results.

    `target` is the dbt target, None for the profile's default; `checksums` are those of what ran, by unique id.
    """

    target: str | None
    checksums: dict[str, str]


class Project(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One dbt project. `results` holds, per node, the newest result of a command that really ran it.

    `kept` is what `meshport build` kept of each run, by invocation id.
    `catalog` maps a node's unique id to its real columns as (name, type), in order.
    `environment` is the `DBT_ENV_CUSTOM_ENV_*` of the manifest, `invocation_id` the dbt run that wrote it.
    """

    name: str
    adapter_type: str
    dbt_version: str
    generated_at: str
    invocation_id: str | None = None
    environment: dict[str, str]
    nodes: dict[str, Node]
    tests: dict[str, Test]
    groups: dict[str, Group]
    exposures: dict[str, Exposure]
    results: dict[str, Result]
    kept: dict[str, KeptRun] = {}
    catalog: dict[str, tuple[tuple[str, str], ...]]
    foreign_results: int = 0

    def tests_of(self, unique_id: str) -> list[Test]:
        """Return the tests of one node, data tests and unit tests, ordered by unique id."""
        return self._tests_by_node.get(unique_id, [])

    @cached_property
    def _tests_by_node(self) -> dict[str, list[Test]]:
        found: dict[str, list[Test]] = {}
        for test in sorted(self.tests.values(), key=lambda test: test.unique_id):
            for node in test.nodes:
                found.setdefault(node, []).append(test)
        return found
