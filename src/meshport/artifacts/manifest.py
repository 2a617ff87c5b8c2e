"""From `manifest.json` to nodes, tests, groups and exposures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from meshport.artifacts import wire
from meshport.artifacts.project import DbtColumn, Exposure, Group, Node, Test
from meshport.artifacts.reading import Metadata, read_artifact

SCHEMA_VERSIONS = range(4, 13)
NODE_KINDS = frozenset({"model", "seed", "snapshot", "source"})

_decoder = msgspec.json.Decoder(wire.Manifest)


class Manifest(msgspec.Struct, frozen=True):
    """What of a manifest is kept, by unique id."""

    metadata: Metadata
    nodes: dict[str, Node]
    tests: dict[str, Test]
    groups: dict[str, Group]
    exposures: dict[str, Exposure]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest of dbt 1.x or 2.x.

    Raises InputError where the file is missing, truncated, not a manifest, or of a schema version that is not read.
    """
    file = read_artifact(path, _decoder, "manifest", SCHEMA_VERSIONS)
    nodes: dict[str, Node] = {}
    tests: dict[str, Test] = {}
    for section in (file.nodes, file.sources):
        for key, entry in (section or {}).items():
            kind = kind_of(key)
            if kind == "test":
                tests[key] = data_test(key, entry)
            elif kind in NODE_KINDS:
                nodes[key] = node(key, entry)
    for key, unit in (file.unit_tests or {}).items():
        tests[key] = unit_test(key, unit)
    return Manifest(
        metadata=file.metadata,
        nodes=nodes,
        tests=tests,
        groups={key: group(key, entry) for key, entry in (file.groups or {}).items()},
        exposures={key: exposure(key, entry) for key, entry in (file.exposures or {}).items()},
    )


def kind_of(unique_id: str) -> str:
    """Return the resource type that a unique id begins with (`model`, `test`, ...)."""
    return unique_id.partition(".")[0]


def node(unique_id: str, entry: wire.Entry) -> Node:
    """Build a model, seed, snapshot or source. What `config` says wins over the older place of the same key."""
    config = entry.config or _NO_CONFIG
    contract = entry.contract or config.contract
    return Node(
        unique_id=unique_id,
        resource_type=kind_of(unique_id),
        name=entry.name,
        package_name=entry.package_name or "",
        path=entry.original_file_path or entry.path or "",
        patch_path=entry.patch_path,
        database=entry.database,
        schema=entry.schema,
        identifier=entry.identifier or entry.alias or entry.name,
        relation_name=entry.relation_name,
        description=entry.description or "",
        columns=tuple([column(each) for each in entry.columns.values()]) if entry.columns else (),
        constraints=entry.constraints or (),
        meta=meta(entry.meta, config.meta),
        tags=config.tags or entry.tags or (),
        materialized=config.materialized,
        group=config.group or entry.group,
        access=config.access or entry.access or "protected",
        contract_enforced=bool(contract and contract.enforced),
        version=_text(entry.version),
        latest_version=_text(entry.latest_version),
        deprecation_date=entry.deprecation_date,
        primary_key=entry.primary_key or (),
        depends_on=_nodes(entry.depends_on),
        checksum=entry.checksum.checksum if entry.checksum else None,
        compiled_code=entry.compiled_code or entry.compiled_sql,
        fqn=entry.fqn or (),
    )


def column(entry: wire.ColumnEntry) -> DbtColumn:
    """Build a column."""
    config = entry.config
    return DbtColumn(
        entry.name,
        entry.data_type,
        entry.description or "",
        entry.constraints or (),
        # Where a column has a config, its meta is all of it: dbt 2 copies the model's meta to the column's top level.
        (entry.meta if config is None or config.meta is None else config.meta) or {},
        (config.tags if config else None) or entry.tags or (),
        entry.quote,
    )


def data_test(unique_id: str, entry: wire.Entry) -> Test:
    """Build a generic or singular data test."""
    generic = entry.test_metadata
    column_name = entry.column_name or ((generic.kwargs or {}).get("column_name") if generic else None)
    return Test(
        unique_id=unique_id,
        name=entry.name,
        kind=".".join(filter(None, (generic.namespace, generic.name))) if generic else "singular",
        column=column_name if isinstance(column_name, str) else None,
        attached_node=entry.attached_node,
        depends_on=_nodes(entry.depends_on),
        severity=((entry.config and entry.config.severity) or "error").lower(),
        arguments=_arguments(generic.kwargs) if generic and generic.kwargs else {},
        limits=_limits(entry.config) if entry.config else {},
        checksum=(entry.checksum.checksum or None) if entry.checksum else None,
        compiled_code=entry.compiled_code or entry.compiled_sql,
    )


def unit_test(unique_id: str, entry: wire.UnitTestEntry) -> Test:
    """Build a unit test; dbt 1 names its model first among what it depends on."""
    depends_on = _nodes(entry.depends_on)
    return Test(
        unique_id=unique_id,
        name=entry.name,
        kind="unit",
        attached_node=entry.tested_node_unique_id or next(iter(depends_on), None),
        depends_on=depends_on,
        checksum=entry.checksum.checksum if isinstance(entry.checksum, wire.Checksum) else entry.checksum,
    )


def group(unique_id: str, entry: wire.GroupEntry) -> Group:
    """Build a group."""
    return Group(
        unique_id=unique_id,
        name=entry.name,
        package_name=entry.package_name or "",
        path=entry.original_file_path or entry.path or "",
        description=entry.description or "",
        owner=_owner(entry.owner),
        meta=meta(entry.meta, entry.config.meta if entry.config else None),
    )


def exposure(unique_id: str, entry: wire.ExposureEntry) -> Exposure:
    """Build an exposure."""
    return Exposure(
        unique_id=unique_id,
        name=entry.name,
        type=entry.type or "",
        label=entry.label,
        description=entry.description or "",
        owner=_owner(entry.owner),
        url=entry.url,
        depends_on=_nodes(entry.depends_on),
        meta=meta(entry.meta, entry.config.meta if entry.config else None),
    )


def meta(top_level: wire.Meta, config: wire.Meta) -> dict[str, Any]:
    """Lay `config.meta` over the older top-level `meta`."""
    if not top_level:
        return {} if config is None else config
    return {**top_level, **config} if config else top_level


def _arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return a generic test's arguments without those that dbt adds."""
    return {name: value for name, value in kwargs.items() if name not in ("model", "column_name")}


def _limits(config: wire.Config) -> dict[str, Any]:
    """Return a test's configs that change what it means, where they are not dbt's defaults."""
    said = (config.where, config.error_if, config.warn_if, config.fail_calc, config.limit)
    if said == _USUAL:
        return {}
    return {
        name: value
        for name, value, usual in zip(_LIMITS, said, _USUAL, strict=True)
        if value is not None and value != usual
    }


def _nodes(depends_on: wire.Dependencies | None) -> tuple[str, ...]:
    return (depends_on.nodes if depends_on else None) or ()


def _owner(owner: dict[str, Any] | str | None) -> dict[str, Any]:
    return {"name": owner} if isinstance(owner, str) else owner or {}


def _text(version: str | int | float | None) -> str | None:
    return None if version is None else str(version)


_NO_CONFIG = wire.Config()
_LIMITS = ("where", "error_if", "warn_if", "fail_calc", "limit")
_USUAL = (None, "!= 0", "!= 0", "count(*)", None)
"""What dbt writes of `_LIMITS` where a project says nothing."""
