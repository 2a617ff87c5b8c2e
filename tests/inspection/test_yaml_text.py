"""Lines are inserted, the rest stays; what cannot be done safely is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from meshport.inspection.yaml_data import merge, name_of
from meshport.inspection.yaml_text import CannotEdit, merge_text

ORDERS = {
    "name": "orders",
    "config": {"group": "crm", "access": "public"},
    "columns": [
        {"name": "id", "data_type": "bigint"},
        {"name": "email", "config": {"meta": {"classification": "pii"}}},
    ],
}
STYLES = {
    "comments and block scalars": """
# what people wrote
version: 2

models:
- name: "orders"   # the orders
  description: |
    Long text:
      indented

  # about columns
  columns:
  - name: id    # the key
    description: plain text that
      goes on
    tests: [unique]

  # the end
- name: last
""",
    "indented lists": "models:\n    -   name: orders\n        columns:\n            -   name: id\n",
    "flow": "models: [{name: orders, columns: [{name: id}]}]\n",
    "flow in block": "models:\n  - {name: orders, config: {}, columns: [{name: id, tests: [unique]}]}\n",
    "nulls": "models:\n  - name: orders\n    config:   # nothing yet\n    columns: []\nsources: ~\n",
    "no newline at the end": "models:\n  - name: orders\n    columns:\n      - name: id",
    "windows": "models:\r\n  - name: orders\r\n    columns:\r\n      - name: id\r\n        tests: [unique]\r\n",
    "name after the list": "models:\n  - columns:\n      - tests: []\n        name: id\n    name: orders\nversion: 2\n",
    "another case": "models:\n  - name: Orders\n    columns:\n      - name: ID\n",
    "unicode": "models:\n  - name: é😀\n  - name: orders\n    description: 'ünïcode 😀'\n",
    "comment only": "# nothing here yet\n",
    "empty": "",
}


@pytest.mark.parametrize("style", STYLES)
def test_entries_come_in_and_the_rest_stays(style: str) -> None:
    text, wanted = STYLES[style], {"models": [ORDERS]}
    result = merge_text(text, wanted)
    assert yaml.safe_load(result) == merge(yaml.safe_load(text) or {}, wanted)
    if "flow" not in style and "nulls" not in style:
        kept = iter(result.splitlines())
        assert all(line in kept for line in text.splitlines()), "lines were lost or moved"
    assert ("\r\n" in result) is ("\r\n" in text)
    assert result.count("\n") == result.count("\r\n") or "\r\n" not in result
    assert merge_text(result, wanted) == result


def test_the_diff_of_an_ordinary_file_is_only_what_was_added() -> None:
    assert (
        merge_text(STYLES["comments and block scalars"], {"models": [ORDERS]})
        == """
# what people wrote
version: 2

models:
- name: "orders"   # the orders
  description: |
    Long text:
      indented
  config:
    group: crm
    access: public

  # about columns
  columns:
  - name: id    # the key
    description: plain text that
      goes on
    data_type: bigint
    tests: [unique]
  - name: email
    config:
      meta:
        classification: pii

  # the end
- name: last
"""
    )


def test_a_scalar_is_replaced_in_its_place() -> None:
    text = "models:\n  - name: a\n    access: protected  # for now\n    config: {contract: {enforced: false}}\n"
    wanted = {"models": [{"name": "a", "access": "public", "config": {"contract": {"enforced": True}}}]}
    assert merge_text(text, wanted) == (
        "models:\n  - name: a\n    access: public  # for now\n    config: {contract: {enforced: true}}\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "- a list\n",
        "just text\n",
        "models: [unclosed\n",
        "models: a text\n",
        "shared: &c {access: protected}\nmodels:\n  - {name: orders, config: *c}\n  - {name: b, config: *c}\n",
        "base: &b {name: orders, config: {x: 1}}\nmodels:\n  - <<: *b\n    columns: []\n",
        "models:\n  - name: orders\n  - name: ORDERS\n",
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit):
        merge_text(text, {"models": [ORDERS]})


# PyYAML itself does not bring these back as they were.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029\ufeff"), max_size=20)
ODD = ["yes", "1", "a: b", "# c", "'", '"', "x'; drop table y --", "é"]
NAMES = st.sampled_from(ODD) | st.text(st.characters(codec="ascii"), min_size=1, max_size=8)
CONFIG = st.dictionaries(st.sampled_from(["tags", "meta"]), st.fixed_dictionaries({"k": st.just("v")}), min_size=1)
COLUMN = st.fixed_dictionaries({"name": NAMES}, optional={"description": NAMES})
COLUMNS = st.lists(COLUMN, min_size=1, max_size=3, unique_by=name_of)
ENTRY = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "description": TEXT,
        "config": CONFIG | st.sampled_from([None, {}]),
        "columns": COLUMNS | st.sampled_from([None, []]),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    document=st.fixed_dictionaries({"models": st.lists(ENTRY, max_size=2, unique_by=name_of)}),
    wanted=st.fixed_dictionaries({"name": NAMES, "config": CONFIG, "columns": COLUMNS}),
    flow=st.sampled_from([None, False, True]),
    indent=st.sampled_from([2, 4]),
)
def test_any_document_takes_any_entry(
    document: dict[str, Any], wanted: dict[str, Any], flow: bool | None, indent: int
) -> None:
    document = json.loads(json.dumps(document))  # nothing shared: shared parts would be dumped as anchors
    text = yaml.safe_dump(document, default_flow_style=flow, indent=indent, sort_keys=False, allow_unicode=True)
    addition = {"models": [wanted]}
    result = merge_text(text, addition)
    assert yaml.safe_load(result) == merge(document, addition)
    assert merge_text(result, addition) == result
