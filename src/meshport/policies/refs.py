"""Refs of files that dbt has not parsed, and the names that a project's files define. Read as text, not rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

FOLDERS = ("models", "seeds", "snapshots")
"""Where dbt looks by default."""
Name = tuple[str | None, str]
"""A package, None for the project's own, and the name of a model, seed or snapshot in it."""
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_REF = re.compile(r"""\bref\s*\(\s*(['"])(?P<first>[^'"]+)\1\s*(?:,\s*(['"])(?P<second>[^'"]+)\3)?""")
_SNAPSHOT = re.compile(r"\{%-?\s*snapshot\s+(\w+)|^\s*- name:\s*(\w+)", re.MULTILINE)
_GROUP = re.compile(r"""\bgroup\s*=\s*['"](\w+)['"]""")


class Ref(msgspec.Struct, frozen=True):
    """A `ref` as it is written. `path` is from the project's root, `line` counts from 1.

    `package` is None where none is given; `group` is the one that the file's own config names.
    """

    path: str
    line: int
    package: str | None
    name: str
    group: str | None = None


def unparsed_refs(project_dir: Path, parsed_at: float) -> Iterator[Ref]:
    """Yield the refs of every model and snapshot that was written after dbt last parsed the project.

    `parsed_at` is when, as seconds. In all other files dbt itself has resolved every ref.
    """
    for folder in ("models", "snapshots"):
        for path in sorted((project_dir / folder).rglob("*.sql")):
            if path.stat().st_mtime > parsed_at:
                text = path.read_text(encoding="utf-8", errors="replace")
                yield from _refs(path.relative_to(project_dir).as_posix(), text)


def defined_names(project_dir: Path) -> set[Name]:
    """Return the names that files define.

    A model's file may carry its version (`orders_v2.sql`); its name counts with and without.
    """
    names: set[Name] = set()
    roots = [(None, project_dir), *((path.name, path) for path in sorted((project_dir / "dbt_packages").glob("*")))]
    for package, root in roots:
        for path in (path for folder in FOLDERS for path in (root / folder).rglob("*.*")):
            if path.suffix in (".sql", ".py", ".csv"):
                names |= {(package, path.stem), (package, re.sub(r"[._]v\w+$", "", path.stem))}
        for path in (root / "snapshots").rglob("*.*"):
            found = _SNAPSHOT.findall(path.read_text(encoding="utf-8", errors="replace"))
            names |= {(package, one or other) for one, other in found}
    return names


def _refs(path: str, text: str) -> Iterator[Ref]:
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    group = _GROUP.search(text)
    for code in _JINJA.finditer(text):
        for found in _REF.finditer(code[0]):
            first, second = found["first"], found["second"]
            yield Ref(
                path=path,
                line=text.count("\n", 0, code.start() + found.start()) + 1,
                package=first if second else None,
                name=second or first,
                group=group[1] if group else None,
            )
