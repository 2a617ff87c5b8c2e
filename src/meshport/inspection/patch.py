"""What to declare in YAML so that a finding becomes a product: only what is missing, in dbt's own shape."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import msgspec

from meshport.inspection.findings import ColumnFinding, Inspection, PortFinding, ProductFinding

Entry = dict[str, Any]


class Declaration(msgspec.Struct, frozen=True):
    """One entry of `groups` or `models` to bring into one file, by its name.

    `must_exist` is set where the artifacts say that the file has this entry already. Paths start at the project's root.
    """

    path: str
    section: str
    entry: Entry
    must_exist: bool


class Patch(msgspec.Struct, frozen=True):
    """Declarations in the order in which to apply them. `left_out` names the products that first need an owner."""

    declarations: tuple[Declaration, ...]
    left_out: tuple[str, ...]


def patch_of(inspection: Inspection, owner: Entry | None, models_folder: str) -> Patch:
    """Return what to declare. `owner` (`name`, `email`) is for products that have none."""
    groups_file = next((p.path for p in inspection.products if p.path), f"{models_folder}/_groups.yml")
    declarations: list[Declaration] = []
    left_out = []
    for product in inspection.products:
        if not product.ports and product.source != "declared":
            continue
        if not product.owner and owner is None:
            left_out.append(product.name)
            continue
        if product.source != "declared":
            declarations.append(_group(product, owner, groups_file))
        declarations += [d for port in product.ports if (d := _model(product, port, inspection.project))]
    return Patch(tuple(declarations), tuple(left_out))


def as_yaml(patch: Patch) -> Entry:
    """Return a patch as one YAML document, as if all of it were in one new file."""
    document: Entry = {}
    for section in ("groups", "models"):
        entries = [d.entry for d in patch.declarations if d.section == section]
        if entries:
            document[section] = entries
    return document


def _group(product: ProductFinding, owner: Entry | None, groups_file: str) -> Declaration:
    entry: Entry = {"name": product.name}
    if product.source == "folder":
        entry["owner"] = owner
    entry["config"] = {"meta": {"data_product": {"title": product.title}}}
    return Declaration(product.path or groups_file, "groups", entry, must_exist=product.source == "group")


def _model(product: ProductFinding, port: PortFinding, project: str) -> Declaration | None:
    config: Entry = {}
    if not port.grouped:
        config["group"] = product.name
    if not port.public:
        config["access"] = "public"
    columns = [_column(column, port.can_have_contract) for column in port.columns]
    if port.can_have_contract and not port.contract:
        config["contract"] = {"enforced": True}
    entry: Entry = {"name": port.name}
    if config:
        entry["config"] = config
    if wanted := [column for column in columns if len(column) > 1]:
        entry["columns"] = wanted
    if len(entry) == 1:
        return None
    if port.patch_path is None:
        folder = PurePosixPath(port.path.replace("\\", "/")).parent
        return Declaration(f"{folder}/_{folder.name}__products.yml", "models", entry, must_exist=False)
    package, _, path = port.patch_path.partition("://")
    assert package == project or not path, "a model of the project itself is described in the project itself"
    return Declaration((path or package).replace("\\", "/"), "models", entry, must_exist=True)


def _column(column: ColumnFinding, with_type: bool) -> Entry:
    """Types only where the contract can be enforced with them: half a contract promises nothing."""
    entry: Entry = {"name": column.name}
    if with_type and column.type and not column.data_type:
        entry["data_type"] = column.type
    if column.suggested and not column.classification and (column.declared or with_type):
        entry["config"] = {"meta": {"classification": column.suggested}}
    return entry
