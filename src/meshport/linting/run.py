"""Lint files, several at a time, and mend what can be mended."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import cast

import msgspec
from sqlfluff.core import Linter
from sqlfluff.core.errors import SQLBaseError, SQLFluffUserError, SQLLexError, SQLParseError, SQLTemplaterError
from sqlfluff.core.linter import LintedFile
from sqlfluff.core.templaters.builtins.dbt import DBT_BUILTINS

from meshport.errors import InputError
from meshport.linting.config import Lint, RuledConfig, config_for
from meshport.linting.templater import macro_files, names_in, read_macros
from meshport.linting.types import Finding, Linted

FEW = 8
"""So many files are linted in this process: another costs a second to start."""


class Job(msgspec.Struct, frozen=True):
    """What is the same for every file: the project, the standards' rules, what stands in for missing settings."""

    project_dir: Path
    lint: dict[str, dict[str, str]]
    dialect: str | None
    macros: tuple[Path, ...]
    fix: bool = False


def lint_files(job: Job, files: Sequence[Path], tell: Callable[[str, int, int], None]) -> list[Linted]:
    """Lint some files and return what was found in each, in their order. Raises InputError for a bad configuration."""
    found = []
    for number, linted in enumerate(_each(job, files), start=1):
        if number % (len(files) // 20 or 1) == 0:
            tell("linting", number, len(files))
        found.append(linted)
    return found


def _each(job: Job, files: Sequence[Path]) -> Iterator[Linted]:
    if len(files) <= FEW:
        yield from (lint_file(job, file) for file in files)
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lint_file, [job] * len(files), files, chunksize=4)


def lint_file(job: Job, file: Path) -> Linted:
    """Lint one file, and mend it where the job says so."""
    path = file.relative_to(job.project_dir).as_posix() if file.is_relative_to(job.project_dir) else str(file)
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return Linted(path=path, unread=f"it cannot be read: {error}")
    try:
        config = cast(RuledConfig, _config(job, file.parent).copy())
    except (SQLFluffUserError, ValueError, KeyError) as error:  # a dialect that does not exist is a KeyError
        said = str(error).strip("'")
        hint = "correct .sqlfluff in the project, or sqlfluff.cfg in the standards"
        raise InputError(f"sqlfluff cannot work with this configuration: {said}", where=path, hint=hint) from error
    try:
        limit = int(config.get("large_file_skip_byte_limit") or 0)
        if limit and len(text.encode()) > limit:
            return Linted(path=path, unread=f"it is larger than {limit} bytes (large_file_skip_byte_limit)")
        config.process_raw_file_for_config(text, path)
        with _modules_kept():
            linted = Linter(config=config).lint_string(text, fname=str(file), config=config, fix=job.fix)
    except (SQLFluffUserError, ValueError) as error:
        raise InputError(f"sqlfluff cannot work with this configuration: {error}", where=path) from error
    unread = _unread(linted, text)
    if job.fix and not unread and not _broken(linted):
        fixed, changed = linted.fix_string()
        if changed:
            _write(file, fixed if "\r\n" not in text else fixed.replace("\n", "\r\n"))
            again = lint_file(msgspec.structs.replace(job, fix=False), file)
            return msgspec.structs.replace(again, fixed=True)
    findings = () if unread else tuple(_finding(path, error) for error in linted.get_violations(filter_warning=False))
    return Linted(path=path, findings=findings, unread=unread, overruled=tuple(dict.fromkeys(config.overruled)))


@contextmanager
def _modules_kept() -> Iterator[None]:
    """Undo what sqlfluff does to this program's modules: a project's `library_path` is loaded over those of its names.

    A scaffolded project has a module `meshport` there, which stands in for the dbt package.
    """
    before = dict(sys.modules)
    try:
        yield
    finally:
        sys.modules.update(before)


@lru_cache(maxsize=256)
def _config_of(
    project_dir: Path, folder: Path, lint: bytes, dialect: str | None, macros: tuple[Path, ...]
) -> RuledConfig:
    rules: Lint = msgspec.json.decode(lint, type=dict[str, dict[str, str]])
    # A file with tags that sqlfluff does not know (`materialization`) would keep every other file from being read.
    files = [
        str(file) for place in macros for file in macro_files(str(place)) if names_in(read_macros(file)) is not None
    ]
    return config_for(folder, project_dir, rules, dialect, ",".join(files))


def _config(job: Job, folder: Path) -> RuledConfig:
    return _config_of(job.project_dir, folder, msgspec.json.encode(job.lint), job.dialect, job.macros)


def _broken(linted: LintedFile) -> list[SQLBaseError]:
    kinds = (SQLTemplaterError, SQLParseError, SQLLexError)
    return [error for error in linted.violations if isinstance(error, kinds)]


def _unread(linted: LintedFile, text: str) -> str:
    """Return why a file was not read as SQL through no fault that is known: its template asks for more than is here.

    A file that asks for nothing but what dbt itself has, and is no SQL, is a finding.
    """
    for error in _broken(linted):
        if isinstance(error, SQLTemplaterError):
            return f"its template cannot be rendered here: {error.desc()}"
    if _broken(linted):
        asked = sorted((names_in(text) or frozenset()) - DBT_BUILTINS.keys())
        if asked:
            return f"it cannot be parsed without what these would render: {', '.join(asked)}"
    return ""


def _finding(path: str, error: SQLBaseError) -> Finding:
    return Finding(
        path=path,
        line=max(error.line_no, 1),
        column=max(error.line_pos, 1),
        rule=error.rule_code(),
        name=error.rule_name(),
        message=error.desc(),
        severity="warning" if error.warning else "error",
        fixable=error.fixable,
    )


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, with the rights it had."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".sql")
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
    Path(temporary).chmod(path.stat().st_mode)
    Path(temporary).replace(path)
