"""From a plan's changes to the operations that macros render. Pure: decisions in, names of macros and arguments out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec

from meshport.model import Port, Relation, fold
from meshport.plan.types import Change, ProductPlan
from meshport.resources import PREVIOUS, STAGED, ObservedRelation, desired_of, observed_of
from meshport.resources import comment as comments
from meshport.resources import port as ports
from meshport.resources import tag as tags

Step = tuple[str, dict[str, Any]]
"""The name of a macro and its arguments."""


class Operation(msgspec.Struct, frozen=True):
    """A macro to render: see docs/decisions/0001-render-protocol.md."""

    id: str
    operation: str
    arguments: dict[str, Any]


class PortWork(msgspec.Struct, frozen=True):
    """What is done for one port. `stage` writes and verifies a copy beside it, `swap` puts it in place with all that
    goes on it; each is all or nothing. `label` is the port's, `relation` its place.
    """

    label: str
    relation: Relation
    stage: tuple[Operation, ...]
    swap: tuple[Operation, ...]


def operations_for(plan: ProductPlan, observed: Mapping[Relation, ObservedRelation]) -> list[PortWork]:
    """Return the work for each port that has changes, ordered by label."""
    by_relation: dict[Relation, list[Change]] = defaultdict(list)
    for change in plan.changes:
        by_relation[change.relation].append(change)
    work = []
    for port in sorted(plan.product.ports, key=lambda port: port.label):
        changes = by_relation.get(port.relation)
        if changes:
            rewritten = any(change.kind == ports.KIND for change in changes)
            swap = _swap_steps(port, changes, plan.builds[port.label], observed.get(port.relation), rewritten=rewritten)
            work.append(
                PortWork(
                    label=port.label,
                    relation=port.relation,
                    stage=_named(plan, port, "stage", _stage_steps(port) if rewritten else []),
                    swap=_named(plan, port, "swap", swap),
                )
            )
    return work


def prepare_zone(database: str, schemas: set[str]) -> Operation:
    """Return what the published zone needs before its first port."""
    zone = {"database": database, "schemas": sorted(schemas)}
    return Operation(id="zone", operation="prepare_zone", arguments={"zone": zone})


def rollback(key: str, port: Port) -> PortWork:
    """Return the work that brings back the previous version of a port."""
    return _single(key, port, "rollback_port")


def drop(key: str, port: Port) -> PortWork:
    """Return the work that removes a port and its previous version from the catalog."""
    return _single(key, port, "drop_port")


def _single(key: str, port: Port, operation: str) -> PortWork:
    only = Operation(id=f"{key}/{port.label}", operation=operation, arguments={"port": port_data(port)})
    return PortWork(label=port.label, relation=port.relation, stage=(), swap=(only,))


def port_data(port: Port) -> dict[str, Any]:
    """Return a port as the macros take it."""
    target = port.relation
    return {
        "source": msgspec.to_builtins(port.source),
        "target": msgspec.to_builtins(target),
        "staged": _beside(target, STAGED),
        "previous": _beside(target, PREVIOUS),
        "columns": [
            {
                "name": column.name,
                "data_type": column.data_type,
                "mask": {"name": column.mask.name, "method": column.mask.method, "arguments": column.mask.arguments}
                if column.mask
                else None,
            }
            for column in port.contract.columns
        ],
        "row_filter": msgspec.to_builtins(port.row_filter),
        "constraints": msgspec.to_builtins(port.contract.constraints),
    }


def _beside(relation: Relation, suffix: str) -> dict[str, str]:
    return {"database": relation.database, "schema": relation.schema, "identifier": relation.identifier + suffix}


def _stage_steps(port: Port) -> list[Step]:
    data = port_data(port)
    return [(name, {"port": data}) for name in ("stage_port", "verify_contract", "verify_masks")]


def _swap_steps(
    port: Port, changes: list[Change], build: str, observed: ObservedRelation | None, *, rewritten: bool
) -> list[Step]:
    steps: list[Step] = []
    relation = msgspec.to_builtins(port.relation)
    changed_comments = {change.column: _new(change) for change in changes if change.kind == comments.KIND}
    if rewritten:
        # Rows that hid less are not kept: the file is read by others, and a rollback would bring them back.
        keep = observed is not None and observed.properties.get("protection") == ports.protection(port)
        steps.append(("swap_port", {"port": port_data(port), "keep_previous": keep}))
        written = ports.properties(port, build)
        steps.append(("set_properties", {"relation": relation, "properties": written}))
        # The new copy has no comments yet: the declared ones, and those of other people that were on the old one.
        gone = {column for column, text in changed_comments.items() if not text}
        existing = (
            {r.column: r.fields["text"] for r in observed_of(observed) if r.kind == comments.KIND} if observed else {}
        )
        declared = {r.column: r.fields["text"] for r in desired_of(port, build) if r.kind == comments.KIND}
        names = {fold(column.name) for column in port.contract.columns} | {""}
        changed_comments = {
            column: text for column, text in {**existing, **declared}.items() if column not in gone and column in names
        }
    if changed_comments:
        on_columns = {column: text for column, text in changed_comments.items() if column}
        arguments = {"relation": relation, "comment": changed_comments.get(""), "columns": on_columns}
        steps.append(("set_comments", arguments))
    return steps + _tag_steps(relation, [change for change in changes if change.kind == tags.KIND])


def _tag_steps(relation: Any, changes: list[Change]) -> list[Step]:
    unset: dict[str, list[str]] = defaultdict(list)
    put: dict[str, dict[str, str]] = defaultdict(dict)
    for change in changes:
        if change.action == "delete":
            unset[change.column].append(change.name)
        else:
            put[change.column][change.name] = _new(change)
    steps: list[Step] = []
    for column, keys in sorted(unset.items()):
        steps.append(("unset_tags", {"relation": relation, "column": column or None, "keys": keys}))
    for column, pairs in sorted(put.items()):
        steps.append(("set_tags", {"relation": relation, "column": column or None, "tags": pairs}))
    return steps


def _new(change: Change) -> str:
    return change.fields[0].new or ""


def _named(plan: ProductPlan, port: Port, phase: str, steps: list[Step]) -> tuple[Operation, ...]:
    return tuple(
        Operation(id=f"{plan.product.key}/{port.label}/{phase}/{number}", operation=name, arguments=arguments)
        for number, (name, arguments) in enumerate(steps)
    )
