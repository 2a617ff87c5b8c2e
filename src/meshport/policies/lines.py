"""The line of a YAML file on which a model, source or column is declared, found without parsing the file."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

_SECTION = re.compile(r"(\w+):")
_NAME = re.compile(r"""(?:^|[\s{,-])name:\s*(?:'([^']*)'|"([^"]*)"|([^\s,}#'"][^,}#]*?))\s*(?=[,}#]|$)""")


class _Entry(NamedTuple):
    """A `name:` in a file: how far its line is indented, which line (from 1), and the name."""

    indent: int
    line: int
    name: str


class _File:
    """The names in one file. `tops` has, by section and name, the position of the least indented entry of that name."""

    def __init__(self, text: str) -> None:
        self.entries: list[_Entry] = []
        self.tops: dict[tuple[str, str], int] = {}
        self._below: dict[int, dict[str, int]] = {}
        section = ""
        for number, line in enumerate(text.split("\n"), 1):
            heading = _SECTION.match(line)
            section = heading[1] if heading else section
            for found in _NAME.finditer(line):
                name = found[1] or found[2] or found[3] or ""
                entry = _Entry(len(line) - len(line.lstrip()), number, name)
                top = self.tops.get((section, name))
                if top is None or entry.indent < self.entries[top].indent:
                    self.tops[section, name] = len(self.entries)
                self.entries.append(entry)

    def below(self, position: int) -> dict[str, int]:
        """Return the lines of the names within an entry: those that follow it and are indented further."""
        if position not in self._below:
            indent = self.entries[position].indent
            following = (self.entries[number] for number in range(position + 1, len(self.entries)))
            inner = list(takewhile(lambda entry: entry.indent > indent, following))
            self._below[position] = {entry.name: entry.line for entry in reversed(inner)}
        return self._below[position]


class Lines:
    """The YAML files of a project, each read once. `project_dir` is what paths are relative to."""

    def __init__(self, project_dir: Path) -> None:
        self._root = project_dir
        self._files: dict[str, _File] = {}

    def find(self, path: str, section: str, name: str, column: str | None = None) -> int | None:
        """Return the line, from 1, that declares `name`, or its column where that is declared; None where neither is.

        `section` is the key at the top of the file below which it stands (`models`, `groups`). Columns may have the
        name of a model: of several entries the least indented one is the model's.
        """
        file = self._file(path)
        top = file.tops.get((section, name))
        if top is None:
            return None
        line = file.entries[top].line
        return line if column is None else file.below(top).get(column, line)

    def _file(self, path: str) -> _File:
        if path not in self._files:
            try:
                text = (self._root / path).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                text = ""
            self._files[path] = _File(text)
        return self._files[path]
