"""Finding products: by words, filters and facets, in an order that can be explained.

`Discovery` is the way in, `types` are what it takes and gives, `ranking` is the formula. The index (`engine`, on
`tantivy` or in `memory`) is derived from the registry and can be thrown away at any time. The names below are imported
when they are used, so that whoever needs only the types does not load a database library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meshport.discovery.discover import Discovery
    from meshport.discovery.types import Hit, Query, Results

__all__ = ["Discovery", "Hit", "Query", "Results"]

_HOMES = {"Discovery": "discover", "Hit": "types", "Query": "types", "Results": "types"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
