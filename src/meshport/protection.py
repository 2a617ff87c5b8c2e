"""What a port hides: masks and row filters as declared, and every way a declaration can fail to hide what it means to.

All of it fails closed: what is not understood is a blocked gate, and nothing is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from meshport.artifacts.project import DbtColumn, Group, Node
from meshport.declarations import Problems, text
from meshport.errors import MeshportError
from meshport.model import Column, Mask, Port, PortMode, RowFilter, fold
from meshport.standards import Standards, choose_mask

ON_COLUMNS = ("classification", "mask", "tags")
PORT_MODES: tuple[PortMode, ...] = ("clone", "copy", "view")
CLONABLE = ("table", "incremental", "snapshot", "seed")
"""What dbt writes as a Delta table: a view has no version to clone."""
COPY_OR_VIEW = "let `config.meta.port_mode` be copy or view, or leave it out"
ROW_FILTER = "row_filter: {columns: [country], predicate: \"country <> 'XX'\"}"


def mask_of(standards: Standards, column: DbtColumn, subject: str, dialect: str, problems: Problems) -> Mask | None:
    """Return the mask that a column is published under, None where it is published as it is."""
    _block_misspelt(column, subject, problems)
    classification, wish = text(column.meta.get("classification")), text(column.meta.get("mask"))
    if classification is None:
        if "classification" in column.meta:
            problems.block("masks", subject, "`classification` has no value", "give it one, or remove it")
        if wish is not None:
            problems.block(
                "masks", subject, f"the mask `{wish}` has no effect without a classification", "classify the column"
            )
        return None
    try:
        return choose_mask(standards, classification, column.data_type, wish, dialect)
    except MeshportError as error:
        problems.block("masks", subject, error.message, error.hint or "")
        return None


def row_filter_of(node: Node, label: str, problems: Problems) -> RowFilter | None:
    """Return the row filter that a model declares, None where it declares none."""
    raw = node.meta.get("row_filter")
    if raw is None:
        if "row_filter" in node.meta:
            problems.block("row_filter", label, "`row_filter` has no value", ROW_FILTER)
        return None
    try:
        row_filter = msgspec.convert(raw, RowFilter)
    except msgspec.ValidationError as error:
        problems.block("row_filter", label, f"`config.meta.row_filter` does not fit: {error}", ROW_FILTER)
        return None
    known = {fold(column.name) for column in node.columns}
    for name in row_filter.columns:
        if fold(name) not in known:
            reason = f"the row filter names the column `{name}`, which the port does not have"
            problems.block("row_filter", label, reason, ROW_FILTER)
    return row_filter


def by_policy(standards: Standards, columns: Iterable[Column], dialect: str) -> bool:
    """Tell whether policies of the catalog mask what these columns hold, instead of masks of the table."""
    chosen = dialect == "databricks" and standards.protection.databricks == "abac"
    return chosen and any(column.mask is not None for column in columns)


def mode_of(
    node: Node, label: str, dialect: str, problems: Problems, *, hides: bool = False, tagged: bool = False
) -> PortMode | None:
    """Return how a port is made: as its model says, else as fits what dbt writes. None: ports are masked copies.

    `hides` says that masks or a row filter are on the port: then it is no clone unless its model says so, because
    nobody has seen a workspace keep them when a clone takes the place of a table. Overwriting changes nothing but rows.
    `tagged` says that tags on the port's columns are all that masks them: no clone at all, because no page says that
    tags stay.
    """
    clonable = node.materialized in CLONABLE
    wish = node.meta.get("port_mode")
    if wish is not None and wish not in PORT_MODES:
        hint = f"one of: {', '.join(PORT_MODES)}"
        problems.block("ports", label, f"`config.meta.port_mode` cannot be {wish!r}", hint)
    elif wish == "clone" and not clonable:
        reason = f"a {node.materialized} cannot be cloned"
        problems.block("ports", label, reason, COPY_OR_VIEW)
    elif wish == "clone" and tagged:
        reason = "policies mask what is tagged, and a clone does not surely keep the tags of the table that it replaces"
        problems.block("ports", label, reason, COPY_OR_VIEW)
    if dialect != "databricks":
        return None
    return next((mode for mode in PORT_MODES if mode == wish), "clone" if clonable and not hides else "copy")


def block_misplaced(declared: Node | Group, subject: str, problems: Problems) -> None:
    """Block a classification or mask on a model or group: it would look as if it hid something."""
    for key in ("classification", "mask"):
        if key in declared.meta:
            problems.block(
                "masks", subject, f"`{key}` stands on {declared.name}; only columns have one", "move it there"
            )


def block_broken_constraints(port: Port, problems: Problems) -> None:
    """Block masks that break what the contract promises of their columns."""
    for column in port.contract.columns:
        if column.mask is None:
            continue
        promised = {
            constraint.type
            for constraint in port.contract.constraints
            if fold(column.name) in map(fold, constraint.columns)
        }
        subject, hint = (
            f"{port.label}.{column.name}",
            "choose another mask in `config.meta.mask`, or drop the constraint",
        )
        if column.mask.method == "nullify" and promised & {"not_null", "primary_key"}:
            reason = f"the mask `{column.mask.name}` empties a column that the contract calls not null"
            problems.block("masks", subject, reason, hint)
        elif not column.mask.distinct and promised & {"unique", "primary_key"}:
            reason = f"the mask `{column.mask.name}` makes values alike in a column that the contract calls unique"
            problems.block("masks", subject, reason, hint)


def _block_misspelt(column: DbtColumn, subject: str, problems: Problems) -> None:
    for key in column.meta:
        near = get_close_matches(key, ON_COLUMNS, n=1, cutoff=0.85)
        if near and key not in ON_COLUMNS:
            problems.block(
                "masks", subject, f"`{key}` means nothing here: is it `{near[0]}`?", "correct it, or rename it"
            )
