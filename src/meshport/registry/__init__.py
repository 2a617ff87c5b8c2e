"""The registry: the metadata database of the mesh, on SQLite by default, on PostgreSQL for teams.

`Registry` is the way in; `types` is what it takes and gives; `schema` and `migrations` are its tables. The names below
are imported when they are used, so that whoever needs only the types does not load a database library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meshport.registry.facade import Registry
    from meshport.registry.lock import Lock
    from meshport.registry.opening import open_registry, registry_url
    from meshport.registry.urls import location

__all__ = ["Lock", "Registry", "location", "open_registry", "registry_url"]

_HOMES = {
    "Registry": "facade",
    "location": "urls",
    "Lock": "lock",
    "open_registry": "opening",
    "registry_url": "opening",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
