"""However a file is damaged, the answer is a project or an InputError, never another exception."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshport.artifacts import Project, load_project
from meshport.errors import InputError

FILES = ("manifest.json", "run_results.json", "catalog.json")
SKIPPED = ("macros", "docs", "parent_map", "child_map", "metrics", "selectors", "saved_queries", "semantic_models")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def small(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts of dbt 2, a quarter of them and without what is skipped: small enough to read hundreds of times."""
    folder = tmp_path_factory.mktemp("small")
    for name in FILES:
        content = json.loads((shared_data / "fixture_dbt_2_0" / name).read_text(encoding="utf-8"))
        for section in SKIPPED:
            content.pop(section, None)
        for section, entries in content.items():
            if isinstance(entries, dict) and section != "metadata":
                content[section] = dict(list(entries.items())[::4])
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def whole(small: Path) -> dict[str, str]:
    return {name: (small / name).read_text(encoding="utf-8") for name in FILES}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_truncated_file_is_an_input_error(small: Path, whole: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    cut = data.draw(st.integers(min_value=0, max_value=len(whole[name]) - 1))
    (small / name).write_text(whole[name][:cut], encoding="utf-8")
    try:
        with pytest.raises(InputError, match=name):
            load_project(small)
    finally:
        (small / name).write_text(whole[name], encoding="utf-8")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_replaced_value_gives_a_project_or_an_input_error(
    small: Path, whole: dict[str, str], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = json.loads(whole[name])
    _replace_somewhere(content, data)
    (small / name).write_text(json.dumps(content), encoding="utf-8")
    try:
        _walk(load_project(small))
    except InputError as error:
        assert error.where == str(small / name)  # noqa: PT017 - either outcome is right
    finally:
        (small / name).write_text(whole[name], encoding="utf-8")


def _replace_somewhere(content: Any, data: st.DataObject) -> None:
    """Go down the document for a while, then replace or remove what is there."""
    while True:
        keys = list(content) if isinstance(content, dict) else list(range(len(content)))
        key = data.draw(st.sampled_from(keys))
        inside = content[key]
        if not isinstance(inside, dict | list) or not inside or data.draw(st.integers(0, 5)) == 0:
            break
        content = inside
    if data.draw(st.booleans()):
        content[key] = data.draw(JSON)
    else:
        del content[key]


def _walk(project: Project) -> None:
    for node in project.nodes.values():
        assert isinstance(node.name, str)
        assert all(isinstance(column.meta, dict) for column in node.columns)
        assert isinstance(project.tests_of(node.unique_id), list)
    assert all(isinstance(result.status, str) for result in project.results.values())
    assert all(isinstance(kind, str) for columns in project.catalog.values() for _, kind in columns)
