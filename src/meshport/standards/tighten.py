"""What a domain may change in an entry of the standards it builds on: per kind and field, as data. Pure.

New entries are always allowed. In an entry that is there already, a field that is not named here stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Entry = Mapping[str, Any]
"""An entry as plain data, complete: every field has a value."""


class Loosened(Exception):
    """A change that would loosen; the text says how."""


class Way(msgspec.Struct, frozen=True):
    """A way in which a field may change. `said` puts it into words.

    `merge` takes the entry as it was, the field's old and its new value, and returns the merged value or raises
    Loosened.
    """

    said: str
    merge: Callable[[Entry, Any, Any], Any]


def _same(entry: Entry, old: Any, new: Any) -> Any:
    if new != old:
        raise Loosened("it stays as it is")
    return old


def _add(entry: Entry, old: list[Any], new: list[Any]) -> list[Any]:
    return [*old, *(item for item in new if item not in old)]


def _narrow(entry: Entry, old: list[Any], new: list[Any]) -> list[Any]:
    if old and not new:
        raise Loosened("an empty list would allow everything")
    if old:
        _none_of([item for item in new if item not in old])
    return new


def _shrink(entry: Entry, old: list[Any], new: list[Any]) -> list[Any]:
    _none_of([item for item in new if item not in old])
    return new


def _none_of(added: list[Any]) -> None:
    if added:
        raise Loosened(f"{', '.join(map(str, added))} would be new")


def _require(entry: Entry, old: bool, new: bool) -> bool:
    if old and not new:
        raise Loosened("it is required")
    return new


def _govern(entry: Entry, old: bool, new: bool) -> bool:
    if old and not new:
        raise Loosened("it is governed")
    return new


def _severity(entry: Entry, old: str, new: str) -> str:
    if (old, new) == ("error", "warning"):
        raise Loosened("an error would become a warning")
    return new


def _lower(entry: Entry, old: Any, new: Any) -> Any:
    if new > old:
        raise Loosened(f"{new} is higher than {old}")
    return new


def _higher(entry: Entry, old: Any, new: Any) -> Any:
    if new < old:
        raise Loosened(f"{new} is lower than {old}")
    return new


def _shorter(entry: Entry, old: int | None, new: int | None) -> int | None:
    if old is not None and new is None:
        raise Loosened("it would have no limit")
    return new if old is None or new is None else _lower(entry, old, new)


def _more(entry: Entry, old: Any, new: Any) -> Any:
    if isinstance(old, dict):
        for key in old.keys() & new.keys():
            _same(entry, old[key], new[key])
        return {**old, **new}
    return _add(entry, old, new)


def _fewer(entry: Entry, old: Any, new: Any) -> Any:
    added = [key for key in new if key not in old]
    if isinstance(old, dict):
        added += [key for key in new if key in old and new[key] != old[key]]
    _none_of(added)
    return new


_SHAPES = {str: "a text", bool: "a switch", int: "a number", float: "a number", tuple: "a list", dict: "a mapping"}
SETTING: dict[str, Callable[[Entry, Any, Any], Any]] = {
    "lower": _lower,
    "higher": _higher,
    "more": _more,
    "fewer": _fewer,
}


def _settings(entry: Entry, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in new.items():
        if name not in old:
            raise Loosened(f"there is no setting `{name}`; there is {', '.join(old) or 'none'}")
        if _shape(value) != _shape(old[name]):
            raise Loosened(f"`{name}` is {_shape(old[name])}, not {_shape(value)}")
        try:
            merged[name] = SETTING.get(entry["tighten"].get(name, ""), _same)(entry, old[name], value)
        except Loosened as loosened:
            raise Loosened(f"`{name}`: {loosened}") from None
    return merged


def _shape(value: Any) -> str:
    return _SHAPES[type(value)]


def _exceptions(entry: Entry, old: list[Any], new: list[Any]) -> list[Any]:
    if new and not entry["domain_exceptions"]:
        raise Loosened("this policy allows domains no exceptions (`domain_exceptions`)")
    return _add(entry, old, new)


FREE = Way("may be any other", lambda entry, old, new: new)
SAME = Way("stays as it is", _same)
ADD = Way("may get more entries; those of the standards stay", _add)
NARROW = Way("may become fewer, not none; where there are none, any may be named", _narrow)

PROTECTION = "is said once, by the central team"
"""How `protection` of standards.yml may change, in words: not at all once it is said, and never by a domain."""

FIELDS: dict[str, dict[str, Way]] = {
    "classifications": {"masks": NARROW, "detect": ADD},
    "masks": {"visible_to": Way("may become fewer", _shrink)},
    "tag_templates": {
        "applies_to": ADD,
        "required": Way("may become true", _require),
        "values": NARROW,
        "governed": Way("may become true", _govern),
    },
    "ranking": {"description": FREE, "weight": FREE},
    "policies": {
        "severity": Way("may go from warning to error", _severity),
        "settings": Way("each moves in the direction that `tighten` gives it, or stays", _settings),
        "exceptions": Way("may be added where `domain_exceptions` is true, always dated", _exceptions),
    },
    "access": {
        "auto_approve": Way("may become fewer", _shrink),
        "approvers": Way("may become more", _higher),
        "longest_days": Way("may become shorter; where there is none, any may be set", _shorter),
        "notice_days": Way("may become more", _higher),
    },
}
CENTRAL: dict[str, dict[str, str]] = {
    "access": {
        "auto_approve": "it would open what the standards leave to people",
        "principals": "it would give somebody else's name to a principal",
    }
}
"""Fields that a new entry in a domain's own folder may not have, and why: they would loosen."""


def _listed(merge: Callable[[Entry, Any, Any], Any]) -> Callable[[Entry, Any, Any], str]:
    """Let a way for lists work on the texts that sqlfluff's configuration writes lists in."""

    def merge_texts(entry: Entry, old: str | None, new: str) -> str:
        if old is not None and set(_items(old)) & {"all", "None"} and merge is _add:
            return old
        return ",".join(merge(entry, _items(old or ""), _items(new)))

    return merge_texts


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _line_length(entry: Entry, old: str | None, new: str) -> str:
    if old is None:
        return new
    try:
        longest, wished = int(old), int(new)
    except ValueError:
        raise Loosened(f"{old} and {new} are not both numbers") from None
    if longest > 0 and (wished <= 0 or wished > longest):  # sqlfluff: 0 and below is no limit
        raise Loosened(f"{new} is longer than {old}")
    return new


def _switch(entry: Entry, old: str | None, new: str) -> str:
    if (old or "").lower() == "true" != new.lower():
        raise Loosened("it is on")
    return new


LINT: dict[str, Way] = {
    "rules": Way("may get more", _listed(_add)),
    "exclude_rules": Way("may become fewer", _listed(_shrink)),
    "warnings": Way("may become fewer", _listed(_shrink)),
    "ignore": Way("may become fewer", _listed(_shrink)),
    "max_line_length": Way("may become shorter", _line_length),
    "disable_noqa": Way("may be switched on", _switch),
    "disable_noqa_except": Way("may become fewer", _listed(_shrink)),
    "large_file_skip_byte_limit": SAME,
    "large_file_skip_char_limit": SAME,
    "ignore_templated_areas": SAME,
}
"""Keys of sqlfluff's section `sqlfluff` that decide what is checked at all: so also where the standards leave them out.
Every other key of every section is the domain's where the standards leave it out, and stays where they set it.
"""


def lint_way(section: str, key: str, old: str | None) -> Way | None:
    """Return the way in which a key of sqlfluff's configuration may change, None where it is free."""
    if section == "sqlfluff" and key in LINT:
        return LINT[key]
    return None if old is None else SAME
