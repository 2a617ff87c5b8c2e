"""One more local package in a packages.yml that somebody wrote: a line is added, the others stay as they are."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from meshport.errors import InputError


def declares_packages(file: Path) -> bool:
    """Tell whether a file (`dependencies.yml`) is there and has a list of packages."""
    return file.is_file() and "packages" in _load(file)


def add_package(file: Path, folder: str) -> bytes | None:
    """Return the file's content with `- local: folder` first in the list; None where the package is in it already.

    Raises InputError where the file is no list of packages.
    """
    before = _load(file)
    packages: Any = before.get("packages") or []
    if any(isinstance(entry, dict) and entry.get("local") == folder for entry in packages):
        return None
    # The first entry's dash says where an entry begins; an empty list, or one in brackets, has none.
    block = bool(packages) and not packages.fa.flow_style()
    return _insert_line(file, packages, folder) if block else _append(before, folder)


def _insert_line(file: Path, packages: Any, folder: str) -> bytes:
    text = file.read_bytes().decode("utf-8")
    lines = text.splitlines(keepends=True)
    row, column = packages.lc.item(0)[0], packages.lc.col
    ending = "\r\n" if lines[row].endswith("\r\n") else "\n"
    lines.insert(row, f"{' ' * column}- local: {folder}{ending}")
    return "".join(lines).encode("utf-8")


def _append(document: Any, folder: str) -> bytes:
    if not document.get("packages"):
        document["packages"] = []
    document["packages"].append({"local": folder})
    stream = StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue().encode("utf-8")


def _load(file: Path) -> Any:
    from ruamel.yaml.error import YAMLError

    try:
        found = _yaml().load(file.read_bytes().decode("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{file.name} cannot be read: {error}", where=str(file)) from error
    found = {} if found is None else found
    if not isinstance(found, dict) or not isinstance(found.get("packages") or [], list):
        raise InputError(f"{file.name} is no list of packages", where=str(file), hint="see dbt's page on packages")
    return found


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    return yaml
