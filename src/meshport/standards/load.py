"""The standards of a domain: its own folder, on what `mesh.yml` names, on whatever that extends."""

from __future__ import annotations

from pathlib import Path

import msgspec

from meshport import bundled
from meshport.errors import InputError
from meshport.mesh import FILE_NAME, Mesh, StandardsSource, load_mesh
from meshport.standards.agree import check
from meshport.standards.lock import Lock
from meshport.standards.merge import merge
from meshport.standards.places import OURS, Place, locate
from meshport.standards.read import ABOUT, RANKING, About, Folder, read_about, read_folder
from meshport.standards.types import Standards

FOLDER = "standards"
"""A domain's own standards, in its project."""
Link = tuple[Place, About]


def load_standards(folder: Path | None = None) -> Standards:
    """Read the standards in `folder` with all that they extend, or the ones that ship with meshport.

    Raises InputError, with file and line, for what is missing, does not fit, loosens, or names what does not exist;
    UnavailableError for a repository that cannot be reached.
    """
    chosen = folder or bundled.standards()
    lock = Lock(chosen)
    return _load(_extended(Place(chosen, str(folder or f"package {OURS}")), lock), lock)


def standards_of(project_dir: Path, mesh: Mesh | None = None, *, lock: Lock | None = None) -> Standards:
    """Return the standards of a domain; of a project that is none (no `mesh.yml`), the ones that ship with meshport.

    References to git that are read for the first time are recorded in the project's `standards.lock`. Raises what
    `load_standards` does.
    """
    if mesh is None and not (project_dir / FILE_NAME).is_file():
        return load_standards()
    lock = lock or Lock(project_dir)
    return _load(_domain_chain(project_dir.resolve(), mesh or load_mesh(project_dir), lock), lock)


def _load(chain: list[Link], lock: Lock) -> Standards:
    """Read and merge the folders of a chain, the most general last."""
    folders = [read_folder(place.folder, about, place.label, own=place.own) for place, about in reversed(chain)]
    if chain[-1][0].folder != bundled.standards():
        folders.insert(0, _shipped_ranking())
    standards = merge(folders, ", on ".join(place.label for place, _ in chain))
    check(standards)
    lock.save()
    return standards


def _shipped_ranking() -> Folder:
    """Return of the standards that ship with meshport the weights alone."""
    shipped = read_folder(bundled.standards(), About(), f"package {OURS}")
    return Folder(shipped.label, shipped.about, {RANKING: shipped.entries[RANKING]}, {})


def _domain_chain(project_dir: Path, mesh: Mesh, lock: Lock) -> list[Link]:
    here = Place(project_dir, "this project")
    own, said = project_dir / FOLDER, mesh.standards
    if not own.is_dir():
        return _extended(locate(said, here, lock, where=str(project_dir / FILE_NAME)), lock)
    about = read_about(own)
    if about.extends is None:
        base = locate(said, here, lock, where=str(project_dir / FILE_NAME))
        own_about = msgspec.structs.replace(about, extends=said)
        return [(Place(own, FOLDER, own=True), own_about), *_extended(base, lock)]
    if said not in (StandardsSource(), about.extends):
        raise InputError(
            f"{FILE_NAME} and {FOLDER}/{ABOUT} name different standards to build on",
            where=str(own / ABOUT),
            hint=f"`extends:` there is enough: remove `standards:` from {FILE_NAME}",
        )
    return _extended(Place(own, FOLDER, own=True), lock)


def _extended(place: Place, lock: Lock) -> list[Link]:
    """Return a folder of standards and all that it extends, itself first. Raises InputError where that is a circle."""
    chain: list[Link] = []
    while True:
        about = read_about(place.folder)
        circle = any(place.folder == earlier.folder for earlier, _ in chain)
        chain.append((place, about))
        if circle:
            route = " -> ".join(passed.label for passed, _ in chain)
            raise InputError(f"these standards extend each other: {route}", where=str(place.folder / ABOUT))
        if about.extends is None:
            return chain
        place = locate(about.extends, place, lock, where=str(place.folder / ABOUT))
