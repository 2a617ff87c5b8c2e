"""`mesh.yml`: which domain this project is, and where it publishes to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from meshport.errors import InputError
from meshport.model import Owner

FILE_NAME = "mesh.yml"


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The published zone. `database` is its name in the catalog, `path` its file (DuckDB only)."""

    database: str | None = None
    path: str | None = None


class Mesh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `mesh.yml` says. `domain` is small letters, digits and underscores: it is a part of every key.

    `registry` is a path or an SQLAlchemy URL; relative paths start at the file's folder.
    """

    domain: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    title: str | None = None
    description: str = ""
    owner: Owner = Owner()
    registry: str | None = None
    published: Published = Published()

    @property
    def published_database(self) -> str:
        """The name of the published zone in the catalog."""
        return self.published.database or f"{self.domain}_published"

    def published_path(self, project_dir: Path) -> Path:
        """Return the published DuckDB file, absolute."""
        return (project_dir / (self.published.path or f"{self.published_database}.duckdb")).resolve()


def load_mesh(project_dir: Path) -> Mesh:
    """Read `mesh.yml` of a project.

    Raises InputError where it is missing, is not YAML, or has unknown or ill-typed keys.
    """
    path = project_dir / FILE_NAME
    if not path.is_file():
        raise InputError(
            f"there is no {FILE_NAME} here",
            where=str(project_dir),
            hint="run `meshport new .` to make this dbt project a domain, or name one with --project-dir",
        )
    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Mesh)
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(f"{FILE_NAME} cannot be read: {error}", where=str(path)) from error
