"""What of `manifest.json` is decoded, as dbt writes it. Keys that are not named here are skipped unread.

Nothing is required but names, and everything may be null: dbt 1.x and 2.x differ in what they leave out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from meshport.artifacts.reading import Artifact

Meta = dict[str, Any] | None
Names = tuple[str, ...] | None


class Dependencies(msgspec.Struct, gc=False):
    """`depends_on`."""

    nodes: Names = None


class Checksum(msgspec.Struct, gc=False):
    """The checksum of a source file."""

    checksum: str | None = None


class ContractConfig(msgspec.Struct, gc=False):
    """`contract`."""

    enforced: bool | None = None


class ColumnConfig(msgspec.Struct, gc=False):
    """`config` of a column."""

    meta: Meta = None
    tags: Names = None


class ColumnEntry(msgspec.Struct, gc=False):
    """A column."""

    name: str
    description: str | None = None
    meta: Meta = None
    data_type: str | None = None
    constraints: tuple[dict[str, Any], ...] | None = None
    quote: bool | None = None
    config: ColumnConfig | None = None
    tags: Names = None


class Config(msgspec.Struct, gc=False):
    """`config` of a node, a group, a test or an exposure. A model may have configs of its own, named like tests'."""

    meta: Meta = None
    tags: Names = None
    materialized: str | None = None
    group: str | None = None
    access: str | None = None
    contract: ContractConfig | None = None
    severity: str | None = None
    where: Any = None
    error_if: Any = None
    warn_if: Any = None
    fail_calc: Any = None
    limit: Any = None


class TestMetadata(msgspec.Struct, gc=False):
    """What makes a data test a generic one."""

    name: str
    namespace: str | None = None
    kwargs: dict[str, Any] | None = None


class Entry(msgspec.Struct, kw_only=True, gc=False):
    """A model, seed, snapshot, source or data test: one type, because dbt keeps them in one dictionary.

    The fields are in dbt's order, which is the order they are found in fastest. `compiled_sql` is what dbt 1.0 to 1.2
    call `compiled_code`.
    """

    database: str | None = None
    schema: str | None = None
    name: str
    package_name: str | None = None
    path: str | None = None
    original_file_path: str | None = None
    fqn: Names = None
    alias: str | None = None
    identifier: str | None = None
    checksum: Checksum | None = None
    config: Config | None = None
    tags: Names = None
    description: str | None = None
    columns: dict[str, ColumnEntry] | None = None
    meta: Meta = None
    group: str | None = None
    patch_path: str | None = None
    relation_name: str | None = None
    depends_on: Dependencies | None = None
    compiled_code: str | None = None
    compiled_sql: str | None = None
    contract: ContractConfig | None = None
    access: str | None = None
    constraints: tuple[dict[str, Any], ...] | None = None
    version: str | int | float | None = None
    latest_version: str | int | float | None = None
    deprecation_date: str | None = None
    primary_key: Names = None
    column_name: str | None = None
    attached_node: str | None = None
    test_metadata: TestMetadata | None = None


class UnitTestEntry(msgspec.Struct, gc=False):
    """A unit test. `tested_node_unique_id` is dbt 2's word for its model; its checksums have a shape of their own."""

    name: str
    depends_on: Dependencies | None = None
    tested_node_unique_id: str | None = None
    checksum: str | Checksum | None = None


class GroupEntry(msgspec.Struct, gc=False):
    """A group."""

    name: str
    package_name: str | None = None
    original_file_path: str | None = None
    path: str | None = None
    description: str | None = None
    owner: dict[str, Any] | str | None = None
    meta: Meta = None
    config: Config | None = None


class ExposureEntry(msgspec.Struct, gc=False):
    """An exposure."""

    name: str
    type: str | None = None
    label: str | None = None
    description: str | None = None
    owner: dict[str, Any] | str | None = None
    url: str | None = None
    depends_on: Dependencies | None = None
    meta: Meta = None
    config: Config | None = None


class Manifest(Artifact, gc=False):
    """The file. Every section is keyed by unique id."""

    nodes: dict[str, Entry] | None = None
    sources: dict[str, Entry] | None = None
    exposures: dict[str, ExposureEntry] | None = None
    groups: dict[str, GroupEntry] | None = None
    unit_tests: dict[str, UnitTestEntry] | None = None
