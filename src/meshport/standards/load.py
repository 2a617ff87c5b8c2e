"""Read a standards folder: one YAML file a kind, each with one key that names the kind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from meshport import bundled
from meshport.errors import InputError
from meshport.standards.types import Classification, MaskDefinition, Standards, TagTemplate

T = TypeVar("T")
# Every command reads the standards: the parser in C, where it is there, saves it a tenth of a second.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_standards(folder: Path | None = None) -> Standards:
    """Read the standards in `folder`, or the ones that ship with meshport.

    Raises InputError for what is missing, is not YAML, has unknown keys, or names what does not exist.
    """
    folder = folder or bundled.standards()
    standards = Standards(
        where=str(folder),
        classifications=_read(folder, "classifications", Classification),
        masks=_read(folder, "masks", MaskDefinition),
        tag_templates=_read(folder, "tag_templates", TagTemplate),
    )
    for name, classification in standards.classifications.items():
        _check_classification(standards, name, classification)
    return standards


def _read(folder: Path, kind: str, entry_type: type[T]) -> dict[str, T]:
    """Read `<kind>.yml`: a mapping with the one key `<kind>`, from names to entries."""
    path = folder / f"{kind}.yml"
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except FileNotFoundError:
        raise InputError(f"the standards have no {path.name}", where=str(folder)) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the standards cannot be read: {error}", where=str(path)) from error
    if not isinstance(content, dict) or set(content) != {kind} or not isinstance(content[kind], dict):
        raise InputError(
            f"{path.name} must hold one mapping named `{kind}`",
            where=str(path),
            hint=f"found the keys {sorted(map(str, content))}" if isinstance(content, dict) else None,
        )
    entries = {}
    for name, entry in content[kind].items():
        try:
            entries[str(name)] = msgspec.convert(entry, entry_type)
        except msgspec.ValidationError as error:
            raise InputError(f"`{name}` in {path.name}: {error}", where=str(path)) from error
    return entries


def _check_classification(standards: Standards, name: str, classification: Classification) -> None:
    where = str(Path(standards.where) / "classifications.yml")
    for mask in classification.masks:
        if mask not in standards.masks:
            raise InputError(
                f"classification `{name}` names the mask `{mask}`, which does not exist",
                where=where,
                hint=f"masks.yml has: {', '.join(standards.masks)}",
            )
    for pattern in classification.detect:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InputError(
                f"classification `{name}`: `{pattern}` is no regular expression: {error}", where=where
            ) from error
