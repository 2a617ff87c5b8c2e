"""Rendered files: their YAML, and writing them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from meshport.errors import InputError

MARK = "# Rendered by meshport; "
"""How a rendered file begins: one that begins otherwise is somebody's own."""


def text_of(head: str, content: Mapping[str, Any]) -> str:
    """Return a file: a comment that says what it is (first how it is rendered again), and YAML."""
    comment = "".join(f"{line}\n" for line in _commented(head))
    return comment + yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=110)


def write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files, by path in the folder, and return where they are.

    Raises InputError, before anything is written, where one of them is there and is not a rendered one, and where the
    folder cannot be written.
    """
    paths = {folder / name: text for name, text in files.items()}
    try:
        for path in paths:
            if path.exists() and not path.read_text(encoding="utf-8").startswith(MARK):
                raise InputError("this file is not one that meshport rendered: it stays", where=str(path))
        for path, text in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the files cannot be written: {error}", where=str(folder)) from error
    return list(paths)


def _commented(head: str) -> list[str]:
    first, *more = head.splitlines()
    return [MARK + first, *(f"# {line}".rstrip() for line in more)]
