"""What the contracts of a project are compared with: what is published, artifacts, files, files at a git reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from meshport.errors import InputError
from meshport.model import Port, Product
from meshport.registry.types import ProductVersion

if TYPE_CHECKING:
    from meshport.cli.workspace import Workspace
    from meshport.contracts.files import Source
    from meshport.git import Git

ENDINGS = (".odcs.yaml", ".odcs.yml")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_HINT = "write them with `meshport contract export --output contracts`, and commit them; or name artifacts with --state"


class Earlier(msgspec.Struct, frozen=True):
    """A product as it was: `name` is what it is compared with, `version` its semantic version where that is known."""

    product: Product
    name: str
    version: str | None = None


class Base(msgspec.Struct, frozen=True):
    """What a project is compared with: products by key.

    `whole` says that these are all ports there were: one that is missing is new, not just left out of a file.
    `heads` are the newest published versions, None where the registry was not asked; `retired` are labels of ports.
    """

    products: dict[str, Earlier]
    whole: bool = True
    heads: Mapping[str, ProductVersion] | None = None
    retired: Mapping[str, frozenset[str]] = {}


def published(workspace: Workspace, version: str | None, wanted: Callable[[str], bool]) -> Base:
    """Return the domain's published products, as of a `version` or the newest; `wanted` tells which keys are asked for.

    Raises InputError where a product that is asked for was published, and not as that version.
    """
    found: dict[str, Earlier] = {}
    with workspace.registry() as registry:
        heads = {key: head for key, head in registry.heads(workspace.mesh.domain).items() if wanted(key)}
        decided = {key: registry.port_status(key) for key in heads}
        for key, head in heads.items():
            if version is None:
                if head.status != "retired":
                    found[key] = Earlier(head.product, head.version, head.version)
                continue
            known = {each.version: each.product for each in registry.versions(key)}
            if version not in known:
                raise InputError(f"{key} has no version {version}", hint=f"published: {', '.join(known)}")
            found[key] = Earlier(known[version], version, version)
    retired = {
        key: frozenset(label for label, told in ports.items() if told.status == "retired")
        for key, ports in decided.items()
    }
    return Base(found, heads=heads, retired=retired)


def is_version(against: str) -> bool:
    """Tell whether a text names a published version (`1.2.0`)."""
    return _VERSION.fullmatch(against) is not None


def from_state(workspace: Workspace, folder: Path) -> Base:
    """Return the products of the project whose artifacts are in a folder, with the standards of today."""
    from meshport.cli.workspace import Workspace as Opened

    state = Opened(workspace.project_dir, artifacts=folder)
    return Base({item.product.key: Earlier(item.product, str(folder)) for item in state.declared})


def from_text(workspace: Workspace, against: str) -> Base:
    """Return the products in contract files: one file, a folder of them, or those of the project at a git reference.

    Raises InputError where it is none of these, or has no contracts.
    """
    path = Path(against)
    if path.is_file():
        from meshport.contracts.files import read_source

        return Base(_products(workspace, [read_source(path)], against), whole=False)
    sources = _in_folder(path) if path.is_dir() else _at_reference(workspace.project_dir, against)
    if not sources:
        raise InputError(f"there are no data contracts (*{ENDINGS[0]}) in {against}", hint=_HINT)
    return Base(_products(workspace, sources, against))


def _in_folder(folder: Path) -> list[Source]:
    from meshport.contracts.files import read_source

    return [read_source(file) for file in sorted(folder.rglob("*")) if file.name.endswith(ENDINGS)]


def _at_reference(project_dir: Path, against: str) -> list[Source]:
    from meshport.contracts.files import Source
    from meshport.git import find_repository

    git = find_repository(project_dir)
    commit = git.commit_at(against) if git else None
    if git is None or commit is None:
        raise InputError(
            f"{against!r} is no file, no folder, no published version, and no reference of git here",
            where=str(project_dir),
            hint="in CI, fetch it first: git fetch origin main",
        )
    listed = git.try_run("ls-tree", "-r", "-z", "--name-only", commit, "--", git.prefix or ".").stdout.split("\0")
    files = [file for file in listed if file.endswith(ENDINGS)]
    return [Source(text, f"{against}:{file}") for file, text in _contents(git, commit, files).items()]


def _contents(git: Git, commit: str, files: Iterable[str]) -> dict[str, str]:
    """Return files as they were at a commit, with one call of git however many they are."""
    asked = list(files)
    answer = git.try_run("cat-file", "--batch", stdin="".join(f"{commit}:{file}\n" for file in asked)).stdout.encode()
    found, position = {}, 0
    for file in asked:
        # A line `<object> blob <size>`, that many bytes, a line break.
        end = answer.index(b"\n", position)
        size = int(answer[position:end].split()[-1])
        found[file] = answer[end + 1 : end + 1 + size].decode()
        position = end + 1 + size + 1
    return found


def _products(workspace: Workspace, sources: Iterable[Source], name: str) -> dict[str, Earlier]:
    """Return the products of contracts; ports of one product come together from their files."""
    from meshport.contracts.files import read_contract

    found: dict[str, Earlier] = {}
    for source in sources:
        read = read_contract(source)
        product = msgspec.structs.replace(read.product, domain=read.product.domain or workspace.mesh.domain)
        known = found.get(product.key)
        ports = _merged(known.product.ports if known else (), product.ports, source.where)
        found[product.key] = Earlier(msgspec.structs.replace(product, ports=ports), name, read.version)
    return found


def _merged(known: tuple[Port, ...], more: tuple[Port, ...], where: str) -> tuple[Port, ...]:
    labels: Mapping[str, Port] = {port.label: port for port in known}
    for port in more:
        if port.label in labels:
            raise InputError(f"the port {port.label} is described in two files", where=where)
    return (*known, *more)
