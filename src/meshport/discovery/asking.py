"""What is asked, as words; and which words of a product answer it. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from meshport.discovery.words import folded, spans, stem

Fit = Literal["word", "beginning", "misspelt"]
Nearness = Literal["words", "near", "some"]
"""How results were found: with every word; with words that come near; with some of the words."""
_SMALL = frozenset(("a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "per", "the", "to", "with"))
"""What people write between the words that they look for."""
_PREFIX_FROM = 2
_ONE_LETTER_FROM = 4
_TWO_LETTERS_FROM = 8


class Wanted(msgspec.Struct, frozen=True):
    """A word that was asked for: as it compares, and as it was typed (without case and accents)."""

    word: str
    typed: str

    def begins(self, *, near: bool) -> bool:
        """Whether it may be the beginning of a longer word. One letter begins too many of them to be asked first."""
        return near or len(self.typed) >= _PREFIX_FROM

    @property
    def typos(self) -> int:
        """How many letters of it may be wrong: none in a short word or a number."""
        if self.word.isdigit() or len(self.word) < _ONE_LETTER_FROM:
            return 0
        return 1 if len(self.word) < _TWO_LETTERS_FROM else 2


class Piece(msgspec.Struct, frozen=True):
    """A piece of a text, and whether it is what was searched for."""

    text: str
    found: bool


class Asking(msgspec.Struct, frozen=True):
    """The words of a query, each once. `near` lets them be misspelt; `least` of them must be found.

    Nothing was asked where there are no words, and nothing can be found (`nonsense`) where there is text without any.
    """

    words: tuple[Wanted, ...]
    near: bool = False
    least: int = 0
    nonsense: bool = False

    @property
    def found_by(self) -> Nearness:
        """How what it finds was found."""
        return "words" if not self.near else "near" if self.least == len(self.words) else "some"


def ask(text: str) -> list[Asking]:
    """Return what to look for, one after the other until something is found: the words, what is near, some of it."""
    typed = folded(text)
    typed = [word for word in typed if word not in _SMALL] or typed
    unique = {stem(word): Wanted(stem(word), word) for word in reversed(typed)}
    words = tuple(reversed(unique.values()))
    exact = Asking(words, least=len(words), nonsense=not words and bool(text.strip()))
    if not words:
        return [exact]
    some = [len(words) - max(1, len(words) // 3)] if len(words) > 1 else []
    return [exact, *(Asking(words, near=True, least=least) for least in (len(words), *some))]


def fit(wanted: Wanted, word: str, *, near: bool) -> Fit | None:
    """Return how a word of a product answers one that was asked for, None where it does not."""
    if word == wanted.word:
        return "word"
    if wanted.begins(near=near) and word.startswith(wanted.typed):
        return "beginning"
    if near and wanted.typos and within_distance(wanted.word, word, wanted.typos):
        return "misspelt"
    return None


@lru_cache(maxsize=65_536)
def within_distance(one: str, other: str, most: int) -> bool:
    """Return whether two words differ by at most so many letters: added, left out, changed, or swapped neighbours."""
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        new = [i]
        for j, against in enumerate(other, start=1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > most:
            return False
        before, row = row, new
    return row[-1] <= most


def pieces(text: str, asking: Asking) -> tuple[Piece, ...]:
    """Return a text in pieces, so that the words that were found in it can be shown; together they are the text."""
    found: list[Piece] = []
    place = 0
    for (start, end), there in spans(text):
        if not any(fit(wanted, word, near=asking.near) for wanted in asking.words for word in there):
            continue
        if start > place:
            found.append(Piece(text[place:start], False))
        found.append(Piece(text[start:end], True))
        place = end
    return tuple(found) if place == len(text) and found else (*found, Piece(text[place:], False))
