"""Read one standards folder as it is written, with the place of each entry; nothing is merged yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from meshport.errors import InputError
from meshport.mesh import StandardsSource
from meshport.standards.lint_file import LINT_FILE, read_lint
from meshport.standards.policy import TYPES
from meshport.standards.types import Kind, Protection
from meshport.standards.yaml_file import YamlFile, read_text

T = TypeVar("T")
FORMAT = 1
ABOUT = "standards.yml"
RANKING: Kind = "ranking"
FILES: tuple[Kind, ...] = ("classifications", "masks", "tag_templates", "access", RANKING)
OPTIONAL = ("access", RANKING)
"""Kinds without which standards that extend no others are complete. What they do not weigh is weighed as in those that
ship with meshport."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`standards.yml` of a folder: the format it is written in, its name for people, the standards it builds on, and
    how masks are enforced.
    """

    format: int = FORMAT
    name: str | None = None
    description: str = ""
    extends: StandardsSource | None = None
    protection: Protection = Protection()


class Written(Protocol):
    """An entry as a file has it."""

    @property
    def value(self) -> Any:
        """What the file says."""

    def where(self, *steps: str | int) -> str:
        """Return file and line of the entry, or of a part of it."""

    def fit(self, value: Any, shape: type[T]) -> T:
        """Return a value as `shape`. Raises InputError with file and line."""


class Part(msgspec.Struct, frozen=True):
    """An entry in a YAML file, found at `steps`."""

    file: YamlFile
    steps: tuple[str, ...]
    value: Any

    def where(self, *steps: str | int) -> str:
        """Return file and line of the entry, or of a part of it."""
        return self.file.where(*self.steps, *steps)

    def fit(self, value: Any, shape: type[T]) -> T:
        """Return a value as `shape`. Raises InputError with file and line."""
        return self.file.fit(value, shape, *self.steps)


class Query(msgspec.Struct, frozen=True):
    """The SQL of a policy, and the file it is in."""

    path: Path
    sql: str


class Folder(msgspec.Struct, frozen=True):
    """What one folder says. `label` names it for people; `queries` are keyed `type/name`, as policies are.

    `own` marks the folder in a domain's project, which may add less than the standards that it builds on.
    """

    label: str
    about: About
    entries: dict[Kind, dict[str, Written]]
    queries: dict[str, Query]
    own: bool = False
    where: str = ABOUT


def read_about(folder: Path) -> About:
    """Read `standards.yml`, which need not be there. Raises InputError for a newer format and what does not fit."""
    path = folder / ABOUT
    if not path.is_file():
        return About()
    file = YamlFile(path)
    written = file.content.get("format", FORMAT)
    if isinstance(written, int) and written > FORMAT:
        raise InputError(
            f"these standards are of format {written}; this meshport reads format {FORMAT}",
            where=file.where("format"),
            hint="install a newer meshport, or use an older version of the standards",
        )
    return file.fit(file.content, About)


def read_folder(folder: Path, about: About, label: str, *, own: bool = False) -> Folder:
    """Read a standards folder; `own` is the one in a domain's project.

    One that extends no other must have all kinds of files but the optional; others may have any. Raises InputError with
    file and line.
    """
    if not folder.is_dir():
        raise InputError("there are no standards here", where=str(folder))
    _refuse_misspelt(folder)
    entries: dict[Kind, dict[str, Written]] = {}
    for kind in FILES:
        if (folder / f"{kind}.yml").is_file():
            entries[kind] = dict(_entries(YamlFile(folder / f"{kind}.yml"), kind))
        elif about.extends is None and kind not in OPTIONAL:
            raise InputError(
                f"the standards have no {kind}.yml",
                where=str(folder),
                hint=f"write one, or build on other standards: `extends:` in {ABOUT}",
            )
    policies, queries = _policies(folder / "policies")
    lint: dict[str, Written] = dict(read_lint(folder / LINT_FILE)) if (folder / LINT_FILE).is_file() else {}
    everything = {**entries, "policies": policies, "lint": lint}
    return Folder(label, about, everything, queries, own, str(folder / ABOUT))


def _entries(file: YamlFile, kind: str) -> Iterator[tuple[str, Written]]:
    """Yield the entries of a file with the one key `kind`, a mapping from names to entries."""
    content = file.content.get(kind)
    if file.content.keys() != {kind} or not isinstance(content, dict):
        raise InputError(
            f"{file.path.name} must hold one mapping named `{kind}`",
            where=str(file.path),
            hint=f"found the keys {sorted(file.content)}",
        )
    for name, value in content.items():
        yield str(name), Part(file, (kind, str(name)), value)


def _policies(folder: Path) -> tuple[dict[str, Written], dict[str, Query]]:
    """Return what `policies/<type>/<name>.yml` and the SQL beside it say, keyed `type/name`."""
    told: dict[str, Written] = {}
    queries: dict[str, Query] = {}
    for path in sorted(folder.glob("*/*.*")):
        if path.suffix not in (".yml", ".sql"):
            continue
        key, here = f"{path.parent.name}/{path.stem}", str(path)
        if path.parent.name not in TYPES:
            raise InputError(
                f"no policy is of type {path.parent.name!r}", where=here, hint=f"one of: {', '.join(TYPES)}"
            )
        if not _NAME.fullmatch(path.stem):
            hint = "small letters, digits and underscores, a letter first"
            raise InputError(f"a policy cannot be named {path.stem!r}", where=here, hint=hint)
        if path.suffix == ".sql":
            queries[key] = Query(path, read_text(path))
        else:
            file = YamlFile(path)
            told[key] = Part(file, (), file.content)
    for key in queries.keys() - told.keys():
        path = queries[key].path
        raise InputError(
            f"nothing says what {path.name} is about",
            where=str(path),
            hint=f"write {path.stem}.yml beside it, with a description and a severity",
        )
    return told, queries


def _refuse_misspelt(folder: Path) -> None:
    """Refuse files whose names nearly are those of the standards: they would look as if they were in force."""
    known = [ABOUT, LINT_FILE, *(f"{kind}.yml" for kind in FILES)]
    for path in sorted(folder.glob("*.*")):
        near = get_close_matches(path.name, known, n=1, cutoff=0.85)
        if near and path.name not in known:
            raise InputError(f"{path.name} is no file of the standards", where=str(path), hint=f"is it {near[0]}?")
