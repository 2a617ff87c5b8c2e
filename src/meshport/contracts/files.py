"""Documents in files: YAML (or JSON) in, with the line of everything in it; YAML out. The one module that does so here.

What comes from strangers is read with care: no tags, no key twice, and no few lines that stand for billions.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import yaml

from meshport.contracts.odcs_read import ReadContract, read_odcs
from meshport.contracts.odcs_types import DocumentError, Place
from meshport.errors import InputError

LARGEST = 1_000_000
"""How many values a document may hold once every alias stands for what it names."""
DEEPEST = 100
"""How deep a document may be nested. The parser in C does not survive what is nested without end."""
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge")}
_MERGE = "tag:yaml.org,2002:merge"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_BASE):  # type: ignore[misc]
    """YAML as the standard's JSON schema means it: a date is a text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in _BASE.yaml_implicit_resolvers.items()
    }


class _Dumper(_DUMPER):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        return True


class Source:
    """A text that was read: its data, and the lines of it. `where` is what people call it."""

    def __init__(self, text: str, where: str) -> None:
        self.where = where
        loader = _Loader("")
        try:
            _check_depth(text)
            loader = _Loader(text)
            self._root = loader.get_single_node()
            _check_size(self._root)
            self.data: Any = None if self._root is None else loader.construct_document(self._root)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = f"{where}:{mark.line + 1}" if mark else where
            raise InputError(f"this is not YAML: {error.problem or error.context}", where=at) from error
        except (yaml.YAMLError, ValueError, KeyError) as error:
            raise InputError(f"this is not YAML: {error}", where=where) from error
        except _Hostile as error:
            raise InputError(str(error), where=f"{where}:{error.line}") from None
        finally:
            loader.dispose()

    def at(self, place: Place) -> str:
        """Return the file and line of a place in the data, or of the nearest thing around it."""
        node = self._root
        for step in place:
            if isinstance(node, yaml.MappingNode):
                found = next((value for key, value in node.value if key.value == step), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                found = node.value[step]
            else:
                found = None
            if found is None:
                break
            node = found
        return f"{self.where}:{node.start_mark.line + 1 if node else 1}"


@contextmanager
def explained(source: Source) -> Iterator[None]:
    """Turn what is wrong with a document into an error of the user's, with file and line."""
    try:
        yield
    except DocumentError as error:
        raise InputError(error.message, where=source.at(error.place), hint=error.hint) from error


def read_source(path: Path) -> Source:
    """Read a file of YAML or JSON. Raises InputError, with the line, where that cannot be done."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("the file is not text in UTF-8", where=str(path)) from error
    return Source(text, str(path))


def read_contract(source: Source) -> ReadContract:
    """Return the data contract in a text. Raises InputError, with file and line, where it is none or does not fit."""
    with explained(source):
        return read_odcs(source.data)


def as_yaml(data: Any) -> str:
    """Return a document as YAML, in the order given."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def replace_file(path: Path, text: str) -> None:
    """Write a file at once or not at all; its folder is made. Raises InputError where that fails."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise InputError(f"the file cannot be written: {error.strerror}", where=str(path)) from error


class _Hostile(Exception):
    def __init__(self, message: str, part: yaml.Node | yaml.Event) -> None:
        super().__init__(message)
        self.line = part.start_mark.line + 1 if part.start_mark else 1


def _check_depth(text: str) -> None:
    """Raise _Hostile for what is nested too deeply. Going through the events of a text takes as long as reading it."""
    longest = max(map(len, text.splitlines()), default=0)
    if longest + text.count("[") + text.count("{") <= 10 * DEEPEST:
        return  # a level takes a character of its line, or a bracket: the parser survives this, and sizes are checked
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _Hostile(f"this is nested more than {DEEPEST} levels deep", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_size(root: yaml.Node | None) -> None:
    """Raise _Hostile for what would be read otherwise than it looks, or would not end.

    An alias is not copied while it is read, but everything that walks through the data meets it again each time.
    """
    sizes: dict[int, int] = {}
    under_way: set[int] = set()

    def size(node: yaml.Node) -> int:
        if len(under_way) > DEEPEST:
            raise _Hostile(f"this is nested more than {DEEPEST} levels deep", node)
        if node.tag not in _TAGS:
            raise _Hostile(f"a value of the kind {node.tag} has no place here", node)
        if id(node) in under_way:
            raise _Hostile("this holds itself: an alias names what it stands in", node)
        if id(node) not in sizes:
            under_way.add(id(node))
            sizes[id(node)] = 1 + sum(map(size, _children(node)))
            under_way.discard(id(node))
            if sizes[id(node)] > LARGEST:
                raise _Hostile(f"this stands for more than {LARGEST:,} values", node)
        return sizes[id(node)]

    if root is not None:
        size(root)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if not isinstance(node, yaml.MappingNode):
        return []
    seen = set()
    for key, _ in node.value:
        if key.tag != _MERGE and isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                raise _Hostile(f"the key `{key.value}` comes twice", key)
            seen.add(key.value)
    return [part for pair in node.value for part in pair]
