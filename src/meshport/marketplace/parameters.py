"""What requests carry, for pages and API alike: names in paths, words in queries, sentences of people; each with its
limits, so that what no database holds and nobody reads is refused where it comes in.
"""

from __future__ import annotations

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from meshport.marketplace.sign_in import Issuer
from meshport.marketplace.site import Site

OpenSite = NamedDependency[Site]
OpenIssuer = NamedDependency[Issuer | None]
Filters = NamedDependency[dict[str, str]]
OwnToken = NamedDependency[str | None]
"""The caller's own token of the catalog, where a proxy brings it: `session.forwarded_token`."""

_NO_ZERO = r"^[^\x00]*$"  # PostgreSQL holds no zero character
_PRINCIPAL = r"^(?:(?:domain|user):)?[^\s:\x00]+$"
"""What JSON Schema can say of a principal. `parse_principal` says all of it."""

Name = Annotated[str, PathParameter(max_length=300, pattern=_NO_ZERO)]
Text = Annotated[str, QueryParameter(max_length=200, pattern=_NO_ZERO)]
Sentence = Annotated[str, Meta(max_length=2000, pattern=_NO_ZERO)]
Who = Annotated[
    str, Meta(max_length=300, pattern=_PRINCIPAL, description="`domain:marketing` or `user:ann@example.com`")
]
Days = Annotated[int, Meta(ge=1, le=3660)]
Number = Annotated[int, Meta(ge=0, le=2**53)]  # a database holds no larger one than 2**63, JSON none than this
Stars = Annotated[int, Meta(ge=1, le=5)]
Page = Annotated[int, QueryParameter(name="page", ge=1, le=1000)]


def search_filters(
    domain: Text = "",
    tag: Text = "",
    classification: Text = "",
    owner: Text = "",
    column: Text = "",
    status: Text = "",
    tier: Text = "",
) -> dict[str, str]:
    """Return what narrows a search down, by name (`discovery.types.FILTERS`); empty ones do not."""
    return {
        "domain": domain,
        "tag": tag,
        "classification": classification,
        "owner": owner,
        "column": column,
        "status": status,
        "tier": tier,
    }
