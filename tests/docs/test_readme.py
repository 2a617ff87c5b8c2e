"""The README's transcript is what you get."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.transcript import README, comparable, parse, run


@pytest.mark.dbt
def test_the_transcript_is_what_you_get(tmp_path: Path) -> None:
    written = parse(README.read_text(encoding="utf-8"))
    assert len(written) >= 5
    for shown, real in zip(written, run(written, tmp_path.resolve()), strict=True):
        told = [line for line in comparable(shown.output).splitlines() if line.strip()]
        said = [line for line in comparable(real.output).splitlines() if line.strip()]
        assert told == said, f"{shown.command}\nrun `python -m tests.docs.transcript` and look at what changed"
