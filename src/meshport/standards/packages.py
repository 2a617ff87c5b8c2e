"""Standards in an installed Python package: found among its files; nothing of it is run."""

from __future__ import annotations

import re
from importlib import metadata, util
from pathlib import Path

from meshport.errors import InputError
from meshport.standards.read import ABOUT


def find_package(name: str, path: str | None, where: str) -> tuple[Path, str]:
    """Return the folder with `standards.yml` in an installed package, and the package's version.

    `path` chooses among several, errors name `where`. Raises InputError where there is none.
    """
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise InputError(
            f"the package {name} with the standards is not installed",
            where=where,
            hint=f"pip install {name}",
        ) from None
    for folder in _candidates(distribution, name, path):
        if (folder / ABOUT).is_file() and (path is None or folder.match(path)):
            return folder.resolve(), distribution.version
    wanted = f"{path}/{ABOUT}" if path else ABOUT
    raise InputError(
        f"the package {name} {distribution.version} holds no standards: there is no {wanted} in it", where=where
    )


def _candidates(distribution: metadata.Distribution, name: str, path: str | None) -> list[Path]:
    """Return the folders that may hold the standards, the nearest to the top first.

    A package that is installed editably lists no files of its own: its module is looked up, and not imported.
    """
    listed = [Path(str(file.locate())).parent for file in distribution.files or () if file.name == ABOUT]
    module = util.find_spec(re.sub(r"[-.]+", "_", name))
    homes = [Path(home) for home in (module and module.submodule_search_locations) or ()]
    return [
        *sorted(listed, key=lambda folder: len(folder.parts)),
        *homes,
        *(home / (path or "standards") for home in homes),
    ]
