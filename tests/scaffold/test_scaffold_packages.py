from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from meshport.errors import InputError
from meshport.scaffold.packages import add_package

OURS = {"local": "vendor/meshport"}


@pytest.mark.parametrize(
    "text",
    [
        "packages:\n  - package: a/b\n    version: [\">=1.0.0\", '<2.0.0'] # pinned\n  # last\n",
        "packages:\n- git: x\n  revision: 1\n- local: ../y\n\n\n# the end",
        "# top\r\n\r\npackages:\r\n    -   package: a/b\r\n        version: 1.0.0\r\n",
        "packages:\n  - local: \"{{ env_var('X', 'y') }}\"\nprojects:\n  - name: é\n",
        "packages: # why\n\n  # one\n  - package: a/b\n    version: 1.0.0",
    ],
)
def test_one_line_is_added_and_the_others_stay(tmp_path: Path, text: str) -> None:
    file = tmp_path / "packages.yml"
    file.write_bytes(text.encode())
    after = add_package(file, "vendor/meshport")
    assert after is not None
    added = [line for line in after.splitlines(keepends=True) if b"vendor/meshport" in line]
    assert len(added) == 1
    assert after.replace(added[0], b"") == text.encode()
    assert yaml.safe_load(after)["packages"] == [OURS, *yaml.safe_load(text)["packages"]]
    file.write_bytes(after)
    assert add_package(file, "vendor/meshport") is None


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("", []),
        ("# nothing yet\n", []),
        ("packages: []\n", []),
        ("packages:\n", []),
        ("packages: [{package: a/b, version: 1.0.0}] # why\n", [{"package": "a/b", "version": "1.0.0"}]),
        ("projects:\n  - name: upstream # theirs\n", []),
    ],
)
def test_a_list_that_is_empty_or_in_brackets_gets_an_entry(tmp_path: Path, text: str, others: list[object]) -> None:
    file = tmp_path / "packages.yml"
    file.write_text(text)
    after = add_package(file, "vendor/meshport")
    assert after is not None
    assert yaml.safe_load(after)["packages"] == [*others, OURS]
    for comment in ("# why", "# theirs"):
        assert (comment in text) == (comment in after.decode())


@pytest.mark.parametrize("text", ["- a\n", "packages: text\n", "packages: {\n", "a: 1\na: 2\n"])
def test_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "packages.yml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"packages\.yml"):
        add_package(file, "vendor/meshport")
