"""Standards are read strictly: what is unknown or does not exist is refused, naming it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from meshport import bundled
from meshport.errors import BlockedError, InputError
from meshport.standards import choose_mask, load_standards

Edit = Callable[[str, Callable[[dict], None]], Path]  # type: ignore[type-arg]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copy the default standards and change one of their files."""

    def change(kind: str, how: Callable[[dict], None]) -> Path:  # type: ignore[type-arg]
        folder = shutil.copytree(bundled.standards(), tmp_path / "standards")
        content = yaml.safe_load((folder / f"{kind}.yml").read_text())
        how(content[kind])
        (folder / f"{kind}.yml").write_text(yaml.safe_dump(content))
        return folder

    return change


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_standards(folder)
    assert str(folder) in (caught.value.where or "")
    return caught.value.message


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"auto_approve": ["domain:*"]}, "approves by itself and names no classifications"),
        ({"auto_approve": ["domain:*"], "classifications": ["pii"], "approvers": 2}, "asks for a second approver"),
        ({"auto_approve": ["finance"], "classifications": ["pii"]}, "`finance` is no principal"),
        ({"principals": {"team:x": "y"}}, "`team:x` is no principal"),
        ({"principals": {"domain:x": "y"}}, "`domain:x` has no name, or two"),
        ({"longest_days": 0}, "Expected `int` >= 1"),
    ],
)
def test_rules_of_access_hold_together(edit: Edit, rule: dict[str, object], said: str) -> None:
    def add(rules: dict[str, object]) -> None:
        rules["names"] = {"description": "x", "principals": {"domain:x": "z"}}
        rules["new"] = {"description": "x", **rule}

    assert said in refused(edit("access", add))


def test_the_default_standards_hold_together() -> None:
    standards = load_standards()
    assert standards.classifications["pii.email"].masks[0] == "email"
    for name, classification in standards.classifications.items():
        assert name.startswith("pii.") <= bool(classification.masks), f"{name} is personal and has no mask"


def test_an_unknown_key_is_refused(edit: Edit) -> None:
    folder = edit("masks", lambda masks: masks["email"].update(methode="partial"))
    assert "`email` in masks.yml" in refused(folder)


def test_a_mask_that_does_not_exist_is_refused(edit: Edit) -> None:
    folder = edit("classifications", lambda c: c["pii.email"].update(masks=["blur"]))
    assert "`pii.email` names the mask `blur`" in refused(folder)


def test_a_broken_pattern_is_refused(edit: Edit) -> None:
    folder = edit("classifications", lambda c: c["pii.email"].update(detect=["("]))
    assert "no regular expression" in refused(folder)


def test_an_unknown_type_family_is_refused(edit: Edit) -> None:
    assert "`email` in masks.yml" in refused(edit("masks", lambda masks: masks["email"].update(types=["text"])))


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "masks: [1]\n", "other: {}\n", "masks: {\n", "\x00"])
def test_what_is_no_standards_file_is_refused(tmp_path: Path, content: str) -> None:
    folder = shutil.copytree(bundled.standards(), tmp_path / "standards")
    (folder / "masks.yml").write_text(content)
    refused(folder)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no classifications.yml" in refused(tmp_path)


def test_the_first_mask_that_takes_the_type_is_chosen() -> None:
    standards = load_standards()

    def chosen(data_type: str, wish: str | None = None) -> str | None:
        mask = choose_mask(standards, "pii.email", data_type, wish, "duckdb")
        return mask.name if mask else None

    assert [chosen("varchar"), chosen("string"), chosen("integer"), chosen("varchar", "hash")] == [
        "email",
        "email",
        "nullify",
        "hash",
    ]
    assert choose_mask(standards, "public", "varchar", None, "duckdb") is None


@pytest.mark.parametrize(
    ("classification", "data_type", "wish", "said"),
    [
        ("pii.emial", "varchar", None, "not in the standards"),
        ("pii.email", "varchar", "year", "not allowed"),
        ("pii.email", "integer", "email", "no mask of `pii.email` takes the type integer"),
        ("pii.email", None, "email", "none declared"),
    ],
)
def test_where_no_mask_can_be_chosen_nothing_is_published(
    classification: str, data_type: str | None, wish: str | None, said: str
) -> None:
    with pytest.raises(BlockedError, match=said):
        choose_mask(load_standards(), classification, data_type, wish, "duckdb")
