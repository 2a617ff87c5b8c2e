"""Where the rows of the mesh information schema come from. What is costly is asked for only when a table needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from meshport.mesh import Mesh

if TYPE_CHECKING:
    from meshport.artifacts.project import Project
    from meshport.lineage import Lineage
    from meshport.products import Declared
    from meshport.registry import Registry
    from meshport.standards import Standards


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What the tables are filled from.

    `artifacts` is the folder with dbt's artifacts, `project_dir` the one with dbt_project.yml. `mesh` is None for a
    project that is no domain. `registry` opens the registry, or is None where there is none.
    """

    artifacts: Path
    project_dir: Path
    project: Callable[[], Project]
    mesh: Mesh | None = None
    declared: Callable[[], Sequence[Declared]] = list
    standards: Callable[[], Standards]
    registry: Callable[[], AbstractContextManager[Registry | None]] | None = None
    lineage: Callable[[], Lineage]
