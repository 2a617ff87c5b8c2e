"""The command line, run within the test: what it ended with and what it printed."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from meshport.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def meshport(*arguments: object) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())
