"""What a check is, and running one: a check that raises is a failed row, never a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from meshport.errors import InputError, MeshportError
from meshport.health.profile import Profile, read_profile
from meshport.health.program import Program, find_program
from meshport.mesh import Mesh, load_mesh

Result = Literal["ok", "warning", "failed"]


class Finding(msgspec.Struct, frozen=True):
    """What a check found. `fix` is empty where all is well."""

    result: Result
    found: str
    fix: str = ""


class Row(msgspec.Struct, frozen=True):
    """One check and how it turned out."""

    check: str
    result: Result
    found: str
    fix: str


class Place:
    """What is checked: a project folder, for one target of dbt. Everything is read once, when a check asks for it."""

    def __init__(self, project_dir: Path, target: str | None = None, registry_url: str | None = None) -> None:
        self.project_dir = project_dir.resolve()
        self.target = target
        self.registry_override = registry_url

    @cached_property
    def mesh(self) -> Mesh:
        """What `mesh.yml` says."""
        return load_mesh(self.project_dir)

    @cached_property
    def dbt_project(self) -> dict[str, Any]:
        """What `dbt_project.yml` says. Raises InputError where it cannot be read."""
        return read_yaml(self.project_dir / "dbt_project.yml")

    @cached_property
    def profile(self) -> Profile:
        """What dbt connects to."""
        return read_profile(self.project_dir, self.dbt_project, self.target)

    @cached_property
    def catalog_type(self) -> str:
        """Where ports of this target are published; the laptop's, where no profile says it: a row of its own tells."""
        try:
            return "databricks" if self.profile.type == "databricks" else "duckdb"
        except MeshportError:
            return "duckdb"

    @cached_property
    def dbt(self) -> Program:
        """The dbt that meshport runs. Raises UnavailableError where there is none."""
        return find_program(self.project_dir)


class Check(msgspec.Struct, frozen=True):
    """A check by its name. Where one in `needs` has failed, it is not run: one cause, one failed row.

    `only` names the type of catalog that it is about; `writes` says that it writes something, and takes it away again.
    """

    name: str
    look: Callable[[Place], Finding]
    needs: tuple[str, ...] = ()
    only: str | None = None
    writes: bool = False


def run(checks: Iterable[Check], place: Place) -> list[Row]:
    """Run checks in their order and return a row for each."""
    rows: list[Row] = []
    for check in checks:
        if check.only is not None and check.only != place.catalog_type:
            continue
        failed = {row.check for row in rows if row.result == "failed" or row.found.startswith("not checked")}
        missing = [name for name in check.needs if name in failed]
        finding = Finding("warning", "not checked", f"first: {', '.join(missing)}") if missing else _look(check, place)
        rows.append(Row(check.name, finding.result, finding.found, finding.fix))
    return rows


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file. Raises InputError where there is none."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"there is no {path.name}", where=str(path.parent)) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path.name} cannot be read: {error}", where=str(path)) from error
    if not isinstance(found, dict):
        raise InputError(f"{path.name} holds no mapping", where=str(path))
    return found


def _look(check: Check, place: Place) -> Finding:
    try:
        return check.look(place)
    except MeshportError as error:
        where = f" ({error.where})" if error.where else ""
        return Finding("failed", f"{error.message}{where}", error.hint or f"mend {error.where or check.name}")
    except Exception as error:  # a defect of one check must not hide the others
        return Finding("failed", f"{type(error).__name__}: {error}", "this is a defect of meshport: please report it")
