"""Running the command as people do."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from meshport.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def inspect(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `meshport inspect` with these arguments."""

    def run(*args: object) -> Ran:
        with pytest.raises(SystemExit) as left:
            main(["inspect", *map(str, args)])
        out, err = capsys.readouterr()
        return Ran(int(left.value.code or 0), out, err)

    return run
