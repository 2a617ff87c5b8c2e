"""`sqlfluff.cfg`: the standards' configuration of sqlfluff, section by section. sqlfluff itself is not imported."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from meshport.errors import InputError
from meshport.standards.yaml_file import read_text

T = TypeVar("T")
LINT_FILE = "sqlfluff.cfg"


class Section(msgspec.Struct, frozen=True):
    """A section of a configuration file: texts by key, and where each stands."""

    path: Path
    name: str
    value: dict[str, str]

    def where(self, *steps: str | int) -> str:
        """Return file and line of the section, or of one of its keys."""
        found, inside = None, False
        for number, line in enumerate(read_text(self.path).splitlines(), start=1):
            if line.strip().startswith("["):
                inside = line.strip() == f"[{self.name}]"
                found = number if inside else found
            elif inside and steps and re.match(rf"{re.escape(str(steps[0]))}\s*[=:]", line.strip()):
                return f"{self.path}:{number}"
        return str(self.path) if found is None else f"{self.path}:{found}"

    def fit(self, value: Any, shape: type[T]) -> T:
        """Return a value as `shape`: every key of such a file is a text."""
        return msgspec.convert(value, shape)


def read_lint(path: Path) -> Iterator[tuple[str, Section]]:
    """Yield the sections of a configuration file. Raises InputError, with file and line, where it is none."""
    parser = configparser.ConfigParser(delimiters="=", interpolation=None, default_section="")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # sqlfluff tells upper case from lower
    try:
        parser.read_string(read_text(path), source=path.name)
    except configparser.Error as error:
        errors = getattr(error, "errors", None)
        line = errors[0][0] if errors else getattr(error, "lineno", None)
        said = error.message.splitlines()[0]
        raise InputError(f"{path.name}: {said}", where=f"{path}:{line}" if line else str(path)) from error
    for name in parser.sections():
        if name != "sqlfluff" and not name.startswith("sqlfluff:"):
            raise InputError(f"{path.name} has a section [{name}]; sqlfluff's begin with `sqlfluff`", where=str(path))
        yield name, Section(path, name, dict(parser[name]))
