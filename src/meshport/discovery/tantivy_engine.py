"""An index on `tantivy`, in a folder or in memory.

Everything is prepared in Python, so that it is the same as in `memory`: tantivy gets words, filters and factors, and
its own scoring is not used. A word is looked up as one clause of constant score for each field and way to fit; for
counts, in one field that has the words of all. The index says itself what it is up to date with, in a document of its
own: it changes with the others, or not at all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from heapq import nlargest
from itertools import islice
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import tantivy
from tantivy import Occur
from tantivy import Query as TQuery

from meshport.discovery.asking import Fit, Wanted
from meshport.discovery.documents import FACETS, called, filters, values
from meshport.discovery.engine import Busy, Damaged, Entry, Lookup, State
from meshport.discovery.ranking import LONGEST_NAME, Weights, worth
from meshport.standards.ranking import CALLED, FIELDS

_HEAP = 64 << 20
_STATE = "\0state"  # no product's key
_ANYWHERE = "word"
"""The field of the words of all fields."""
_MOST_VALUES = 200
_ALL_VALUES = 5_000  # for each of the facets: tantivy gives up at 65,000 together
"""A facet with so many values may have more, which nobody counted."""
_OF_A_SEGMENT = 10
"""So many times as many values are counted in each part of the index, so that those of all parts together are right."""
_NEARLY_ALL = 3 / 4
"""The share of the documents from which on fewer are looked at the other way round."""
_KEPT = 256
"""How many counts without words are kept."""
Counts = Mapping[str, dict[str, int]]
"""How many documents have a value, by facet; the most frequent values first."""


class _Seen(msgspec.Struct, frozen=True):
    """The index as it is at a moment: what finds in it, and the state that it says it has."""

    searcher: Any
    state: State | None

    @property
    def size(self) -> int:
        return max(0, int(self.searcher.num_docs) - 1)


class TantivyEngine:
    """See `Engine`. `folder` None is an index in memory. Raises Damaged where the folder holds what cannot be read."""

    def __init__(self, weights: Weights, folder: Path | None) -> None:
        self._weights = weights
        self._writing = Lock()
        self._wholes: OrderedDict[tuple[State | None, tuple[str, ...], tuple[str, ...]], Counts] = OrderedDict()
        self._counting = Lock()
        with _explained():
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._schema = _schema()
            self._index = tantivy.Index(self._schema, path=str(folder) if folder else None)
            self._index.config_reader("manual")
            self._seen = self._look()

    @property
    def state(self) -> State | None:
        """What the index is up to date with; None where it is empty. Sees what other processes wrote."""
        with _explained():
            self._index.reload()
            self._seen = self._look()
        return self._seen.state

    @property
    def size(self) -> int:
        """How many documents there are."""
        return self._seen.size

    def frequency(self, word: str) -> int:
        """Return how many documents have a word."""
        with _explained():
            return int(self._seen.searcher.doc_freq(_ANYWHERE, word))

    def find(self, lookup: Lookup, offset: int, size: int | None) -> tuple[int, list[Entry]]:
        """Return how many documents there are, and some of them: the best after so many, equal ones by age here."""
        with _explained():
            searcher = self._seen.searcher
            limit = max(1, int(searcher.num_docs)) if size is None else size
            found = searcher.search(self._query(lookup), limit, offset=offset, weight_by_field="factor")
            total: int = found.count
            return total, [_decoded(searcher.doc(address)) for _, address in found.hits]

    def count(self, lookup: Lookup, facets: Collection[str], total: int | None) -> dict[str, dict[str, int]]:
        """Return by facet how many documents have each value; of very many values, the most frequent.

        What is counted without words is kept for as long as the index is in the same state. Words that nearly all
        documents have are counted by those that have not.
        """
        with _explained():
            seen = self._seen
            if lookup.asking.words and (total is None or total <= seen.size * _NEARLY_ALL):
                return _aggregated(seen.searcher, self._counted(lookup), facets)
            whole = self._whole(seen, lookup)
            if not lookup.asking.words:
                return {facet: dict(islice(whole[facet].items(), _MOST_VALUES)) for facet in facets}
            full = [facet for facet in facets if len(whole[facet]) < _ALL_VALUES]
            others = [facet for facet in facets if facet not in full]
            missing = _aggregated(seen.searcher, self._counted(lookup, without=True), full, _ALL_VALUES)
            found = _aggregated(seen.searcher, self._counted(lookup), others)
        return found | {facet: _without(whole[facet], missing[facet]) for facet in full}

    def entries(self) -> Iterator[Entry]:
        """Yield everything there is."""
        with _explained():
            searcher = self._seen.searcher
            found = searcher.search(TQuery.all_query(), max(1, int(searcher.num_docs)), count=False)
            for _, address in found.hits:
                document = searcher.doc(address)
                if document.get_first("entry") is not None:
                    yield _decoded(document)

    @contextmanager
    def writing(self) -> Iterator[_Writer]:
        """Begin a change. Raises Busy where another process is writing; threads of this one wait for each other."""
        with self._writing:
            with _explained():
                writer = self._index.writer(_HEAP, 1)
            change = _Writer(self, writer)
            try:
                yield change
            except BaseException:
                with _explained():
                    writer.rollback()
                raise
            with _explained():
                if change.changed:
                    writer.commit()
                writer.wait_merging_threads()
            _ = self.state

    def _look(self) -> _Seen:
        searcher = self._index.searcher()
        found = searcher.search(self._exactly("key", _STATE), 1, count=False).hits
        if not found:
            return _Seen(searcher, None)
        return _Seen(searcher, msgspec.msgpack.decode(_bytes(searcher.doc(found[0][1]), "state"), type=State))

    def _whole(self, seen: _Seen, lookup: Lookup) -> Counts:
        """Return the counts of what a lookup would find without its words: of what the same viewer may see."""
        key = (seen.state, lookup.shown, lookup.filters)
        with self._counting:
            whole = self._wholes.get(key)
            if whole is None:
                query = TQuery.boolean_query(self._allowed(lookup))
                whole = self._wholes[key] = _aggregated(seen.searcher, query, FACETS, _ALL_VALUES)
                while len(self._wholes) > _KEPT:
                    self._wholes.popitem(last=False)
            self._wholes.move_to_end(key)
            return whole

    def _exactly(self, field: str, value: str) -> TQuery:
        return TQuery.term_query(self._schema, field, value, "basic")

    def _query(self, lookup: Lookup) -> TQuery:
        asking, allowed = lookup.asking, self._allowed(lookup)
        if not asking.words:
            return TQuery.boolean_query([*allowed, (Occur.Must, TQuery.const_score_query(TQuery.all_query(), 1.0))])
        words = [
            self._word(wanted, share, near=asking.near)
            for wanted, share in zip(asking.words, lookup.shares, strict=True)
        ]
        names = [
            (Occur.Should, TQuery.const_score_query(self._exactly(f"called_{length}", wanted.word), weight / length))
            for weight in [self._weights[CALLED]]
            for length in range(1, LONGEST_NAME + 1)
            for wanted in asking.words
        ]
        return TQuery.boolean_query([*allowed, (Occur.Must, _enough(words, asking.least)), *names])

    def _counted(self, lookup: Lookup, *, without: bool = False) -> TQuery:
        """Return a query for the same documents, without scores; or for those that have not enough of the words."""
        asking = lookup.asking
        words = [
            TQuery.boolean_query([(Occur.Should, fit) for fit in self._fits(_ANYWHERE, wanted, asking.near).values()])
            for wanted in asking.words
        ]
        occur = Occur.MustNot if without else Occur.Must
        return TQuery.boolean_query([*self._allowed(lookup), (occur, _enough(words, asking.least))])

    def _allowed(self, lookup: Lookup) -> list[tuple[Occur, TQuery]]:
        """Return the clauses for what may be found, which score nothing."""
        shown = TQuery.boolean_query([(Occur.Should, self._exactly("filter", value)) for value in lookup.shown])
        clauses = [shown, *(self._exactly("filter", value) for value in lookup.filters)]
        return [(Occur.Must, TQuery.const_score_query(clause, 0.0)) for clause in clauses]

    def _word(self, wanted: Wanted, share: float, *, near: bool) -> TQuery:
        """Return the query for a word: its score is what the best fit is worth, times its share."""
        return TQuery.disjunction_max_query(
            [
                TQuery.const_score_query(query, share * worth(field, how, self._weights))
                for field in FIELDS
                for how, query in self._fits(field, wanted, near).items()
            ]
        )

    def _fits(self, field: str, wanted: Wanted, near: bool) -> dict[Fit, TQuery]:
        """Return the queries for a word in a field, by the way it fits."""
        fits: dict[Fit, TQuery] = {"word": self._exactly(field, wanted.word)}
        if wanted.begins(near=near):
            fits["beginning"] = TQuery.fuzzy_term_query(self._schema, field, wanted.typed, 0, True, True)
        if near and wanted.typos:
            fits["misspelt"] = TQuery.fuzzy_term_query(self._schema, field, wanted.word, wanted.typos, True, False)
        return fits


class _Writer:
    def __init__(self, engine: TantivyEngine, writer: Any) -> None:
        self._engine = engine
        self._writer = writer
        self.changed = False
        self._cleared = False

    @property
    def state(self) -> State | None:
        return self._engine.state

    def clear(self) -> None:
        with _explained():
            self._writer.delete_all_documents()
        self._cleared = self.changed = True

    def put(self, entries: Iterable[Entry], state: State) -> None:
        for entry in entries:
            with _explained():
                if not self._cleared:
                    self._writer.delete_documents_by_term("key", entry.document.key)
                self._writer.add_document(_encoded(entry))
        kept = tantivy.Document()
        kept.add_text("key", _STATE)
        kept.add_bytes("state", msgspec.msgpack.encode(state))
        with _explained():
            self._writer.delete_documents_by_term("key", _STATE)
            self._writer.add_document(kept)
        self.changed = True


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    for field in (*FIELDS, _ANYWHERE):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    for length in range(1, LONGEST_NAME + 1):
        builder.add_text_field(f"called_{length}", tokenizer_name="whitespace", index_option="basic")
    for field in ("key", "filter"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for facet in FACETS:
        builder.add_text_field(f"facet_{facet}", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("factor", fast=True)
    for field in ("entry", "state"):
        builder.add_bytes_field(field, stored=True)
    return builder.build()


def _encoded(entry: Entry) -> Any:
    document = entry.document
    made = tantivy.Document()
    by_field: dict[str, list[str]] = {}
    for word, field in entry.words.items():
        by_field.setdefault(field, []).append(word)
    for field, words in by_field.items():
        made.add_text(field, " ".join(words))
    made.add_text(_ANYWHERE, " ".join(entry.words))
    made.add_text("key", document.key)
    for value in filters(document):
        made.add_text("filter", value)
    names = called(document)
    if 0 < len(names) <= LONGEST_NAME:
        made.add_text(f"called_{len(names)}", " ".join(names))
    for facet in FACETS:
        for value in values(document, facet):
            made.add_text(f"facet_{facet}", value)
    # `weight_by_field` multiplies a score with log2(2 + the field).
    made.add_float("factor", 2.0**entry.factor - 2.0)
    made.add_bytes("entry", msgspec.msgpack.encode(entry))
    return made


def _enough(words: list[TQuery], least: int) -> TQuery:
    """Return the query for documents that fit so many of these queries at least."""
    if least < len(words):
        return TQuery.boolean_query([(Occur.Should, word) for word in words], least)
    return TQuery.boolean_query([(Occur.Must, word) for word in words])


def _aggregated(
    searcher: Any, query: TQuery, facets: Collection[str], most: int = _MOST_VALUES
) -> dict[str, dict[str, int]]:
    """Return how many documents of a query have each value, by facet: of `most` values, the most frequent first."""
    if not facets:
        return {}
    terms = {
        facet: {
            "terms": {"field": f"facet_{facet}", "size": most, "segment_size": max(most, _MOST_VALUES * _OF_A_SEGMENT)}
        }
        for facet in facets
    }
    counted = searcher.aggregate(query, terms)
    return {
        facet: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in counted[facet]["buckets"]}
        for facet in facets
    }


def _without(whole: dict[str, int], missing: dict[str, int]) -> dict[str, int]:
    """Return how many documents have each value besides those that are missing: the most frequent values."""
    left = ((value, number - missing.get(value, 0)) for value, number in whole.items())
    return dict(nlargest(_MOST_VALUES, ((value, number) for value, number in left if number), key=itemgetter(1)))


def _decoded(document: Any) -> Entry:
    return msgspec.msgpack.decode(_bytes(document, "entry"), type=Entry)


def _bytes(document: Any, field: str) -> bytes:
    return bytes(document.get_first(field))


@contextmanager
def _explained() -> Iterator[None]:
    """Tell a busy index and a damaged one from errors of ours. tantivy raises ValueError, and panics, for both."""
    try:
        yield
    except (ValueError, OSError, msgspec.DecodeError) as error:
        raise (Busy if "LockBusy" in str(error) else Damaged)(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Damaged(str(error)) from error
