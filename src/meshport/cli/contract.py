"""`meshport contract`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from meshport.cli import options
from meshport.cli.lazy import LazyGroup
from meshport.cli.output import Document, Table, Text, emit

if TYPE_CHECKING:
    from meshport.contracts import ContractChange
    from meshport.model import Product
    from meshport.registry import Registry
    from meshport.registry.types import ProductVersion

COMMANDS = {
    "diff": ("meshport.cli.contract:diff", "Compare the contracts of this project with what is published."),
}


class _PortDiff(msgspec.Struct, frozen=True):
    port: str
    name: str
    state: Literal["new", "removed", "changed", "unchanged"]
    changes: tuple[ContractChange, ...]

    @property
    def breaking(self) -> bool:
        return self.state == "removed" or any(change.severity == "breaking" for change in self.changes)


class _ProductDiff(msgspec.Struct, frozen=True):
    product: str
    against: str | None
    next: str
    ports: tuple[_PortDiff, ...]


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def contract() -> None:
    """Contracts of ports."""


@click.command()
@click.argument("port", required=False)
@click.option("--against", default=None, metavar="VERSION", help="A published version. Default: the newest.")
@options.project_dir
@options.artifacts
@options.registry
@options.output_format
@click.pass_context
def diff(
    ctx: click.Context,
    port: str | None,
    against: str | None,
    project_dir: Path,
    artifacts: Path | None,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Compare the contracts of this project with what is published.

    Reads dbt's artifacts and the registry: what changed in each port, how much readers would notice, and the version
    that publishing would give. Ends with 3 where anything is breaking.

    \b
    meshport contract diff
    meshport contract diff customer_orders.v1 --against 1.0.0
    """
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode

    workspace = Workspace(project_dir, artifacts=artifacts, registry_url=registry_url)
    declared = [item.product for item in workspace.declared]
    with workspace.registry() as registry:
        heads = registry.heads(workspace.mesh.domain)
        chosen = declared if port is None else [_with_port(declared, heads, port)]
        diffs = []
        for product in chosen:
            old = _version(registry, heads.get(product.key), product, against)
            retired = {label for label, told in registry.port_status(product.key).items() if told.status == "retired"}
            ports = [
                each
                for each in _compare(old.product if old else None, product, workspace.project.adapter_type)
                if each.port not in retired and (port is None or port in (each.port, each.name))
            ]
            following = _next(heads.get(product.key), product, workspace.project.adapter_type)
            diffs.append(_ProductDiff(product.key, old.version if old else None, following, tuple(ports)))
    emit(Document(msgspec.to_builtins(diffs), list(_blocks(diffs))), output_format)
    if any(each.breaking for item in diffs for each in item.ports):
        ctx.exit(ExitCode.BLOCKED)


def _with_port(declared: list[Product], heads: Mapping[str, ProductVersion], port: str) -> Product:
    """Return the declared product that has this port, here or as it is published. Raises InputError with near names."""
    from difflib import get_close_matches

    from meshport.errors import InputError

    known: dict[str, Product] = {}
    for product in declared:
        published = heads[product.key].product.ports if product.key in heads else ()
        for each in (*published, *product.ports):
            known[each.label] = known[each.name] = product
    if port in known:
        return known[port]
    near = get_close_matches(port, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "ports are public models of a product's group"
    raise InputError(f"this project has no port {port!r}", hint=hint)


def _version(
    registry: Registry, head: ProductVersion | None, product: Product, against: str | None
) -> ProductVersion | None:
    """Return the version to compare with. Raises InputError where the named one was never published."""
    from meshport.errors import InputError

    if against is None:
        return head
    versions = registry.versions(product.key)
    found = next((each for each in versions if each.version == against), None)
    if found is None:
        hint = f"published: {', '.join(each.version for each in versions) or 'none'}"
        raise InputError(f"{product.key} has no version {against}", hint=hint)
    return found


def _compare(old: Product | None, new: Product, dialect: str) -> Iterator[_PortDiff]:
    from meshport.contracts import diff_contracts

    before = {port.label: port for port in old.ports} if old else {}
    after = {port.label: port for port in new.ports}
    for label in sorted({*before, *after}):
        if label not in after:
            yield _PortDiff(label, before[label].name, "removed", ())
        elif label not in before:
            yield _PortDiff(label, after[label].name, "new", ())
        else:
            changes = diff_contracts(before[label].contract, after[label].contract, dialect)
            yield _PortDiff(label, after[label].name, "changed" if changes else "unchanged", tuple(changes))


def _next(head: ProductVersion | None, product: Product, dialect: str) -> str:
    """Return the version that publishing would give."""
    from meshport.contracts import FIRST, next_version
    from meshport.plan.make import product_digest

    if head is None:
        return FIRST
    same = head.digest == product_digest(product)
    return head.version if same else next_version(head.version, head.product, product, dialect)


def _blocks(diffs: list[_ProductDiff]) -> Iterator[Table | Text]:
    if not diffs:
        yield Text("This project declares no product.")
    for item in diffs:
        against = f"against {item.against}" if item.against else "not published yet"
        yield Text(f"{item.product} ({against}; publishing gives {item.next})")
        for each in item.ports:
            if each.changes:
                rows = [[c.severity, c.kind, c.subject, c.message] for c in each.changes]
                yield Table(["severity", "kind", "subject", "message"], rows, title=each.port)
            else:
                breaking = " (breaking)" if each.breaking else ""
                yield Text(f"{each.port}: {each.state}{breaking}")
