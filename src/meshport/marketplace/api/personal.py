"""What belongs to the caller: who they are, bookmarks, notices."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, delete, get, post, put
from litestar.pagination import OffsetPagination
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from meshport.marketplace import acts
from meshport.marketplace.api.paging import Limit, Offset, paged
from meshport.marketplace.api.problems import PROBLEMS
from meshport.marketplace.api.shapes import MeShape, me_shape
from meshport.marketplace.identity import Identity
from meshport.marketplace.parameters import Name, Number, OpenSite
from meshport.marketplace.views.cards import Card, cards_of
from meshport.registry.types import Notice

Call = Request[Identity, Any, Any]
NOTICES = 1000
"""How many of the newest notices can be seen."""


class ReadBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which notices were read; null: all."""

    ids: Annotated[list[Number], Meta(max_length=NOTICES)] | None = None


class ReadShape(Struct, frozen=True):
    """How many notices were unread until now."""

    read: int


@get("/me", permission="consumer", sync_to_thread=False, responses=PROBLEMS)
def read_me(request: Call) -> MeShape:
    """Who the caller is."""
    return me_shape(request.user)


@get("/bookmarks", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_bookmarks(request: Call, site: OpenSite, limit: Limit = 20, offset: Offset = 0) -> OffsetPagination[Card]:
    """Bookmarks, the newest first."""
    found = paged(site.known(site.registry.bookmarks(request.user.person), request.user), limit, offset)
    return OffsetPagination(cards_of(site, found.items, request.user), limit, offset, found.total)


@put("/bookmarks/{product:str}", permission="consumer", sync_to_thread=True, responses=PROBLEMS, status_code=204)
def set_bookmark(request: Call, site: OpenSite, product: Name) -> None:
    """Bookmark a product."""
    acts.mark(site, request.user, product, on=True)


@delete("/bookmarks/{product:str}", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def remove_bookmark(request: Call, site: OpenSite, product: Name) -> None:
    """Remove a bookmark."""
    acts.mark(site, request.user, product, on=False)


@get("/notices", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_notices(
    request: Call, site: OpenSite, unread: FromQuery[bool] = False, limit: Limit = 20, offset: Offset = 0
) -> OffsetPagination[Notice]:
    """What the caller and their domains were told, newest first."""
    return paged(site.registry.notices(request.user.principals, unread=unread, limit=NOTICES), limit, offset)


@post("/notices/read", permission="consumer", sync_to_thread=True, responses=PROBLEMS, status_code=200)
def mark_notices(request: Call, site: OpenSite, data: JSONBody[ReadBody]) -> ReadShape:
    """Say that notices were read."""
    return ReadShape(site.registry.mark_read(request.user.principals, data.ids))
