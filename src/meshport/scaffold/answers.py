"""What a project was made with, as `.meshport/answers.yml` keeps it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import msgspec
import yaml

from meshport.errors import InputError

FOLDER = ".meshport"
FILE_NAME = f"{FOLDER}/answers.yml"
UNMANAGED = f"{FOLDER}/unmanaged"  # files of the template that an adopted project had before: never updated


class Recorded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version of the template, and the answers that were given to it."""

    template: str
    answers: dict[str, str]


def load_answers(project_dir: Path) -> Recorded:
    """Read the answers of a project. Raises InputError where there are none or they cannot be read."""
    path = project_dir / FILE_NAME
    if not path.is_file():
        raise InputError(
            f"there is no {FILE_NAME} here: this project was not made from the template",
            where=str(project_dir),
            hint="run `meshport new .` to add what is missing, or name a project with --project-dir",
        )
    try:
        recorded = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Recorded)
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(
            f"the answers cannot be read: {error}", where=str(path), hint="bring the file back with git"
        ) from error
    if "domain" not in recorded.answers:
        raise InputError("the answers do not name the domain", where=str(path), hint="bring the file back with git")
    return recorded


def load_unmanaged(project_dir: Path) -> set[str]:
    """Return the files of the template that are the project's own, relative to it."""
    path = project_dir / UNMANAGED
    if not path.is_file():
        return set()
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def unmanaged_text(left: list[str]) -> str:
    """Return the text of the file that `load_unmanaged` reads."""
    head = "# What was here before `meshport new` adopted this project. `meshport update` leaves these files alone."
    return "\n".join([head, *left, ""])


def domain_name(text: str) -> str:
    """Return a domain's name made of any text: `Åre Sales` becomes `are_sales`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
