"""A plan in a file: written at once or not at all, and read only when nobody touched it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from meshport.errors import InputError, PlanMovedError, UnavailableError
from meshport.plan.make import digest_of
from meshport.plan.types import FORMAT, Plan


class Saved(Protocol):
    """What both kinds of plans have: a digest over everything else, and themselves as JSON-able data."""

    @property
    def digest(self) -> str:
        """The digest."""

    def as_data(self) -> dict[str, Any]:
        """Return the plan as JSON-able builtins."""


P = TypeVar("P", bound=Saved)


def save_plan(plan: Saved, path: Path) -> None:
    """Write a plan as JSON. An existing file is replaced whole."""
    text = msgspec.json.format(msgspec.json.encode(plan), indent=2)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(text)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise UnavailableError(f"the plan cannot be written: {error.strerror}", where=str(path)) from error


def load_plan(path: Path) -> Plan:
    """Read a saved plan of a publish. Raises what `load_saved` does."""
    return load_saved(path, Plan, FORMAT, "meshport plan --out FILE")


def load_saved(path: Path, shape: type[P], form: int, again: str) -> P:
    """Read a saved plan of one kind and its format. `again` is the command that makes one.

    Raises InputError for another format, unknown fields or no plan at all, PlanMovedError where it was edited.
    """
    try:
        data: Any = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise InputError(f"the plan cannot be read: {error.strerror}", where=str(path)) from error
    except msgspec.DecodeError as error:
        raise InputError(f"this is no plan: {error}", where=str(path), hint=f"make one: {again}") from error
    if not isinstance(data, dict) or data.get("format") != form:
        found = data.get("format") if isinstance(data, dict) else None
        raise InputError(
            f"this is no plan of format {form} (found: {found})",
            where=str(path),
            hint=f"make one: {again}",
        )
    if data.get("digest") != digest_of(data):
        raise PlanMovedError("the plan was changed after it was made", where=str(path), hint=f"make a new one: {again}")
    try:
        plan = msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise InputError(f"the plan has something this meshport does not know: {error}", where=str(path)) from error
    # The types of `model` let unknown fields pass, as the registry needs; what got lost on the way in shows here.
    if digest_of(plan.as_data()) != plan.digest:
        raise InputError("the plan has fields that this meshport does not know", where=str(path))
    return plan
