"""From a plan's changes to the operations that macros render. Pure: decisions in, names of macros and arguments out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from meshport.model import Port, Product, Relation, fold
from meshport.plan import native
from meshport.plan.types import Change, ProductPlan
from meshport.resources import PREVIOUS, STAGED, ObservedRelation, desired_of, mask, observed_of, row_filter
from meshport.resources import comment as comments
from meshport.resources import port as ports
from meshport.resources import tag as tags

SHIELDS = (mask.KIND, row_filter.KIND)
Step = tuple[str, dict[str, Any]]
"""The name of a macro and its arguments."""


class Operation(msgspec.Struct, frozen=True):
    """A macro to render: see docs/decisions/0001-render-protocol.md."""

    id: str
    operation: str
    arguments: dict[str, Any]


class PortWork(msgspec.Struct, frozen=True):
    """What is done for one port. `stage` writes and verifies a copy beside it, `shield` hides what policies hide and
    tags have to be there for, `swap` puts it in place with all that goes on it; each is all or nothing. `label` is the
    port's, `relation` its place.

    Two things may be refused, and the port is published all the same: `keep`, the version that a rollback will go back
    to (then `alone` takes the place of `swap`), and `certify`.
    """

    label: str
    relation: Relation
    stage: tuple[Operation, ...]
    swap: tuple[Operation, ...]
    shield: tuple[Operation, ...] = ()
    keep: tuple[Operation, ...] = ()
    alone: tuple[Operation, ...] = ()
    certify: tuple[Operation, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All of them, each once."""
        every = (*self.stage, *self.keep, *self.shield, *self.swap, *self.alone, *self.certify)
        return tuple({each.id: each for each in every}.values())


def operations_for(
    plan: ProductPlan,
    observed: Mapping[Relation, ObservedRelation],
    copies: Mapping[Relation, Sequence[Relation]] | None = None,
) -> list[PortWork]:
    """Return the work for each port that has changes, ordered by label. `copies` are the audited ones of each port."""
    by_relation: dict[Relation, list[Change]] = defaultdict(list)
    for change in plan.changes:
        by_relation[change.relation].append(change)
    work = []
    for port in sorted(plan.product.ports, key=lambda port: port.label):
        changes = by_relation.get(port.relation)
        if changes:
            rewritten = any(change.kind == ports.KIND for change in changes)
            build, there = plan.builds[port.label], observed.get(port.relation)
            data = port_data(port, build, there, changes)
            kept = (copies or {}).get(port.relation, ())
            # Rows that hid less are not kept: the file is read by others, and a rollback would bring them back.
            keep = there is not None and there.properties.get("protection") == ports.protection(port)
            keep = keep and there is not None and native.can_go_back(port, there)
            shield = _shield_steps(port, data, changes, rewritten=rewritten) if port.by_policy else []
            made = PortWork(
                label=port.label,
                relation=port.relation,
                stage=_named(plan, port, "stage", _stage_steps(port, data) if rewritten else []),
                shield=_named(plan, port, "shield", shield),
                swap=_named(
                    plan,
                    port,
                    "swap",
                    _swap_steps(port, data, changes, build, there, kept, rewritten=rewritten, keep=keep),
                ),
                certify=_named(plan, port, "certify", _certify_steps(port, changes)),
            )
            if rewritten and native.keeps_version(port, there, keep=keep):
                alone = _swap_steps(port, data, changes, build, there, kept, rewritten=True, keep=False)
                made = msgspec.structs.replace(
                    made,
                    keep=_named(plan, port, "keep", [("keep_version", {"port": data})]),
                    alone=_named(plan, port, "alone", alone, like=made.swap),
                )
            work.append(made)
    return work


def withdrawn(plan: ProductPlan, observed: Mapping[Relation, ObservedRelation]) -> list[PortWork]:
    """Return the work that takes certifications from ports of a product that is blocked, one for each port."""
    work = []
    for number, change in enumerate(plan.withdrawals):
        there = observed.get(change.relation)
        relation = {**msgspec.to_builtins(change.relation)}
        if there is not None and there.is_view:
            relation["is_view"] = True
        ((name, arguments),) = _tag_steps(relation, [change])
        step = Operation(id=f"{plan.product.key}/withdraw/{number}", operation=name, arguments=arguments)
        work.append(PortWork(label=change.subject, relation=change.relation, stage=(), swap=(step,)))
    return work


def prepare_zone(products: Sequence[Product]) -> Operation:
    """Return what the published zone needs before the ports of these products."""
    ports = [port for product in products for port in product.ports]
    zone: dict[str, Any] = {
        "database": ports[0].relation.database,
        "schemas": sorted({port.relation.schema for port in ports}),
    }
    if any(native.is_native(port) for port in ports):
        zone |= {"internal": native.internal_databases(products), "functions": native.functions(products)}
    return Operation(id="zone", operation="prepare_zone", arguments={"zone": zone})


def rollback(key: str, port: Port, observed: ObservedRelation | None) -> PortWork:
    """Return the work that brings back the previous version of a port."""
    return _single(key, port, "rollback_port", observed)


def drop(key: str, port: Port, observed: ObservedRelation | None) -> PortWork:
    """Return the work that removes a port and its previous version from the catalog."""
    return _single(key, port, "drop_port", observed)


def _single(key: str, port: Port, operation: str, observed: ObservedRelation | None) -> PortWork:
    build = observed.properties.get("build", "") if observed else ""
    arguments = {"port": port_data(port, build, observed)}
    only = Operation(id=f"{key}/{port.label}", operation=operation, arguments=arguments)
    return PortWork(label=port.label, relation=port.relation, stage=(), swap=(only,))


def port_data(
    port: Port, build: str, observed: ObservedRelation | None, changes: Sequence[Change] = ()
) -> dict[str, Any]:
    """Return a port as the macros take it. What is `observed` matters only where the catalog masks on read."""
    target = port.relation
    data = {
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
    if native.is_native(port):
        undeclared = {(change.kind, change.column) for change in changes if change.action == "delete"}
        data |= native.describe(port, build, observed, undeclared)
    return data


def _beside(relation: Relation, suffix: str) -> dict[str, str]:
    return {"database": relation.database, "schema": relation.schema, "identifier": relation.identifier + suffix}


def _stage_steps(port: Port, data: dict[str, Any]) -> list[Step]:
    verified = ("verify_contract",) if native.is_native(port) else ("verify_contract", "verify_masks")
    return [(name, {"port": data}) for name in ("stage_port", *verified)]


def _shield_steps(port: Port, data: dict[str, Any], changes: list[Change], *, rewritten: bool) -> list[Step]:
    """Return what hides the port: what is read back here is on it before the first row is."""
    if native.is_native(port) and (rewritten or any(change.kind in SHIELDS for change in changes)):
        return [("shield_port", {"port": data}), ("verify_masks", {"port": data})]
    return []


def _swap_steps(
    port: Port,
    data: dict[str, Any],
    changes: list[Change],
    build: str,
    observed: ObservedRelation | None,
    copies: Sequence[Relation],
    *,
    rewritten: bool,
    keep: bool,
) -> list[Step]:
    """Return what puts a port in place. `keep` says that the version before stays."""
    relation = _relation(port)
    steps: list[Step] = []
    shield = _shield_steps(port, data, changes, rewritten=rewritten)
    if shield:
        steps += [*([] if port.by_policy else shield), ("unshield_port", {"port": data})]
    if rewritten:
        steps.append(("swap_port", {"port": data, "keep_previous": keep}))
        written: Mapping[str, str | None] = ports.properties(port, build)
        if native.is_native(port):
            written = native.properties(port, build, observed, keep=keep)
    if shield:
        steps.append(("verify_masks", {"port": data, "alone": True}))
    if rewritten:
        steps.append(("set_properties", {"relation": relation, "properties": written}))
        if gone := native.unneeded(port, copies, build, observed, keep=keep):
            steps.append(("drop_copies", {"relations": msgspec.to_builtins(gone)}))
    comments_now = _comments(port, changes, build, observed, rewritten=rewritten)
    if comments_now:
        on_columns = {column: text for column, text in comments_now.items() if column}
        arguments = {"relation": relation, "comment": comments_now.get(""), "columns": on_columns}
        steps.append(("set_comments", arguments))
    on_what_stays = [
        change
        for change in changes
        if change.kind == tags.KIND and not _certifies(change) and not (rewritten and _goes(port, change.column))
    ]
    return steps + _tag_steps(relation, on_what_stays)


def _certify_steps(port: Port, changes: list[Change]) -> list[Step]:
    return _tag_steps(_relation(port), [change for change in changes if _certifies(change)])


def _certifies(change: Change) -> bool:
    """Whether a change gives a certification, which takes a privilege of its own. What takes one away must succeed."""
    what = (change.kind, change.column, change.name)
    return what == (tags.KIND, "", tags.CERTIFICATION) and change.action != "delete"


def _relation(port: Port) -> dict[str, Any]:
    relation = {**msgspec.to_builtins(port.relation)}
    if port.mode == "view":
        relation["is_view"] = True
    return relation


def _goes(port: Port, column: str) -> bool:
    """Whether writing a port anew takes a column away, and its tags with it. DuckDB's are in a table of their own."""
    return native.is_native(port) and bool(column) and port.contract.column(column) is None


def _comments(
    port: Port, changes: list[Change], build: str, observed: ObservedRelation | None, *, rewritten: bool
) -> dict[str, str]:
    """Return the comments to write, by column; an empty one takes away."""
    changed = {change.column: _new(change) for change in changes if change.kind == comments.KIND}
    if not rewritten:
        return changed
    # The new copy has no comments yet: the declared ones, and those of other people that were on the old one.
    gone = {column for column, text in changed.items() if not text}
    existing = (
        {r.column: r.fields["text"] for r in observed_of(observed) if r.kind == comments.KIND} if observed else {}
    )
    declared = {r.column: r.fields["text"] for r in desired_of(port, build) if r.kind == comments.KIND}
    names = {fold(column.name) for column in port.contract.columns} | {""}
    return {column: text for column, text in {**existing, **declared}.items() if column not in gone and column in names}


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


def _named(
    plan: ProductPlan, port: Port, phase: str, steps: list[Step], like: tuple[Operation, ...] = ()
) -> tuple[Operation, ...]:
    """Return steps as operations with ids; one that is `like` another is that one, and rendered once."""
    return tuple(
        next(
            (each for each in like if (each.operation, each.arguments) == (name, arguments)),
            Operation(id=f"{plan.product.key}/{port.label}/{phase}/{number}", operation=name, arguments=arguments),
        )
        for number, (name, arguments) in enumerate(steps)
    )
