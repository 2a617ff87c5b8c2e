"""YAML as data: what it means to bring entries into a document, and how values are written."""

from __future__ import annotations

from typing import Any

import yaml

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def merge(old: Any, wanted: Any) -> Any:
    """Return `old` with `wanted` laid over it: mappings key by key, lists entry by entry by their `name`."""
    if isinstance(old, dict) and isinstance(wanted, dict):
        return {**old, **{key: merge(old.get(key), value) for key, value in wanted.items() if not _named(key, old)}}
    if isinstance(old, list) and isinstance(wanted, list):
        new = {name_of(entry): entry for entry in wanted}
        merged = [merge(entry, new.pop(name_of(entry), {})) if isinstance(entry, dict) else entry for entry in old]
        return merged + list(new.values())
    return wanted


def name_of(entry: Any) -> str | None:
    """Return the name of an entry as names are compared: without case."""
    return str(entry["name"]).casefold() if isinstance(entry, dict) and "name" in entry else None


def dump(value: Any) -> str:
    """Write a value as block YAML, lists indented, in the order given."""
    return yaml.dump(value, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=10**6)


def flow(value: Any) -> str:
    """Write a value on one line."""
    line = yaml.dump(value, Dumper=_Indented, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
    return line.removesuffix("\n").removesuffix("\n...")


class _Indented(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _named(key: str, old: dict[str, Any]) -> bool:
    return key == "name" and "name" in old
