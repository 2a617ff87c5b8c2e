"""`meshport contract export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import say
from meshport.contracts.status import STATUS

if TYPE_CHECKING:
    from meshport.model import Port, Product
    from meshport.registry import Registry
    from meshport.registry.types import PortStatus, ProductVersion

KINDS = ("odcs", "odps")


@click.command()
@click.argument("name", required=False, metavar="[PORT|PRODUCT]")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Write files here. Default: print.")
@click.option("--kind", type=click.Choice(KINDS), help="Only contracts (odcs) or only products (odps). Default: both.")
@options.project_dir
@options.artifacts
@options.registry
def export(
    name: str | None,
    output: Path | None,
    kind: str | None,
    project_dir: Path,
    artifacts: Path | None,
    registry_url: str | None,
) -> None:
    """Write contracts and products as files of the open standards.

    A port is a contract in the Open Data Contract Standard 3.1.0, a product a descriptor in the Open Data Product
    Standard 1.0.0. Versions are those that publishing would give. The same project gives the same files, so they can
    be committed: `contract diff --against main` compares with them.

    \b
    meshport contract export --output contracts
    meshport contract export customer_orders.v1 --kind odcs
    """
    from meshport.cli.contract_names import named
    from meshport.cli.workspace import Workspace
    from meshport.contracts.files import as_yaml

    workspace = Workspace(project_dir, artifacts=artifacts, registry_url=registry_url)
    declared = [item.product for item in workspace.declared]
    chosen = [(p, port) for p in declared for port in p.ports] if name is None else named(declared, name)
    with workspace.registry() as registry:
        heads = registry.heads(workspace.mesh.domain)
        offers = {p.key: _Offer(registry, p, heads.get(p.key), workspace.project.adapter_type) for p, _ in chosen}
    documents: dict[str, Any] = {}
    if kind != "odps":
        documents |= {f"{port.label}.odcs.yaml": offers[product.key].odcs(port) for product, port in chosen}
    if kind != "odcs":
        documents |= {f"{offer.product.name}.odps.yaml": offer.odps() for offer in offers.values()}
    texts = {file: as_yaml(document) for file, document in documents.items()}
    if output is None:
        click.echo("---\n".join(texts.values()), nl=False)
        return
    _write(output, texts)
    say(f"Wrote {len(texts)} files to {output}.")


class _Offer:
    """A product with where it stands: its version, the status of it and of its ports."""

    def __init__(self, registry: Registry, product: Product, head: ProductVersion | None, dialect: str) -> None:
        from meshport.plan.make import version_of

        self.product = product
        self.version = version_of(product, head, dialect)
        self.status = STATUS[head.status] if head else "draft"
        self._published = {port.label for port in head.product.ports} if head else set()
        self._decided: dict[str, PortStatus] = registry.port_status(product.key) if head else {}
        self._dialect = dialect

    def odps(self) -> dict[str, Any]:
        from meshport.contracts.odps import odps

        return odps(self.product, version=self.version, status=self.status)

    def odcs(self, port: Port) -> dict[str, Any]:
        from meshport.contracts.odcs_write import odcs

        status = "active" if port.label in self._published else "draft"
        decided = self._decided.get(port.label)
        if decided is not None:
            status = STATUS[decided.status]
            port = msgspec.structs.replace(port, deprecation_date=decided.deprecation_date or port.deprecation_date)
        return odcs(self.product, port, version=self.version, status=status, dialect=self._dialect)


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write the files, each at once or not at all. Raises InputError where one cannot be written."""
    from meshport.contracts.files import replace_file
    from meshport.errors import InputError

    for name in texts:
        if Path(name).name != name or name.startswith("."):
            raise InputError(f"`{name}` cannot be a file's name", hint="rename the product or the port")
    for name, text in texts.items():
        replace_file(folder / name, text)
