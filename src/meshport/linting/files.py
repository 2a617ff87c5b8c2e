"""Which files are linted: what dbt reads as SQL of this project, what is named, or what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlfluff.core.linter.discovery import paths_from_path

from meshport.errors import InputError
from meshport.git import Git, find_repository

FOLDERS = {"model-paths": "models", "snapshot-paths": "snapshots", "analysis-paths": "analyses", "test-paths": "tests"}
MACROS = {"macro-paths": "macros"}


def folders_of(project_dir: Path, dbt_project: dict[str, Any], kinds: dict[str, str]) -> list[Path]:
    """Return the folders of some kinds that a dbt project says it has, or has by default, as far as they are there."""
    named = [project_dir / name for key, default in kinds.items() for name in dbt_project.get(key) or [default]]
    return [folder.resolve() for folder in named if folder.is_dir()]


def files_in(paths: Sequence[Path], project_dir: Path) -> list[Path]:
    """Return the SQL files at some paths, without those that `.sqlfluffignore` names. Raises InputError for no path."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise InputError(f"there is nothing at {path}")
        within = paths_from_path(str(path.resolve()), working_path=str(project_dir))
        found.update(dict.fromkeys(Path(file).resolve() for file in sorted(within)))
    return list(found)


def changed_files(project_dir: Path, ref: str | None) -> set[Path]:
    """Return the files of a project that changed since its branch left another one, committed or not.

    `ref` is that other branch, None for the main one. Raises InputError where there is no repository or no such branch.
    """
    git = find_repository(project_dir)
    if git is None:
        raise InputError("what has changed is not known: this is no git repository", where=str(project_dir))
    base = _base(git, ref)
    return {(git.top / path).resolve() for path in git.changed_since(base)}


def _base(git: Git, ref: str | None) -> str:
    branch = ref or git.main_branch()
    if branch is None:
        raise InputError("there is no main branch to compare with", where=str(git.top), hint="name one: --changed=REF")
    commit = git.commit_at(branch)
    if commit is None:
        hint = "a branch, tag or commit; a path after --changed is taken for one: write --changed=REF PATH"
        raise InputError(f"git knows no {branch}", where=str(git.top), hint=hint)
    base = git.merge_base("HEAD", commit)
    if base is None:
        raise InputError(
            f"this branch and {branch} have no commit in common",
            where=str(git.top),
            hint="fetch more: git fetch --unshallow",
        )
    return base
