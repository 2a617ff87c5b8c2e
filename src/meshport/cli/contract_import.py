"""`meshport contract import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import say

if TYPE_CHECKING:
    from meshport.contracts.files import Source
    from meshport.contracts.odcs_read import ReadContract
    from meshport.model import Product


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write into this YAML file.")
@click.option("--model", "model_name", help="The name of the dbt model. Default: the table's in the contract.")
@click.option("--force", is_flag=True, help="Replace the entries of --output that have these names.")
@options.project_dir
def import_(file: Path, output: Path | None, model_name: str | None, force: bool, project_dir: Path) -> None:
    """Write the dbt YAML that a data contract asks for.

    Reads the Open Data Contract Standard 3: the group, the model, its columns with types, constraints, tests and
    classifications. What a dbt project has no place for is named, with its line. An existing file keeps every other
    line; an entry that is there already is refused without --force.

    \b
    meshport contract import agreed.odcs.yaml
    meshport contract import agreed.odcs.yaml --output models/customers.yml --model customers
    """
    from meshport.contracts.files import read_contract, read_source

    source = read_source(file)
    found = read_contract(source)
    product = _renamed(found.product, model_name, source)
    declared = _as_dbt(product, project_dir)
    if output is None:
        from meshport.inspection.yaml_data import dump

        click.echo(dump({"version": 2, **declared}), nl=False)
    else:
        from meshport.cli.contract_yaml import bring_in

        said = bring_in(declared, project_dir, output, force=force)
        say(said)
    _say_left_out(source, found)


def _renamed(product: Product, name: str | None, source: Source) -> Product:
    """Return the product with its model named so. Raises InputError where a name cannot be a model's."""
    from meshport.errors import InputError

    if not product.ports:
        raise InputError("the contract has no tables", where=source.at(("schema",)), hint="list one under `schema`")
    if name is not None:
        if len(product.ports) > 1:
            tables = ", ".join(port.name for port in product.ports)
            raise InputError(f"--model names one model, and the contract has several tables: {tables}")
        product = msgspec.structs.replace(product, ports=(msgspec.structs.replace(product.ports[0], name=name),))
    for position, port in enumerate(product.ports):
        if not port.name.isidentifier():
            where = source.at(("schema", position, "name"))
            raise InputError(f"`{port.name}` cannot be a model's name", where=where, hint="name one with --model")
    return product


def _as_dbt(product: Product, project_dir: Path) -> dict[str, Any]:
    from meshport.cli.workspace import Workspace
    from meshport.contracts.dbt_yaml import dbt_yaml

    templates = Workspace(project_dir).standards.tag_templates
    declarable = [key for key, template in templates.items() if template.source == "meta"]
    declared = dbt_yaml(product, declarable)
    return {section: [_entry(section, entry) for entry in entries] for section, entries in declared.items()}


def _entry(section: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Return what dbt reads as the entry: it runs the Jinja in its YAML, but not in a group's description."""
    kept = {"description": entry["description"]} if section == "groups" and "description" in entry else {}
    return {**_escaped(entry), **kept}


def _escaped(value: Any) -> Any:
    """Tests are left as they are: what would run there was not read from the contract."""
    from meshport.inputs.quoting import escape_jinja

    if isinstance(value, str):
        return escape_jinja(value)
    if isinstance(value, dict):
        return {key: item if key == "data_tests" else _escaped(item) for key, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value


def _say_left_out(source: Source, found: ReadContract) -> None:
    for left in found.left_out:
        say(f"{source.at(left.place)}: left out: {left}")
    for port in found.product.ports:
        for rule in port.contract.rules:
            if rule.kind == "singular":
                say(f"{source.where}: left out: the test `{rule.name}` of {port.name}: it is SQL of another project")
