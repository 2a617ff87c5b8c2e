"""Contract files that are damaged, of another version, or written to do harm: an error with file and line, no crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.conftest import Contract

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n"
TABLE = HEAD + "schema:\n  - name: t\n    properties:\n      - {name: a, physicalType: int}\n"
BOMB = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}' if before else 'x'] * 9)}]\n"
    for before, name in zip(" abcdefgh", "abcdefghi", strict=True)
).replace("* ", "x")
BAD = {
    "empty": ("", 1, "not a mapping"),
    "a list": ("- a\n", 1, "not a mapping"),
    "no YAML": ("a: b: c\n", 1, "not YAML"),
    "a tab": ("a:\n\tb: 1\n", 2, "not YAML"),
    "two documents": (TABLE + "---\na: 1\n", 10, "another document"),
    "another kind": (HEAD.replace("DataContract", "DataProduct"), 2, "its `kind` is 'DataProduct'"),
    "version 2": (HEAD.replace("v3.1.0", "v2.2.2"), 1, "only ODCS 3 is read"),
    "a later version": (HEAD.replace("v3.1.0", "v4.0.0"), 1, "only ODCS 3 is read"),
    "no version": (HEAD.replace("apiVersion: v3.1.0\n", ""), 1, "it has no `apiVersion`"),
    "no id": (TABLE.replace("id: a\n", ""), 1, "missing required field `id`"),
    "a number for a text": (TABLE.replace("id: a", "id: 7"), 3, "`id` does not fit"),
    "a text for a list": (HEAD + "schema: none\n", 6, "`schema` does not fit"),
    "a type in the middle": (TABLE + "      - {name: b, required: sure}\n", 10, "`schema[0].properties[1].required`"),
    "no tables": (HEAD, 1, "no tables"),
    "no columns": (HEAD + "schema:\n  - name: t\n", 7, "has no columns"),
    "a column twice": (TABLE + "      - {name: A, physicalType: int}\n", 10, "two columns `A`"),
    "a key twice": (TABLE + "status: draft\n", 10, "the key `status` comes twice"),
    "no name for a model": (TABLE.replace("name: t", "name: a b"), 7, "cannot be a model's name"),
    "a quality that is no number": (
        TABLE + "slaProperties:\n  - {property: quality, value: high}\n",
        11,
        "between 0 and 1",
    ),
    "a mask of another shape": (
        TABLE + "customProperties: [{property: portVersion, value: [1]}]\n",
        10,
        "`portVersion` does not fit",
    ),
    "an alias of nothing": ("a: *b\n", 1, "undefined alias"),
    "a bomb": (BOMB, 7, "more than 1,000,000 values"),
    "a circle": ("a: &a [*a]\n", 1, "holds itself"),
    "too deep": ("a: " + "[" * 100_000, 1, "nested more than 100 levels"),
    "code": ('a: !!python/object/apply:os.system ["true"]\n', 1, "has no place here"),
    "an odd kind of value": ("a: !!timestamp x\n", 1, "has no place here"),
    "a control character": ("a: \x00\n", None, "not YAML"),
    "a number without end": ("a: " + "9" * 5000 + "\n", None, "not YAML"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_an_error_with_its_line(project: Path, contract: Contract, case: str) -> None:
    text, line, message = BAD[case]
    path = project / "bad.odcs.yaml"
    path.write_text(text)
    ran = contract("import", path)
    assert (ran.code, ran.out) == (4, ""), ran
    assert message in ran.err
    assert f"where: {path}{'' if line is None else f':{line}'}\n" in ran.err


def test_a_version_2_file_says_what_to_do(project: Path, contract: Contract) -> None:
    path = project / "old.yaml"
    path.write_text(HEAD.replace("v3.1.0", "v2.2.2"))
    assert "`dataset` is `schema` there" in contract("import", path).err


def test_a_file_that_is_no_text(project: Path, contract: Contract) -> None:
    path = project / "bad.odcs.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    ran = contract("import", path)
    assert (ran.code, "not text in UTF-8" in ran.err) == (4, True)


@pytest.mark.parametrize("version", ["v3.0.0", "v3.0.2", "v3.1.0", "v3.2.0"])
def test_versions_that_are_read(project: Path, contract: Contract, version: str) -> None:
    path = project / "good.odcs.yaml"
    path.write_text(TABLE.replace("v3.1.0", version))
    assert contract("import", path).code == 0


def test_the_largest_table_is_read(project: Path, contract: Contract) -> None:
    path = project / "wide.odcs.yaml"
    path.write_text(TABLE + "".join(f"      - {{name: c{n}, physicalType: int}}\n" for n in range(5000)))
    assert contract("import", path).out.count("data_type: int") == 5001
