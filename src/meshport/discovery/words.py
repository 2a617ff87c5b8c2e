"""Text as words that can be compared: the same for what is searched and for what is asked. Pure.

A word is without case and accents and, in the way of English, without the ending of a plural: `Categories`, `category`
and `CATEGORY` are one. What is written without spaces between words (Chinese, Japanese) is cut into overlapping pairs
of characters, so that each word in it can be found.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ASCII = re.compile(r"[A-Za-z0-9]+")
_ONE_LETTER = re.compile(r"(?<![^\W_])([^\W\d_])-(?=[^\W_])")
_ACCENT = re.compile("[\u0300-\u036f]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

Span = tuple[int, int]
"""Where a word is in a text: first character, and the one after the last."""


def words(text: str) -> list[str]:
    """Return the words of a text, in order."""
    return [word for _, found in spans(text) for word in found]


def folded(text: str) -> list[str]:
    """Return the words of a text as they are typed: without case and accents, endings as they are."""
    return [folded for start, end in _tokens(text) for folded in _folded(text[start:end])]


def spans(text: str) -> list[tuple[Span, tuple[str, ...]]]:
    """Return the places of words in a text, each with the words there: several where it is written without spaces."""
    return [((start, end), _words(text[start:end])) for start, end in _tokens(text)]


def stem(word: str) -> str:
    """Return a folded word without the ending of an English plural (the first step of Porter's stemmer)."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def _tokens(text: str) -> list[Span]:
    found = [match.span() for match in _ASCII.finditer(text)] if text.isascii() else _letters(text)
    if "-" not in text:
        return found
    # One letter and a hyphen are no word of their own: e-mail, x-ray.
    joined = {match.start() for match in _ONE_LETTER.finditer(text)}
    merged: list[Span] = []
    for start, end in found:
        if merged and merged[-1][0] in joined and start == merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _letters(text: str) -> list[Span]:
    """Return the runs of letters, digits and the marks that belong to them, in any script."""
    found: list[Span] = []
    start = None
    for place, character in enumerate(text):
        if character.isalnum() or (start is not None and unicodedata.category(character)[0] == "M"):
            start = place if start is None else start
        elif start is not None:
            found.append((start, place))
            start = None
    return found if start is None else [*found, (start, len(text))]


@lru_cache(maxsize=65_536)
def _words(token: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _folded(token))


@lru_cache(maxsize=65_536)
def _folded(token: str) -> tuple[str, ...]:
    if token.isascii():
        return (token.lower().replace("-", ""),)
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", token).casefold())
    text = unicodedata.normalize("NFKC", plain)
    kept = "".join(character for character in text if character.isalnum() or unicodedata.category(character)[0] == "M")
    return tuple(_pairs(kept)) if kept else ()


def _pairs(word: str) -> list[str]:
    found: list[str] = []
    place = 0
    for run in _UNSPACED.finditer(word):
        if place < run.start():
            found.append(word[place : run.start()])
        characters = run.group()
        found.extend(characters[at : at + 2] for at in range(max(len(characters) - 1, 1)))
        place = run.end()
    return [*found, word[place:]] if place < len(word) else found
