"""What there is to say of a statement, a view and a call."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Seen = Literal["the double", "nothing"]
"""Who has seen it. No workspace has: `tests/live` is for those who have one. The open-source server has no SQL and none
of these services: what is sent to it is in docs/reference/unity-server.md.
"""


class Sql(msgspec.Struct, frozen=True):
    """A kind of statement: its shape, what it is for, and the titles of the pages it is from."""

    shape: str
    purpose: str
    pages: tuple[str, ...]
    seen: Seen = "the double"

    def fits(self, normal: str) -> bool:
        """Whether a statement, as `normalised`, is of this kind."""
        parts = (re.escape(part) for part in self.shape.split("…"))
        return re.fullmatch(".*".join(parts), normal, re.DOTALL) is not None


class View(msgspec.Struct, frozen=True):
    """A view of a catalog's `information_schema`, and what is read there."""

    name: str
    purpose: str
    seen: Seen = "the double"


class SystemTable(msgspec.Struct, frozen=True):
    """A table of the catalog `system`, what is read there, and the title of the page that it is from."""

    name: str
    purpose: str
    page: str
    seen: Seen = "the double"


class Rest(msgspec.Struct, frozen=True):
    """A call of a REST service: `sdk` is the class and method of `module` of the SDK that makes it; where there is no
    module, what the call was taken from.
    """

    method: str
    path: str
    purpose: str
    module: str
    sdk: str
    seen: Seen = "the double"

    def fits(self, method: str, path: str) -> bool:
        """Whether a call is this one. A name in a path is one part of it, encoded."""
        parts = (re.escape(part) for part in re.split(r"\{\w+\}", self.path))
        return method == self.method and re.fullmatch("[^/]+".join(parts), path) is not None
