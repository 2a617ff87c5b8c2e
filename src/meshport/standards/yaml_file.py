"""YAML files read strictly: no key twice, and the line of whatever does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from meshport.errors import InputError

T = TypeVar("T")
Steps = tuple[str | int, ...]
"""A way into a file: keys of mappings and, from 0, numbers of items."""
# Every command reads the standards: the parser in C, where it is there, saves it a tenth of a second.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")


class YamlFile:
    """A file that holds one mapping: `content`, and where in the file each part of it stands."""

    def __init__(self, path: Path) -> None:
        """Read a file. Raises InputError with file and line: unreadable, no YAML, no mapping, a key twice."""
        self.path = path
        text = read_text(path)
        try:
            loader = _LOADER(text)
            self._node = loader.get_single_node()
            content = {} if self._node is None else loader.construct_document(self._node)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or str(error).splitlines()[0]
            raise InputError(f"{path.name} is no YAML: {said}", where=_place(path, mark and mark.line)) from error
        if not isinstance(content, dict):
            raise InputError(f"{path.name} must hold a mapping", where=str(path))
        for line, key in _repeated(self._node):
            raise InputError(f"{path.name} says `{key}` twice", where=_place(path, line))
        self.content: dict[str, Any] = {str(key): value for key, value in content.items()}

    def where(self, *steps: str | int) -> str:
        """Return file and line of a part, or of the innermost part on the way to it that is there."""
        line, node = None, self._node
        for step in steps:
            found = next((child for name, *child in _children(node) if name == str(step)), None)
            if found is None:
                break
            line, node = found
        return _place(self.path, line)

    def fit(self, value: Any, shape: type[T], *steps: str | int) -> T:
        """Return a part of the file, found at `steps`, as `shape`. Raises InputError with file and line."""
        try:
            return msgspec.convert(value, shape)
        except msgspec.ValidationError as error:
            said = str(error)
            inner = [key or int(number) for key, number in _STEP.findall(said.partition("at `$")[2].rstrip("`"))]
            unknown = _UNKNOWN.findall(said)
            name = f"`{steps[-1]}` in {self.path.name}" if steps else self.path.name
            raise InputError(f"{name}: {said}", where=self.where(*steps, *inner, *unknown)) from error


def read_text(path: Path) -> str:
    """Return a file's text. Raises InputError where it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}", where=str(path)) from error


def _place(path: Path, line: int | None) -> str:
    return str(path) if line is None else f"{path}:{line + 1}"


def _children(node: Any) -> Iterator[tuple[str, int, Any]]:
    """Yield name, line and value of each part of a YAML node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key.start_mark.line, value
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield str(number), value.start_mark.line, value


def _repeated(node: Any) -> Iterator[tuple[int, str]]:
    """Yield line and key of every key that a mapping has for the second time."""
    waiting, walked = [node], set()
    while waiting:
        current = waiting.pop()
        if id(current) in walked:  # an alias: the same node again
            continue
        walked.add(id(current))
        seen = set()
        for name, line, value in _children(current):
            if isinstance(current, yaml.MappingNode):
                if name in seen:
                    yield line, name
                seen.add(name)
            waiting.append(value)
