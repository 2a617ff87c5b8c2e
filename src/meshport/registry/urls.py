"""Where the registry is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from meshport.errors import InputError


def location(mesh_registry: str | None, project_dir: Path, override: str | None) -> str:
    """Return the registry's SQLAlchemy URL.

    `override` (`--registry`, `MESHPORT_REGISTRY`) wins over `mesh_registry` (`mesh.yml`), and that over the user's
    data folder, which all domains on one machine share. Both may be a path or a URL; relative paths of `override` start
    at the current folder, those of `mesh.yml` at `project_dir`. Raises InputError where a URL cannot be understood.
    """
    if override:
        return _url(override, Path.cwd())
    if mesh_registry:
        return _url(mesh_registry, project_dir)
    from platformdirs import user_data_path

    return _url(str(user_data_path("meshport", appauthor=False) / "registry.db"), project_dir)


def _url(value: str, base: Path) -> str:
    if "://" not in value:
        return _sqlite(Path(value).expanduser(), base)
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise InputError(
            "the registry's URL cannot be understood",
            hint="a path, or a URL such as postgresql://user@host/database",
        ) from error
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        return _sqlite(Path(url.database), base)
    return url.render_as_string(hide_password=False)


def _sqlite(path: Path, base: Path) -> str:
    return URL.create("sqlite", database=str((base / path).resolve())).render_as_string()
