"""The guide to a breaking change is what you get. `python -m tests.contract.test_guide` rewrites its outputs."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest

from tests.docs.transcript import BLOCK, Step, comparable, parse, run

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "breaking-change.md"
BEFORE = [
    Step(folder, command, "")
    for folder, command in (
        ("", "meshport registry init"),
        ("", "meshport new sales --defaults --owner-email sales@example.com"),
        ("sales", "meshport build --quiet"),
        ("sales", "meshport publish --yes"),
        ("", "meshport new marketing --defaults --answer sample_data=no"),
        ("marketing", "meshport access request sales.customer_orders --as marketing"),
        ("sales", "meshport access approve sales.customer_orders marketing"),
    )
]
IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))
}
# Which blobs git compares depends on the template's comments.
INDEX = re.compile(r"^index [0-9a-f]+\.\.[0-9a-f]+", re.MULTILINE)
# Only said when something takes longer than a second.
PROGRESS = re.compile(
    r"^(Resolving column lineage|rendering with dbt|checking the data|stage|swap)\b.*\n", re.MULTILINE
)


def real(steps: list[Step], home: Path) -> list[Step]:
    """Run the steps after what comes before the guide, and return them with what they print."""
    done = run([*BEFORE, *steps], home)[len(BEFORE) :]
    return [step._replace(output=PROGRESS.sub("", step.output)) for step in done]


def told(output: str) -> list[str]:
    return [line for line in INDEX.sub("index", comparable(output)).splitlines() if line.strip()]


@pytest.mark.dbt
def test_the_guide_is_what_you_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    written = parse(GUIDE.read_text(encoding="utf-8"))
    assert len(written) > 10
    for shown, done in zip(written, real(written, tmp_path.resolve()), strict=True):
        assert told(shown.output) == told(done.output), shown.command


def rewrite() -> None:
    """Run the guide's commands and write what they print into it."""
    os.environ.update(IDENTITY)
    text = GUIDE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as home:
        done = iter(real(parse(text), Path(home).resolve()))

        def block(found: re.Match[str]) -> str:
            steps = [next(done) for _ in parse(found.group())]
            return "```console\n" + "\n".join(f"{s.folder}$ {s.command}\n{s.output}" for s in steps) + "```"

        GUIDE.write_text(BLOCK.sub(block, text), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
