"""Lists in pages.

"A page may contain zero results while still providing a next_page_token" (`TablesAPI.list`, `EntityTagAssignmentsAPI.list`
and others): who stops at the first empty page loses rows. So by default every second page is empty, and pages are short.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.databricks_double.rest import errors

if TYPE_CHECKING:
    from tests.databricks_double.rest.routes import Call


@dataclass
class Pages:
    """How lists are cut. `empty_every` 2 makes every second page an empty one; 0 makes none."""

    size: int = 20
    empty_every: int = 2
    empty_first: bool = False
    """Start with an empty page."""

    def __post_init__(self) -> None:
        if self.empty_every == 1:
            raise ValueError("With only empty pages no list would ever end")

    def _is_empty(self, page: int) -> bool:
        return self.empty_every > 0 and (page + self.empty_first) % self.empty_every == 0

    def cut(
        self,
        call: Call,
        field: str,
        items: Iterable[dict[str, Any]],
        *,
        size_field: str = "max_results",
        unset_is_all: bool = False,
        least: int = 0,
    ) -> dict[str, Any]:
        """Return one page of `items` as `{field: [...], "next_page_token": ...}`, by what the call asks for.

        `unset_is_all`: without a page size everything is returned at once (permissions, tables), which the vendor will
        stop doing. `least`: smaller page sizes are refused. An item list that is empty is left out, as there.
        """
        everything = list(items)
        wanted, token = call.number(size_field), call.query("page_token")
        if wanted is not None and (wanted < 0 or 0 < wanted < least):
            raise errors.invalid(f"{size_field} must be 0 or at least {max(least, 1)}, not {wanted}")
        if wanted is None and token is None and unset_is_all:
            return {field: everything} if everything else {}
        start, page = _read(token, call) if token is not None else (0, 1)
        size = 0 if self._is_empty(page) else min(wanted or self.size, self.size)
        end = min(start + size, len(everything))
        answer: dict[str, Any] = {field: everything[start:end]} if everything[start:end] else {}
        # The last page may be an empty one too: after a full one that happened to hold all the rest.
        ends_empty = end == len(everything) and size > 0 and self._is_empty(page + 1)
        if end < len(everything) or (everything and ends_empty):
            answer["next_page_token"] = _write(end, page + 1, call)
        return answer


def _write(start: int, page: int, call: Call) -> str:
    """Return a token that nobody can guess the meaning of, and that is good for this list only."""
    text = json.dumps([start, page, call.request.path])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read(token: str, call: Call) -> tuple[int, int]:
    try:
        start, page, path = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError:
        raise errors.invalid("Invalid page_token") from None
    if path != call.request.path:
        raise errors.invalid("page_token is of another list")
    return int(start), int(page)
