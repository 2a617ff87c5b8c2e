"""`standards.lock`: which commit each git reference of the standards was when it was first read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from meshport.errors import InputError, UnavailableError
from meshport.standards.yaml_file import YamlFile

FILE_NAME = "standards.lock"
_HEAD = "# Which commits the standards are. Commit this file; `meshport standards update` renews it.\n"


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A git reference and the commit that it stands for."""

    git: str
    ref: str
    commit: str


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    pins: tuple[Pin, ...]


class Lock:
    """The pins of one project. With `renew` those on file are not used, and every reference is resolved anew."""

    def __init__(self, folder: Path, *, renew: bool = False) -> None:
        """Open the lock of a folder. Raises InputError where the file is there and does not fit."""
        self.path = folder / FILE_NAME
        self.on_file: dict[tuple[str, str], str] = {}
        if self.path.is_file():
            file = YamlFile(self.path)
            self.on_file = {(pin.git, pin.ref): pin.commit for pin in file.fit(file.content, _Content).pins}
        for commit in self.on_file.values():
            if not is_commit(commit):
                raise InputError(f"{commit!r} is no commit", where=str(self.path), hint="meshport standards update")
        self.pins = {} if renew else dict(self.on_file)

    def save(self) -> None:
        """Write the file, whole or not at all, where pins changed. Raises UnavailableError where that fails."""
        if self.pins == self.on_file:
            return
        import os
        import tempfile

        pins = [{"git": git, "ref": ref, "commit": commit} for (git, ref), commit in sorted(self.pins.items())]
        text = _HEAD + yaml.safe_dump({"pins": pins}, sort_keys=False, allow_unicode=True)
        try:
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".", suffix=".lock")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(self.path)
        except OSError as error:
            raise UnavailableError(
                f"the commits of the standards cannot be recorded: {error.strerror}",
                where=str(self.path),
                hint="run `meshport standards update` where the project can be written, and commit the file",
            ) from error


def is_commit(ref: str) -> bool:
    """Tell whether a reference is a whole commit id, which never moves."""
    return len(ref) in (40, 64) and all(letter in "0123456789abcdef" for letter in ref)
