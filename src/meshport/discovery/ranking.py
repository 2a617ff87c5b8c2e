"""The order of results: one formula.

A word counts once in a product: in the field that is worth most and has it (`placed`). What was asked for is worth

    text = sum over fields of (shares of the words found there x how each fits) x weight of the field
           + (share of the words of the product's title and name that were asked for) x weight of `called`

The share of a word is the larger the fewer products have it; all shares together are 1. Then what is known of the
product besides makes it better or worse in proportion, so that it decides between products that fit alike, and no fame
brings up what does not fit:

    score = text + sum over signals of (text x signal) x weight

Signals are between 0 and 1. Where no words are asked for, every text is worth 1. Weights are in the standards
(`standards/ranking.yml`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from meshport.discovery.asking import Asking, Fit, Wanted, fit
from meshport.discovery.documents import Document, called, texts
from meshport.discovery.engine import Entry
from meshport.discovery.types import Term
from meshport.discovery.words import words
from meshport.standards.ranking import CALLED, DEPRECATED, FIELDS, SIGNALS

Weights = Mapping[str, float]
"""Every weight of `meshport.standards.ranking.BOUNDS`."""

LONGEST_NAME = 8
"""The most words that a product may be called by for them to count as asked for."""
_MANY_SUBSCRIPTIONS = 100
_MANY_READS = 1_000
_HALF_FRESH_DAYS = 90
_FEW_RATERS = 2
"""So many count for half."""


class Match(msgspec.Struct, frozen=True):
    """Where and how a product answers a word: the field, the word there, and what that is worth."""

    field: str
    word: str
    fit: Fit
    worth: float


def placed(document: Document, weights: Weights) -> dict[str, str]:
    """Return the words of a document, each with the field it counts in: of those it is in, the one worth most."""
    found: dict[str, str] = {}
    by_field = texts(document)
    for field in sorted(FIELDS, key=lambda name: -weights[name]):
        for text in by_field[field]:
            for word in words(text):
                found.setdefault(word, field)
    return found


def entry_of(document: Document, weights: Weights, now: datetime) -> Entry:
    """Return what an index keeps of a document."""
    return Entry(document, placed(document, weights), factor(document, weights, now))


def worth(field: str, how: Fit, weights: Weights) -> float:
    """Return what a word is worth in a field when it fits so."""
    return weights[field] * (1.0 if how == "word" else weights[how])


def shares(asking: Asking, frequency: Callable[[str], int], size: int) -> tuple[float, ...]:
    """Return the share of each word that was asked for, by how many of `size` products have it (`frequency`)."""
    rarity = [math.log1p(size / (1 + frequency(wanted.word))) for wanted in asking.words]
    total = sum(rarity)
    return tuple(each / total if total else 1 / len(rarity) for each in rarity)


def match(wanted: Wanted, words_of: Mapping[str, str], weights: Weights, *, near: bool) -> Match | None:
    """Return where a product, as `placed` has it, answers a word best; None where it does not."""
    best: Match | None = None
    if wanted.word in words_of:  # what else fits has to be in a field that is worth more
        field = words_of[wanted.word]
        best = Match(field, wanted.word, "word", worth(field, "word", weights))
    for word, field in words_of.items():
        if best is not None and weights[field] <= best.worth:
            continue
        how = fit(wanted, word, near=near)
        if how is None:
            continue
        value = worth(field, how, weights)
        if best is None or value > best.worth:
            best = Match(field, word, how, value)
    return best


def explain(asking: Asking, parts: Sequence[float], entry: Entry, weights: Weights, now: datetime) -> tuple[Term, ...]:
    """Return the terms of a product's score; their sum is the score. `parts` are the shares of the words."""
    document = entry.document
    terms = [*_text_terms(asking, parts, entry, weights)]
    text = sum(term.points for term in terms)
    for name, (signal, why) in _signals(document, now).items():
        if signal:
            terms.append(Term(name, text * signal, weights[name], f"{why}: {signal:.2f} of the text's {text:.2f}"))
    return tuple(terms)


def factor(document: Document, weights: Weights, now: datetime) -> float:
    """Return what the text's worth is multiplied with to get the score: the second line divided by `text`."""
    return 1 + sum(weights[name] * signal for name, (signal, _) in _signals(document, now).items())


def _text_terms(asking: Asking, parts: Sequence[float], entry: Entry, weights: Weights) -> list[Term]:
    if not asking.words:
        return [Term("everything", 1.0, 1.0, "no words were asked for")]
    found: dict[str, list[tuple[float, str]]] = {}
    for wanted, share in zip(asking.words, parts, strict=True):
        best = match(wanted, entry.words, weights, near=asking.near)
        if best is not None:
            how = 1.0 if best.fit == "word" else weights[best.fit]
            said = best.word if best.fit == "word" else f"{best.word} ({best.fit})"
            found.setdefault(best.field, []).append((share * how, said))
    terms = [
        Term(field, sum(value for value, _ in values), weights[field], ", ".join(said for _, said in values))
        for field, values in found.items()
    ]
    terms.sort(key=lambda term: (-term.points, FIELDS.index(term.name)))
    names = called(entry.document)
    asked = {wanted.word for wanted in asking.words} & names
    if asked and len(names) <= LONGEST_NAME:
        said = f"{len(asked)} of the {len(names)} words that it is called by"
        terms.append(Term(CALLED, len(asked) / len(names), weights[CALLED], said))
    return terms


def _signals(document: Document, now: datetime) -> dict[str, tuple[float, str]]:
    """Return each signal of a product, between 0 and 1, with what it was made from."""
    known = document.signals
    signals = {
        "subscriptions": (
            _logarithmic(known.subscriptions, _MANY_SUBSCRIPTIONS),
            f"{known.subscriptions} active subscriptions",
        ),
        "reads": (_logarithmic(known.reads, _MANY_READS), f"{known.reads} queries in 90 days"),
        "tests": (known.passed or 0.0, f"{known.passed or 0.0:.0%} of its tests passed"),
        "promises": _promises(document),
        "freshness": _freshness(known.published_at, now),
        "rating": _rating(known.stars, known.raters),
        "certification": (document.certified, f"{document.certified:.0%} of its ports are certified"),
    }
    assert signals.keys() == set(SIGNALS)
    going = document.status in ("deprecated", "retired")
    return {**signals, DEPRECATED: (1.0 if going else 0.0, document.status)}


def _logarithmic(number: int, many: int) -> float:
    return min(1.0, math.log1p(number) / math.log1p(many))


def _promises(document: Document) -> tuple[float, str]:
    kept: list[str] = []
    if document.freshness is not None:
        kept.append("freshness")
    if document.quality is not None and (document.signals.passed or 0.0) >= document.quality:
        kept.append("quality")
    return len(kept) / 2, f"promises {' and '.join(kept)}"


def _rating(stars: float | None, raters: int) -> tuple[float, str]:
    if stars is None:
        return 0.0, "not rated"
    return (stars - 1) / 4 * raters / (raters + _FEW_RATERS), f"{stars:.1f} of 5 stars by {raters}"


def _freshness(published_at: str | None, now: datetime) -> tuple[float, str]:
    if published_at is None:
        return 0.0, "never published"
    days = max(0, (now - datetime.fromisoformat(published_at)).days)
    return _HALF_FRESH_DAYS / (_HALF_FRESH_DAYS + days), f"published {days} days ago"
