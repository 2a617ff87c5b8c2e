"""What is searched of a product: a document, made from its newest version and what is known of it besides. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from meshport.discovery.words import words
from meshport.model import Product
from meshport.plan.certification import CERTIFIED
from meshport.plan.types import Certification
from meshport.registry.types import ProductVersion, Signals

FACETS = ("domain", "tag", "classification", "owner", "status", "tier")
"""What results are counted by. A tag of the same name would count the same things again."""
_TOGETHER = 5
"""How many words of a column's name can be asked for, where it is not all of them."""


SHOWN = "shown=*"
"""A filter: what anybody may see."""
EVERYTHING = "product=*"
"""A filter: all there is."""


class Named(msgspec.Struct, frozen=True, array_like=True):
    """A port (by its label) or a column, and what is said of it."""

    name: str
    description: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A product as it is searched and shown in results.

    `version` is None and `status` is `unpublished` where it was not published yet. `tags` are `key=value`, of the
    product, its ports and their columns. `columns` are those of all ports, each name once.
    `freshness` and `quality` are promised service levels. `certified` is the share of its ports, without retired ones,
    that are certified.
    """

    key: str
    domain: str
    title: str
    version: str | None = None
    status: str
    description: str = ""
    owner: str = ""
    owned_by: tuple[str, ...] = ()
    tier: str | None = None
    tags: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    ports: tuple[Named, ...] = ()
    columns: tuple[Named, ...] = ()
    freshness: str | None = None
    quality: float | None = None
    certified: float = 0.0
    signals: Signals = Signals()

    @property
    def name(self) -> str:
        """The product's name in its domain."""
        return self.key.removeprefix(f"{self.domain}.")

    def with_signals(self, signals: Signals) -> Document:
        """Return the same product with what is known of it now."""
        return msgspec.structs.replace(self, signals=signals)


def of_version(version: ProductVersion, certifications: Collection[Certification], signals: Signals) -> Document:
    """Return the document of a published product, of whose ports these are the certifications."""
    good = sum(each.status == CERTIFIED for each in certifications)
    share = good / len(certifications) if certifications else 0.0
    return of_product(version.product, version.version, version.status, share, signals)


def of_product(
    product: Product, version: str | None, status: str, certified: float = 0.0, signals: Signals | None = None
) -> Document:
    """Return the document of a product."""
    owner = product.owner
    columns = [column for port in product.ports for column in port.contract.columns]
    return Document(
        key=product.key,
        domain=product.domain,
        title=product.title,
        version=version,
        status=status,
        description=product.description,
        owner=str(owner),
        owned_by=_once(text for text in (str(owner), owner.name, owner.email) if text),
        tier=product.tier,
        tags=_once(f"{key}={value}" for key, value in _tags(product)),
        classifications=_once(column.classification for column in columns if column.classification),
        ports=tuple(Named(port.label, port.description) for port in product.ports),
        columns=_columns(Named(column.name, column.description) for column in columns),
        freshness=product.slo.freshness,
        quality=product.slo.quality,
        certified=certified,
        signals=signals or Signals(),
    )


def texts(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the texts that words are looked up in, by field; `ranking` says what a field is worth."""
    return {
        "name": (document.name,),
        "title": (document.title,),
        "domain": (document.domain,),
        "port": tuple(port.name for port in document.ports),
        "column": tuple(column.name for column in document.columns),
        "tag": document.tags,
        "classification": document.classifications,
        "owner": (document.owner,),
        "description": (document.description, *(port.description for port in document.ports)),
        "details": tuple(column.description for column in document.columns),
    }


def called(document: Document) -> frozenset[str]:
    """Return the words that a product is called by, in its title or its name."""
    return frozenset((*words(document.title), *words(document.name)))


def values(document: Document, facet: str) -> tuple[str, ...]:
    """Return what a document is counted under in a facet."""
    if facet == "tag":
        return tuple(tag for tag in document.tags if tag.partition("=")[0] not in FACETS)
    if facet == "classification":
        return document.classifications
    value: str | None = getattr(document, facet)
    return (value,) if value else ()


def filters(document: Document) -> set[str]:
    """Return everything a document can be filtered by, as `filter=value`; see `asked` for how a filter is written."""
    found = {f"domain={document.domain}", f"status={document.status}"}
    if document.tier:
        found.add(f"tier={document.tier}")
    for tag in document.tags:
        found |= {f"tag={tag.partition('=')[0]}", f"tag={tag}"}
    for name in document.classifications:
        parts = name.split(".")
        found.update(f"classification={'.'.join(parts[: end + 1])}" for end in range(len(parts)))
    found.update(f"owner={' '.join(words(text))}" for text in document.owned_by)
    for column in document.columns:
        parts = words(column.name)
        found.add(f"column={' '.join(parts)}")
        for start in range(len(parts)):
            ends = range(start + 1, min(start + _TOGETHER, len(parts)) + 1)
            found.update(f"column={' '.join(parts[start:end])}" for end in ends)
    hidden = document.status in ("retired", "unpublished")
    return found | {EVERYTHING, f"shown={document.domain}" if hidden else SHOWN}


def asked(name: str, value: str) -> str:
    """Return a filter as `filters` has it. Owners and columns compare by their words, everything else exactly."""
    return f"{name}={' '.join(words(value)) if name in ('owner', 'column') else value}"


def _columns(columns: Iterable[Named]) -> tuple[Named, ...]:
    """Return columns, each name once, with the first description that there is."""
    found: dict[str, Named] = {}
    for column in columns:
        if not found.get(column.name, Named("")).description:
            found[column.name] = column
    return tuple(found.values())


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _tags(product: Product) -> Iterator[tuple[str, str]]:
    yield from product.tags.items()
    for port in product.ports:
        yield from port.tags.items()
        for column in port.contract.columns:
            yield from column.tags.items()
