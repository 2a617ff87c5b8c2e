"""Bring a patch into the files of a project: all of it is worked out first, then every file is replaced whole."""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from meshport.errors import InputError
from meshport.inspection.fit import fit_group, fit_model
from meshport.inspection.patch import Declaration, Entry, Patch
from meshport.inspection.yaml_data import Loader, name_of
from meshport.inspection.yaml_text import CannotEdit, merge_text

NEW_FILE = "version: 2\n"
_HINT = "run `dbt parse` so that the artifacts fit the files, and try again"


class FileChange(msgspec.Struct, frozen=True):
    """What a file holds and would hold. `before` is None for a new file."""

    path: Path
    name: str
    before: str | None
    after: str

    def diff(self) -> str:
        """Return the change as a unified diff."""
        old = [] if self.before is None else self.before.splitlines(keepends=True)
        source = "/dev/null" if self.before is None else f"a/{self.name}"
        lines = difflib.unified_diff(old, self.after.splitlines(keepends=True), source, f"b/{self.name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def models_folder(project_dir: Path, project: str) -> str:
    """Return the first of the project's model paths (`models`).

    Raises InputError where this folder is not that dbt project.
    """
    path = project_dir / "dbt_project.yml"
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except FileNotFoundError:
        raise InputError(
            "there is no dbt project here", where=str(project_dir), hint="name it with --project-dir"
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"dbt_project.yml cannot be read: {error}", where=str(path)) from error
    name = content.get("name") if isinstance(content, dict) else None
    if name != project:
        raise InputError(
            f"the artifacts are of the project `{project}`, here is `{name}`",
            where=str(path),
            hint="name the project of these artifacts with --project-dir",
        )
    paths = content.get("model-paths") or ["models"]
    return str(paths[0])


def changes(project_dir: Path, patch: Patch) -> list[FileChange]:
    """Return which files a patch changes, and how. Nothing is written.

    Raises InputError where a file is not there, has not the entry that the artifacts say it has, lies outside the
    project, or cannot be changed by inserting lines.
    """
    before: dict[str, str | None] = {}
    after: dict[str, str] = {}
    for declaration in patch.declarations:
        path = _inside(project_dir, declaration.path)
        if declaration.path not in before:
            before[declaration.path] = _read(path)
        text = after.get(declaration.path, before[declaration.path])
        try:
            after[declaration.path] = _declare(declaration, text)
        except CannotEdit as error:
            raise InputError(f"{declaration.path} cannot be changed: {error}", where=str(path), hint=_HINT) from error
    return [
        FileChange(_inside(project_dir, name), name, before[name], text)
        for name, text in after.items()
        if text != before[name]
    ]


def write(changed: Sequence[FileChange]) -> None:
    """Write the files: all of them beside their places first, then each is put in its place at once.

    Raises InputError where one cannot be written; then none was changed.
    """
    ready: list[tuple[str, Path]] = []
    try:
        for change in changed:
            change.path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=change.path.parent, prefix=f".{change.path.name}.")
            ready.append((temporary, change.path))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(change.after)
                file.flush()
                os.fsync(file.fileno())
            if change.before is not None:
                shutil.copymode(change.path, temporary)
            else:
                os.chmod(temporary, 0o644)
        while ready:
            os.replace(*ready[0])
            ready.pop(0)
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", where=error.filename) from error
    finally:
        for temporary, _ in ready:
            Path(temporary).unlink(missing_ok=True)


def _declare(declaration: Declaration, text: str | None) -> str:
    existing = _entry(declaration, text) if text is not None else None
    if existing is None and declaration.must_exist:
        name = declaration.entry["name"]
        raise CannotEdit(f"the artifacts say that `{name}` is described in it, and it is not")
    fit = fit_group if declaration.section == "groups" else fit_model
    wanted = fit(declaration.entry, existing)
    return merge_text(NEW_FILE if text is None else text, {declaration.section: [wanted]})


def _entry(declaration: Declaration, text: str) -> Entry | None:
    try:
        content: Any = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise CannotEdit(f"it is not YAML: {error}") from error
    entries = content.get(declaration.section) if isinstance(content, dict) else None
    if entries is not None and not isinstance(entries, list):
        raise CannotEdit(f"its `{declaration.section}` are no list")
    wanted = name_of(declaration.entry)
    return next((entry for entry in entries or [] if name_of(entry) == wanted), None)


def _inside(project_dir: Path, name: str) -> Path:
    root = project_dir.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise InputError("the artifacts name a file outside the project", where=name, hint=_HINT)
    return path


def _read(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}", where=str(path)) from error
