"""Adding and removing inputs of a project."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import yaml

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.access.states import ALIVE
from meshport.errors import InputError
from meshport.inputs import folder, packages
from meshport.inputs.folder import Description
from meshport.inputs.package import package_files, product_files, product_folder
from meshport.registry.types import ProductVersion, Subscription

if TYPE_CHECKING:
    from meshport.registry import Registry


class Added(msgspec.Struct, frozen=True):
    """What became of one product. `before` is the version that was there, `changed` says whether any file is new."""

    product: str
    before: str | None
    after: str
    changed: bool


def add(registry: Registry, project_dir: Path, domain: str, key: str, *, force: bool) -> Added:
    """Generate the package of a product's domain, with this product in its newest version, and declare it.

    `domain` is the one that reads. Nothing is installed yet (see `packages.install`). Raises InputError where the
    product is the domain's own, is unknown or cannot be read from here, BlockedError where it is retired, or where
    generated files were edited and `force` is not set.
    """
    version = registry.require(key)
    producer = version.product.domain
    _check_names(project_dir, domain, version)
    place = folder.package_dir(project_dir, producer)
    before = folder.read_descriptions(project_dir).get(producer)
    known = before.files if before else {}
    fresh = package_files(producer) | product_files(version, registry.port_status(key))
    mine = f"{product_folder(key)}/"
    stale = [name for name in known if name.startswith(mine) and name not in fresh]
    touched = {name: checksum for name, checksum in known.items() if name in fresh or name in stale}
    if not force:
        folder.require_unedited(place, touched, fresh, f"meshport inputs add {key}")
    others = {name: checksum for name, checksum in known.items() if name not in touched}
    description = Description(
        database=version.product.ports[0].relation.database,
        path=_path(project_dir, version),
        products=dict(sorted({**(before.products if before else {}), key: version.version}.items())),
        files=others,
    )
    changed = folder.write(place, fresh, stale, description)
    declared = packages.declare(project_dir, producer)
    return Added(key, before.products.get(key) if before else None, version.version, changed or declared)


def remove(project_dir: Path, key: str, *, force: bool) -> None:
    """Take a product out of the project's inputs; with the last one of its domain, the package goes too.

    Raises InputError where the project does not read it, BlockedError as `add` does.
    """
    producer = key.split(".", 1)[0]
    before = folder.read_descriptions(project_dir).get(producer)
    if before is None or key not in before.products:
        raise InputError(f"{key} is no input of this project", hint="`meshport inputs list` shows them")
    place = folder.package_dir(project_dir, producer)
    products = {name: version for name, version in before.products.items() if name != key}
    mine = f"{product_folder(key)}/"
    gone = {name: checksum for name, checksum in before.files.items() if not products or name.startswith(mine)}
    if not force:
        folder.require_unedited(place, gone, {}, f"meshport inputs remove {key}")
    if products:
        kept = {name: checksum for name, checksum in before.files.items() if name not in gone}
        folder.write(place, {}, gone, msgspec.structs.replace(before, products=products, files=kept))
        return
    packages.withdraw(project_dir, producer)
    for name in (*gone, folder.DESCRIPTION):
        folder.remove_file(place, name)


def request_access(registry: Registry, domain: str, key: str) -> tuple[Subscription, bool]:
    """Return the domain's subscription to a product, and whether it was asked for just now: where there was none alive.

    The standards may approve it at once; whoever calls this carries it out in the catalog then.
    """
    principal = f"domain:{domain}"
    known = subscriptions.subscriptions(registry, product=key, principal=principal)
    alive = next((each for each in known if each.state in ALIVE), None)
    if alive is not None:
        return alive, False
    reason = f"{domain} reads it: meshport inputs add"
    return subscriptions.request(registry, key, principal, actor=Actor.named(principal), reason=reason), True


def _check_names(project_dir: Path, domain: str, version: ProductVersion) -> None:
    producer, key = version.product.domain, version.product.key
    if producer == domain:
        raise InputError(
            f"{key} is this domain's own product",
            hint=f"use its models with {{{{ ref('...') }}}}: {domain} builds them",
        )
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", producer):
        raise InputError(f"the domain {producer!r} cannot be the name of a dbt package", where=key)
    file = project_dir / "dbt_project.yml"
    try:
        name = yaml.safe_load(file.read_text(encoding="utf-8"))["name"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError) as error:
        raise InputError(f"dbt_project.yml cannot be read: {error}", where=str(file)) from error
    if name == producer:
        raise InputError(
            f"this dbt project has the name of the domain {producer}, and dbt tells packages apart by name",
            where=str(file),
            hint="give the project the name of its own domain",
        )


def _path(project_dir: Path, version: ProductVersion) -> str | None:
    """Return the published file, relative to the project where the two lie beside each other: so both may move.

    None where it is published to a catalog that dbt connects to.
    """
    if version.catalog_type != "duckdb":
        return None
    published = Path(version.catalog)
    near = published.is_relative_to(project_dir.parent)
    return Path(os.path.relpath(published, project_dir)).as_posix() if near else str(published)
