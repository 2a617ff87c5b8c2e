"""Conditions of ABAC policies: `has_tag('k')`, `has_tag_value('k', 'v')`, with AND, OR, NOT, and parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r"\s*(?:(?P<word>\w+)|'(?P<text>(?:[^'\\]|''|\\.)*)'|(?P<mark>[(),]))")
_FUNCTIONS = {"has_tag": 1, "hastag": 1, "has_tag_value": 2, "hastagvalue": 2}


@dataclass(frozen=True)
class Condition:
    """One condition. `tags` are the keys that it asks about, all of which must be governed."""

    text: str
    tags: frozenset[str]

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Return whether it is true of an object with these tags."""
        return _Reader(self.text, tags).read()


def parse(text: str) -> Condition:
    """Read a condition; raise ValueError when it is none."""
    reader = _Reader(text, {})
    reader.read()
    return Condition(text, frozenset(reader.asked))


class _Reader:
    """Reads and decides in one go; both sides of AND and OR are always read."""

    def __init__(self, text: str, tags: Mapping[str, str]) -> None:
        self.tags = tags
        self.asked: set[str] = set()
        self.text = text
        self.tokens = list(self._split(text))

    def _split(self, text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"Cannot read {text[at:]!r} in condition {text!r}")
            at = found.end()
            kind = str(found.lastgroup)
            value = found[kind]
            yield kind, re.sub(r"''|\\(.)", lambda m: m[1] or "'", value) if kind == "text" else value.lower()

    def _next(self, *wanted: str) -> str | None:
        """Take the next word or mark when it is one of these."""
        if self.tokens and self.tokens[0][0] != "text" and self.tokens[0][1] in wanted:
            return self.tokens.pop(0)[1]
        return None

    def _need(self, *wanted: str) -> str:
        taken = self._next(*wanted)
        if taken is None:
            raise ValueError(f"Expected {' or '.join(wanted)} in condition {self.text!r}")
        return taken

    def read(self) -> bool:
        result = self._either()
        if self.tokens:
            raise ValueError(f"Unexpected {self.tokens[0][1]!r} in condition {self.text!r}")
        return result

    def _either(self) -> bool:
        result = self._both()
        while self._next("or"):
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._one()
        while self._next("and"):
            result = self._one() and result
        return result

    def _one(self) -> bool:
        if self._next("not"):
            return not self._one()
        if self._next("("):
            result = self._either()
            self._need(")")
            return result
        if word := self._next("true", "false"):
            return word == "true"
        return self._call()

    def _call(self) -> bool:
        function = self._need(*_FUNCTIONS)
        self._need("(")
        arguments = [self._argument()]
        while self._next(","):
            arguments.append(self._argument())
        self._need(")")
        if len(arguments) != _FUNCTIONS[function]:
            raise ValueError(f"{function} takes {_FUNCTIONS[function]} arguments, in condition {self.text!r}")
        self.asked.add(arguments[0])
        key, *value = arguments
        return key in self.tags and (not value or self.tags[key] == value[0])

    def _argument(self) -> str:
        if not self.tokens or self.tokens[0][0] != "text":
            raise ValueError(f"Expected a text in quotes in condition {self.text!r}")
        return self.tokens.pop(0)[1]
