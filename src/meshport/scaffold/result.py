"""What scaffolding did, for the command to say."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Scaffolded(msgspec.Struct, frozen=True, kw_only=True):
    """A project made or adopted. Files are relative to `path`.

    `added` were written, `changed` got lines added, `left` were there before and are as they were. `branch` keeps the
    rendering; None where there is no git.
    """

    path: Path
    domain: str
    adopted: bool
    added: list[str]
    changed: list[str] = []
    left: list[str] = []
    branch: str | None = None
    in_subfolder: bool = False


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """An update. `changed` are the files that are other than before, from the top of the repository."""

    before: str
    after: str
    changed: list[str]
