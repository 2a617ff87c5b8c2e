"""Where the rows of the mesh information schema come from. What is costly is asked for only when a table needs it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from meshport.errors import InputError
from meshport.mesh import FILE_NAME, Mesh
from meshport.registry.types import Scope

if TYPE_CHECKING:
    from meshport.artifacts.project import Project
    from meshport.lineage import Lineage
    from meshport.products import Declared
    from meshport.registry import Registry
    from meshport.standards import Standards


NOWHERE = Path(os.devnull)
"""Where the project and its artifacts are of sources that have none."""


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What the tables are filled from.

    `artifacts` is the folder with dbt's artifacts, `project_dir` the one with dbt_project.yml. `mesh` is None for a
    project that is no domain, and `mesh_path` the file that says it. `registry` opens the registry, or is None where
    there is none; of what it knows, `scope` says which products are wanted.
    """

    artifacts: Path
    project_dir: Path
    project: Callable[[], Project]
    mesh: Mesh | None = None
    mesh_path: str = FILE_NAME
    declared: Callable[[], Sequence[Declared]] = list
    standards: Callable[[], Standards]
    registry: Callable[[], AbstractContextManager[Registry | None]] | None = None
    lineage: Callable[[], Lineage]
    scope: Scope = Scope()

    @property
    def without_project(self) -> bool:
        """Whether there is no dbt project at all."""
        return self.artifacts == NOWHERE


def registry_alone(registry: Registry, scope: Scope) -> Sources:
    """Return sources for the tables that the registry alone fills (`Table.registry_alone`); others raise InputError."""

    def missing() -> NoReturn:
        raise InputError("there is no dbt project here: the registry is all there is")

    return Sources(
        artifacts=NOWHERE,
        project_dir=NOWHERE,
        project=missing,
        standards=missing,
        registry=lambda: nullcontext(registry),
        lineage=missing,
        scope=scope,
    )
