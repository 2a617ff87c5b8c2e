"""sqlfluff's configuration for one folder: the domain's `.sqlfluff` files, and over them the standards.

The standards win where they say something, and in every key that decides what is checked at all
(`meshport.standards.tighten.LINT`), also within a file (`-- sqlfluff:...`). What tightens, and what they leave open, is
the domain's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlfluff.core.config import FluffConfig
from sqlfluff.core.config.ini import coerce_value
from sqlfluff.core.config.loader import load_config_at_path
from sqlfluff.core.helpers.dict import nested_combine
from sqlfluff.core.templaters import RawTemplater

from meshport.linting.templater import DbtTemplater
from meshport.standards.tighten import LINT, Loosened, lint_way

Place = tuple[str, ...]
"""Where a value is in sqlfluff's configuration: `("core", "rules")`."""
Lint = Mapping[str, Mapping[str, str]]
_OURS: dict[Place, Any] = {
    ("core", "templater"): "jinja",
    # Names that nobody here knows are stood in for; a file that cannot be read for it says so.
    ("core", "ignore"): "templating",
    ("templater", "jinja", "apply_dbt_builtins"): True,
}


class RuledConfig(FluffConfig):
    """A configuration that the standards hold in place; `overruled` is what of the domain's they did not let in."""

    def __init__(self, configs: dict[str, Any], lint: Lint) -> None:
        self.overruled = hold(lint, configs)
        self.held = {*_said(lint), *(("core", key) for key in LINT)}
        for place, value in _OURS.items():
            _set(configs, place, value)
        super().__init__(configs=configs)

    def get_templater(self, **kwargs: Any) -> RawTemplater:
        """Return the templater that needs no dbt."""
        return DbtTemplater(**kwargs)

    def process_inline_config(self, config_line: str, fname: str) -> None:
        """Take a setting from within a file, unless it loosens what is in force."""
        before = {place: self.get(place[-1], place[:-1]) for place in self.held}
        super().process_inline_config(config_line, fname)
        for place, old in before.items():
            new = self.get(place[-1], place[:-1])
            if new != old:
                value, loosened = _held(place, None if old is None else str(old), str(new))
                self.set_value(place, value)
                self.overruled = [*self.overruled, *loosened]


def config_for(folder: Path, project_dir: Path, lint: Lint, dialect: str | None, macros: str) -> RuledConfig:
    """Return the configuration for files in a folder of the project.

    `dialect` and `macros` (folders with macros, with commas) are used where nobody says otherwise. Raises
    SQLFluffUserError for a configuration that sqlfluff does not take, or without any dialect.
    """
    within = [place for place in (folder, *folder.parents) if place.is_relative_to(project_dir)]
    local: dict[str, Any] = nested_combine(*(load_config_at_path(str(place)) for place in reversed(within)))
    wanted = {("core", "dialect"): dialect, ("templater", "jinja", "load_macros_from_path"): macros}
    for place, value in wanted.items():
        if value and _get(local, place) is None:
            _set(local, place, value)
    return RuledConfig(local, lint)


def hold(lint: Lint, configs: dict[str, Any]) -> list[str]:
    """Put the standards over a domain's configuration. Returns what of it they overrule, in words."""
    overruled: list[str] = []
    said: dict[Place, str | None] = {**{("core", key): None for key in LINT}, **_said(lint)}
    for place, wanted in said.items():
        local = _get(configs, place)
        if local is None:
            value = wanted
        else:
            value, loosened = _held(place, wanted, str(local))
            overruled += loosened
        if value is not None:
            _set(configs, place, coerce_value(value))
    return overruled


def _held(place: Place, old: str | None, new: str) -> tuple[str, list[str]]:
    """Return the value that a key gets, and in words what was not let in."""
    section = "sqlfluff" if place[0] == "core" else ":".join(("sqlfluff", *place[:-1]))
    way = lint_way(section, place[-1], old)
    try:
        return str(way.merge({}, old, new)) if way else new, []
    except Loosened:
        told = f"{place[-1]} = {new}"
        return old or _DEFAULTS.get(place[-1], "None"), [f"{told}: the standards say {old}" if old else told]


# What sqlfluff does where nobody says anything, for keys that a domain may not set.
_DEFAULTS = {"large_file_skip_byte_limit": "20000", "large_file_skip_char_limit": "0", "ignore_templated_areas": "True"}


def _said(lint: Lint) -> dict[Place, str]:
    """Return what the standards say by its place."""
    return {
        (*(("core",) if section == "sqlfluff" else section.split(":")[1:]), key): value
        for section, keys in lint.items()
        for key, value in keys.items()
    }


def _get(configs: Mapping[str, Any], place: Place) -> Any:
    found: Any = configs
    for step in place:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _set(configs: dict[str, Any], place: Place, value: Any) -> None:
    for step in place[:-1]:
        configs = configs.setdefault(step, {})
    configs[place[-1]] = value
