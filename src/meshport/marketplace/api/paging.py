"""Long lists come in pages: `limit` and `offset`, and how many there are in all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from litestar.pagination import OffsetPagination
from litestar.params import QueryParameter

Item = TypeVar("Item")
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many to send.")]
Offset = Annotated[int, QueryParameter(ge=0, le=100_000, description="How many to leave out before them.")]


def paged(items: Sequence[Item], limit: int, offset: int) -> OffsetPagination[Item]:
    """Return one page of a list."""
    return OffsetPagination(items=list(items[offset : offset + limit]), limit=limit, offset=offset, total=len(items))
