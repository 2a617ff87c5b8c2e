"""The folder of a generated package in a project: what is in it, what was edited there, and writing it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from meshport.errors import BlockedError, InputError, UnavailableError

ROOT = "mesh_inputs"
DESCRIPTION = "meshport_input.json"


class Description(msgspec.Struct, frozen=True):
    """What a package is of. `meshport.dbt_duckdb` attaches the file `path`, from the project's root, as `database`.
    Without a path the database is one that dbt connects to anyway: a catalog of Unity Catalog.

    `products` maps keys to the versions that were generated, `files` paths in the package to SHA-256 of their content.
    """

    database: str
    path: str | None
    products: dict[str, str]
    files: dict[str, str] = {}


def package_dir(project_dir: Path, domain: str) -> Path:
    """Return where the package of a domain is."""
    return project_dir / ROOT / domain


def read_descriptions(project_dir: Path) -> dict[str, Description]:
    """Return what the project reads, by domain. Raises InputError for a description that cannot be read."""
    found = sorted((project_dir / ROOT).glob(f"*/{DESCRIPTION}"))
    return {path.parent.name: _read(path) for path in found}


def edited(folder: Path, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the files, by path in the package, that are not as meshport wrote them and would be lost.

    `before` are the checksums that were written down, `after` the contents that shall be there.
    """
    lost = []
    for name in sorted({*before, *after}):
        try:
            content = (folder / name).read_bytes()
        except FileNotFoundError:
            continue
        # What is there may be newer than what was written down: a run was killed between the two.
        same = name in after and content == after[name].encode()
        if not same and _checksum(content) != before.get(name):
            lost.append(name)
    return lost


def require_unedited(folder: Path, before: Mapping[str, str], after: Mapping[str, str], command: str) -> None:
    """Raise BlockedError naming the files that `edited` finds."""
    lost = edited(folder, before, after)
    if lost:
        raise BlockedError(
            "generated files were changed by hand:\n" + "\n".join(f"  {folder / name}" for name in lost),
            hint=f"put your SQL into models of your own; `{command} --force` replaces these files",
        )


def write(folder: Path, files: Mapping[str, str], stale: Iterable[str], description: Description) -> bool:
    """Bring a package up to date, each file at once or not at all, and tell whether anything changed.

    `stale` are files that are no longer wanted, the files of `description` those that stay as they are.
    Raises UnavailableError where the folder cannot be written.
    """
    checksums = description.files | {name: _checksum(content.encode()) for name, content in files.items()}
    described = msgspec.structs.replace(description, files=dict(sorted(checksums.items())))
    text = msgspec.json.format(msgspec.json.encode(described), indent=2)
    try:
        changed = [write_file(folder / name, content.encode()) for name, content in files.items()]
        changed += [remove_file(folder, name) for name in stale]
        # Last: as long as it is old, the next run sees that this one did not end.
        changed.append(write_file(folder / DESCRIPTION, text + b"\n"))
    except OSError as error:
        raise UnavailableError(f"the input cannot be written: {error.strerror}", where=str(folder)) from error
    return any(changed)


def remove_file(folder: Path, name: str) -> bool:
    """Remove a file of a package, and the folders that it leaves empty. Tells whether it was there."""
    path = folder / name
    there = path.exists()
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if not parent.is_relative_to(folder) or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()
    return there


def write_file(path: Path, content: bytes) -> bool:
    """Write a file whole or not at all, and tell whether that changed it."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)  # mkstemp makes it readable to one user; these files belong to a team
    Path(temporary).replace(path)
    return True


def _read(path: Path) -> Description:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Description)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(
            f"an input of this project cannot be read: {error}",
            where=str(path),
            hint=f"remove the file, and run `meshport inputs add {path.parent.name}.PRODUCT --force`",
        ) from error


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
