"""What the macros are told of a port whose catalog masks on read (docs/decisions/0011-databricks-publishing.md).

Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from meshport.catalogs.base import PIN
from meshport.model import Column, Port, Product, Relation, fold
from meshport.resources import BOOKKEEPING, PREVIOUS, ObservedRelation, mask, row_filter
from meshport.resources import port as ports

SOURCE_VERSION = "source_version"
"""The property with the Delta version of the source that a cloned port shows."""


def is_native(port: Port) -> bool:
    """Whether the port's catalog masks on read."""
    return port.mode is not None


def describe(
    port: Port, build: str, observed: ObservedRelation | None, undeclared: Collection[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Return what is added to a port's data, or stands in its place: mode, raw copies, functions, what is there now.

    `undeclared` are the masks and row filters that meshport set and that are to go, as (kind, column): of what stands
    on the port, only these and the declared ones are said, because all else is somebody else's; and whatever is on a
    column that is declared no more, because it goes with the column.
    """
    data: dict[str, Any] = {
        "mode": port.mode,
        "by_policy": port.by_policy,
        "audited": msgspec.to_builtins(audited(port, build)),
        "previous": msgspec.to_builtins(_internal(port, PREVIOUS)),
        "columns": [_column(port, column) for column in port.contract.columns],
        "row_filter": port.row_filter
        and {
            **msgspec.to_builtins(port.row_filter),
            "function": msgspec.to_builtins(row_filter.function_of(port, port.row_filter)),
        },
        "standing": observed and _standing(port, observed, undeclared),
    }
    if observed is not None and observed.previous and observed.previous.get("build"):
        data["audited_previous"] = msgspec.to_builtins(audited(port, observed.previous["build"]))
    return data


def audited(port: Port, build: str) -> Relation:
    """Return the raw copy that was audited for one build: in the internal zone, where consumers read nothing."""
    return _internal(port, f"__{hashlib.sha256(build.encode()).hexdigest()[:8]}")


def copies_of(port: Port, kept: Iterable[Relation]) -> tuple[Relation, ...]:
    """Return those of the relations that are `kept` that are audited copies of a port, of whichever build."""
    name = re.escape(_internal(port, "__").identifier)
    return tuple(
        each
        for each in kept
        if each.database == port.source.database and re.fullmatch(f"{name}[0-9a-f]{{8}}", each.identifier)
    )


def can_go_back(port: Port, observed: ObservedRelation) -> bool:
    """Tell whether a rollback finds what the port shows now: it has to be made as the port will be."""
    return not is_native(port) or (SOURCE_VERSION in observed.properties) == (port.mode == "clone")


def keeps_version(port: Port, observed: ObservedRelation | None, *, keep: bool) -> bool:
    """Tell whether a version of the source has to be kept so that the version before stays (`keep`)."""
    return keep and port.mode == "clone" and observed is not None and SOURCE_VERSION in observed.properties


def unneeded(
    port: Port, copies: Iterable[Relation], build: str, observed: ObservedRelation | None, *, keep: bool
) -> list[Relation]:
    """Return the audited copies, and the version of a clone, that nothing goes back to once `build` is published.

    `keep` says that the version before stays.
    """
    before = observed.properties.get("build", "") if observed is not None and keep else ""
    needed = {audited(port, each) for each in (build, before) if each}
    gone = {each for each in copies if each not in needed}
    if observed is not None and not keep and SOURCE_VERSION in (observed.previous or {}):
        gone.add(_internal(port, PREVIOUS))
    return sorted(gone)


def properties(port: Port, build: str, observed: ObservedRelation | None, *, keep: bool) -> dict[str, str | None]:
    """Return what is written on the port of itself; None takes away. `keep` says that the version before stays."""
    written: dict[str, str | None] = {**ports.properties(port, build)}
    if port.mode == "clone":
        written[SOURCE_VERSION] = PIN
    elif observed is not None and SOURCE_VERSION in observed.properties:
        written[SOURCE_VERSION] = None
    before = observed.properties if observed is not None and keep else {}
    gone = dict.fromkeys((observed.previous or {}) if observed is not None else {})
    previous = {**gone, **{key: value for key, value in before.items() if value}}
    return {**written, **{f"previous_{key}": value for key, value in previous.items()}}


def functions(products: Iterable[Product]) -> list[dict[str, Any]]:
    """Return the functions that the ports' masks and row filters need, each once."""
    found: dict[Relation, dict[str, Any]] = {}
    for port in (port for product in products for port in product.ports if is_native(port)):
        for column in port.contract.columns:
            if column.mask is not None:
                name = mask.function_of(port, column, column.mask)
                found[name] = {"function": msgspec.to_builtins(name), **_masking(port, column)}
        if port.row_filter is not None and port.mode != "view":
            name = row_filter.function_of(port, port.row_filter)
            columns = [port.contract.column(wanted) for wanted in port.row_filter.columns]
            found[name] = {
                "function": msgspec.to_builtins(name),
                "columns": [{"name": c.name, "data_type": c.data_type} for c in columns if c is not None],
                "predicate": port.row_filter.predicate,
            }
    return [found[name] for name in sorted(found)]


def internal_databases(products: Iterable[Product]) -> list[str]:
    """Return the catalogs that the ports' raw copies are in."""
    return sorted({port.source.database for product in products for port in product.ports if is_native(port)})


def _internal(port: Port, suffix: str) -> Relation:
    name = f"{port.relation.schema}__{port.relation.identifier}{suffix}"
    return Relation(port.source.database, BOOKKEEPING, name)


def _column(port: Port, column: Column) -> dict[str, Any]:
    data: dict[str, Any] = {"name": column.name, "data_type": column.data_type, "description": column.description}
    if column.mask is None:
        return {**data, "mask": None}
    function = msgspec.to_builtins(mask.function_of(port, column, column.mask))
    tag = {"tag": mask.tag_of(port, column, column.mask)} if port.by_policy else {}
    return {**data, "mask": {**_masking(port, column)["mask"], "function": function, **tag}}


def _masking(port: Port, column: Column) -> dict[str, Any]:
    assert column.mask is not None
    keys = ("name", "method", "arguments", "visible_to")
    data_type = mask.type_of(port, column) if port.by_policy else column.data_type
    return {"data_type": data_type, "mask": {key: _plain(getattr(column.mask, key)) for key in keys}}


def _plain(value: object) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _standing(port: Port, observed: ObservedRelation, undeclared: Collection[tuple[str, str]]) -> dict[str, Any]:
    ours = {fold(column.name) for column in port.contract.columns if column.mask is not None}
    ours |= {column for kind, column in undeclared if kind == mask.KIND}
    declared = {fold(column.name) for column in port.contract.columns}
    going = [column for column in observed.columns if fold(column.name) not in declared]
    ours |= {fold(column.name) for column in going}
    filtered = port.row_filter is not None or (row_filter.KIND, "") in undeclared
    previous: Mapping[str, str] = observed.previous or {}
    return {
        "is_view": observed.is_view,
        "is_clone": observed.is_clone,
        "columns": [column.name for column in observed.columns],
        "masks": {c.name: c.mask for c in observed.columns if c.mask and fold(c.name) in ours},
        "mask_tags": {c.name: mask.tagged(c) for c in observed.columns if mask.tagged(c) and fold(c.name) in ours},
        "column_tags": {column.name: sorted(column.tags) for column in going if column.tags},
        "row_filter": (observed.row_filter or None) if filtered else None,
        "properties": {**observed.properties, **{f"previous_{key}": value for key, value in previous.items()}},
    }
