"""Where standards are: from what `mesh.yml` or `standards.yml` says to a folder with files."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from meshport import __version__, bundled
from meshport.errors import InputError
from meshport.mesh import StandardsSource
from meshport.standards.lock import Lock, is_commit

OURS = "meshport"
"""The package whose standards are the ones that ship with the program."""


class Place(msgspec.Struct, frozen=True):
    """A folder of standards. `label` names it for people; nothing that it refers to may lie outside of `root`.

    `own` marks the folder in a domain's project.
    """

    folder: Path
    label: str
    root: Path | None = None
    own: bool = False


def locate(source: StandardsSource, base: Place, lock: Lock, *, where: str) -> Place:
    """Return the folder that a source stands for. Relative paths start at `base`, errors name `where`.

    Raises InputError for what does not exist, UnavailableError for a repository that cannot be reached.
    """
    if source.folder is not None:
        folder = (base.folder / Path(source.folder).expanduser()).resolve()
        _stay_within(base.root, folder, where)
        if not folder.is_dir():
            raise InputError(f"there is no folder {source.folder} with standards", where=where)
        return Place(folder, f"{source.folder} ({base.label})" if base.root else str(folder), base.root)
    if source.git is not None and source.ref is not None:
        return _from_git(source.git, source.ref, source.path or "", base, lock, where)
    return _from_package(source.package or OURS, source.path, where)


def _from_git(git: str, ref: str, path: str, base: Place, lock: Lock, where: str) -> Place:
    from meshport.standards.fetch import files_of, resolve, shown

    # Neither an address nor host:path: a repository on this machine.
    url = git if re.match(r"[\w.+@-]+:", git) else str((base.folder / Path(git).expanduser()).resolve())
    commit = ref if is_commit(ref) else lock.pins.get((git, ref))
    if commit is None:
        commit = lock.pins[git, ref] = resolve(url, ref)
    files = files_of(url, commit)
    folder = (files / path).resolve()
    _stay_within(files, folder, where)
    label = f"{shown(git)} {ref}" + ("" if is_commit(ref) else f" ({commit[:12]})")
    if not folder.is_dir():
        raise InputError(f"{label} has no folder {path}", where=where)
    return Place(folder, f"{label} {path}".rstrip(), files)


def _from_package(name: str, path: str | None, where: str) -> Place:
    if name == OURS:
        return Place(bundled.standards(), f"package {OURS} {__version__}", bundled.standards())
    from meshport.standards.packages import find_package

    folder, version = find_package(name, path, where)
    return Place(folder, f"package {name} {version}", folder)


def _stay_within(root: Path | None, folder: Path, where: str) -> None:
    if root is not None and not folder.is_relative_to(root.resolve()):
        raise InputError("standards cannot lead out of the repository or package that they are in", where=where)
