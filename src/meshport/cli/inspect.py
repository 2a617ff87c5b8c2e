"""`meshport inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli.options import output_format, project_dir

if TYPE_CHECKING:
    from meshport.cli.output import Document
    from meshport.inspection import Inspection
    from meshport.inspection.patch import Patch

PREVIEW_LINES = 30


@click.command()
@click.argument("artifacts", required=False, type=click.Path(file_okay=False, path_type=Path))
@project_dir
@click.option("--product", "only", multiple=True, metavar="NAME", help="Only this product; may be given several times.")
@click.option("--owner", metavar='"NAME <MAIL>"', help="The owner to write for products that have none.")
@click.option("--write", is_flag=True, help="Write what is missing into the project's YAML, and show the diff.")
@click.option("--diff", "show_diff", is_flag=True, help="Show what --write would change, and write nothing.")
@output_format
def inspect(
    artifacts: Path | None,
    project_dir: Path,
    only: tuple[str, ...],
    owner: str | None,
    write: bool,
    show_diff: bool,
    output_format: str,
) -> None:
    """Show which data products a dbt project could publish.

    Reads dbt's artifacts (ARTIFACTS, or target/ of the project) and says which models could be output ports, what
    product they would form, and what each still needs: an owner, a contract, types, classifications, tests.

    \b
    meshport inspect                                      the project in this folder
    meshport inspect ../shop/target --format markdown     only artifacts are needed
    meshport inspect --product crm --diff --owner "CRM team <crm@example.com>"
    meshport inspect --product crm --write --owner "CRM team <crm@example.com>"
    """
    from meshport.artifacts import load_project
    from meshport.cli.output import emit, say
    from meshport.inspection import files, inspect_project
    from meshport.inspection.patch import patch_of
    from meshport.standards import standards_of

    project = load_project(artifacts or project_dir / "target")
    inspection = _only(inspect_project(project, standards_of(project_dir)), only)
    given = _owner(owner)
    if not (write or show_diff):
        emit(_document(inspection, given, output_format == "markdown"), output_format)
        return
    patch = patch_of(inspection, given, files.models_folder(project_dir, project.name))
    changed = files.changes(project_dir, patch)
    if patch.left_out:
        say(_left_out(patch))
    for change in changed:
        click.echo(change.diff(), nl=False, err=write)
    if not changed:
        say("Nothing to write.")
    elif write:
        files.write(changed)
        say(f"Wrote {len(changed)} file(s). Run `dbt build`, and `meshport plan` to see what publishing would change.")


def _only(inspection: Inspection, names: tuple[str, ...]) -> Inspection:
    import msgspec

    from meshport.errors import InputError

    known = [product.name for product in inspection.products]
    for name in names:
        if name not in known:
            raise InputError(f"there is no product `{name}` in sight", hint=f"one of: {', '.join(known) or '(none)'}")
    if not names:
        return inspection
    kept = tuple(product for product in inspection.products if product.name in names)
    return msgspec.structs.replace(inspection, products=kept)


def _owner(text: str | None) -> dict[str, str] | None:
    """Read `Name <mail>`, or only a name, or only an address."""
    if text is None:
        return None
    name, bracket, mail = (part.strip() for part in text.partition("<"))
    if not bracket and "@" in name and " " not in name:
        name, mail = "", name
    owner = {key: value for key, value in (("name", name), ("email", mail.rstrip("> "))) if value}
    if not owner:
        raise click.BadParameter("give a name, an address, or both: Name <mail@example.com>", param_hint="--owner")
    return owner


def _document(inspection: Inspection, owner: dict[str, str] | None, markdown: bool) -> Document:
    from msgspec import structs

    from meshport.cli.output import Document, Table, Text
    from meshport.inspection.patch import as_yaml, patch_of

    patch = patch_of(inspection, owner, "models")
    declared = sum(product.source == "declared" for product in inspection.products)
    found = f"{declared} data products declared, {len(inspection.products) - declared} possible"
    head = f"{inspection.project} ({inspection.adapter_type}, dbt {inspection.dbt_version}), {inspection.models} models"
    products = [
        (p.name, p.source, p.owner.get("name") or p.owner.get("email"), len(p.ports), ", ".join(map(str, p.missing)))
        for p in inspection.products
    ]
    ports = [
        (p.name, port.label, port.why, ", ".join(port.key), len(port.columns), port.tests, _listed(port.missing))
        for p in inspection.products
        for port in p.ports
    ]
    suggested = [
        (port.label, column.name, column.suggested)
        for product in inspection.products
        for port in product.ports
        for column in port.columns
        if column.suggested and not column.classification
    ]
    blocks: list[Table | Text] = [
        Text(" ".join([f"{head}: {found}.", *inspection.remarks])),
        Table(("product", "from", "owner", "ports", "missing"), products, title="Products", empty="None in sight."),
        Table(("product", "port", "why", "key", "columns", "tests", "missing"), ports, title="Ports", empty="None."),
    ]
    if suggested:
        blocks.append(Table(("port", "column", "may hold"), suggested, title="Classifications to look at"))
    preview = patch_of(inspection, owner or {"name": "(to be given with --owner)"}, "models")
    if preview.declarations:
        blocks.append(Text(_preview(preview, markdown)))
    if patch.left_out:
        blocks.append(Text(_left_out(patch)))
    return Document(data={**structs.asdict(inspection), "patch": as_yaml(patch)}, blocks=blocks)


def _listed(gaps: tuple[object, ...]) -> str:
    return ", ".join(map(str, gaps))


def _left_out(patch: Patch) -> str:
    names = ", ".join(patch.left_out)
    return f'A dbt group needs an owner, so --write leaves these out: {names}. Add --owner "Name <mail@example.com>".'


def _preview(patch: Patch, markdown: bool) -> str:
    from meshport.inspection.patch import as_yaml
    from meshport.inspection.yaml_data import dump

    lines = dump(as_yaml(patch)).splitlines()
    more = len(lines) - PREVIEW_LINES
    shown = lines[:PREVIEW_LINES] + ([f"# ... {more} more lines: --diff shows them in place"] if more > 0 else [])
    text = "\n".join(["```yaml", *shown, "```"] if markdown else shown)
    return f"What --write would declare:\n\n{text}"
