"""What a search is asked, and what it answers: frozen types."""

from __future__ import annotations

import msgspec

from meshport.discovery.asking import Asking
from meshport.discovery.documents import Document


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched for. `text` may be anything, filters that are None do not filter.

    `tag` is a key or `key=value`; `classification` is exact or a family (`pii` finds `pii.email`); `owner` is a name or
    an e-mail address; `column` is a name or words of one that stand together in it. `viewer` is the principal who
    searches and `member_of` are domains that count as theirs: what is retired or unpublished is found by its own domain
    alone, and by who sees `everything` (an auditor). `offset` are left out before `size` of them are given; None: all.
    Facets are counted where they are asked for.
    """

    text: str = ""
    domain: str | None = None
    tag: str | None = None
    classification: str | None = None
    owner: str | None = None
    column: str | None = None
    status: str | None = None
    tier: str | None = None
    viewer: str | None = None
    member_of: tuple[str, ...] = ()
    everything: bool = False
    offset: int = 0
    size: int | None = 20
    facets: bool = False


FILTERS = ("domain", "tag", "classification", "owner", "column", "status", "tier")


class Term(msgspec.Struct, frozen=True):
    """One term of a score: `value` times `weight`. `why` says in words where the value comes from."""

    name: str
    value: float
    weight: float
    why: str

    @property
    def points(self) -> float:
        """What it adds to the score."""
        return self.value * self.weight


class Hit(msgspec.Struct, frozen=True):
    """A product found. The score is the sum of its terms; `matched` names the fields that words are in, best first."""

    document: Document
    terms: tuple[Term, ...]
    matched: tuple[str, ...]

    @property
    def score(self) -> float:
        """How good it is: the sum of its terms."""
        return sum(term.points for term in self.terms)


class Count(msgspec.Struct, frozen=True):
    """How many of the results have a value."""

    value: str
    products: int


class Results(msgspec.Struct, frozen=True):
    """Results, best first, and how many there are with those left out. `asking` says what they were found by.

    `facets` are the most frequent values by facet, the most frequent first. Each is counted as if it was not filtered
    by itself, so that the other choices stay to be seen.
    """

    hits: tuple[Hit, ...]
    total: int
    asking: Asking
    facets: dict[str, tuple[Count, ...]]
