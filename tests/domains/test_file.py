"""The file of a domain: what `domain new` writes, and what is refused, naming file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshport.domains.file import read_domain
from meshport.errors import ExitCode
from tests.domains.central import Central


@pytest.fixture
def central(tmp_path: Path) -> Central:
    """A repository with one domain on Databricks."""
    repository = Central(tmp_path)
    repository.run("new", "sales", "--no-input", "--owner-name", "Sales data", "--tag", "cost_center=4711")
    return repository


def test_a_new_file_says_all_and_is_read_back(central: Central) -> None:
    read = read_domain(central.path, "sales")
    assert (read.said.title, read.said.owner.name, read.said.owner.group) == ("Sales", "Sales data", "sales-owners")
    assert [each.catalogs for each in read.said.environments.values()] == [
        ("sales_dev",),
        ("sales", "sales_published"),
    ]
    assert read.said.warehouses["sales_sql"].size == "Small"
    assert read.said.tags == {"cost_center": "4711"}
    assert read.where("warehouses", "sales_sql", "size").startswith("domains/sales.yml:")


def test_a_file_is_not_written_over(central: Central) -> None:
    before = central.said()
    done = central.run("new", "sales", "--no-input", code=ExitCode.INPUT)
    assert "already" in done.err
    assert central.said() == before


@pytest.mark.parametrize(
    ("changes", "said", "key"),
    [
        ({"ownr": {}}, "unknown field `ownr`", "ownr"),
        ({"owner": {"name": "a", "email": "b"}}, "missing required field `group`", "owner"),
        ({"platform": "spark"}, "platform", "platform"),
        ({"environments": {}}, "one environment", None),
        ({"environments": {"dev": {"catalog": "Sales Dev"}}}, "catalog", "catalog"),
        ({"environments": {"a": {"catalog": "x"}, "b": {"catalog": "x"}}}, "named twice", None),
        ({"developers": "sales-owners"}, "names of their own", None),
        ({"warehouses": {"w": {"sise": "Small"}}}, "unknown field `sise`", "sise"),
        ({"format": 2}, "format", "format"),
        ({"platform": "duckdb", "environments": {"a": {"catalog": "x", "storage": "/etc"}}}, "within the repo", None),
        (
            {"platform": "duckdb", "environments": {"a": {"catalog": "x", "storage": "a/../.."}}},
            "within the repo",
            None,
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(
    central: Central, changes: dict[str, Any], said: str, key: str | None
) -> None:
    central.edit(**changes)
    done = central.run("plan", "sales", code=ExitCode.INPUT)
    assert said in done.err
    if key is not None:
        lines = (central.path / "domains" / "sales.yml").read_text(encoding="utf-8").splitlines()
        line = int(done.err.split("where: ")[1].split()[0].rpartition(":")[2])
        assert lines[line - 1].strip().startswith(f"{key}:")


@pytest.mark.parametrize(
    ("options", "key"),
    [(["--owner-email", " "], "email"), (["--storage", "a\nb"], "storage"), (["--tag", "a.b=c"], "tags")],
)
def test_answers_that_do_not_fit_are_refused_before_a_file_is_written(
    tmp_path: Path, options: list[str], key: str
) -> None:
    central = Central(tmp_path)
    done = central.run("new", "sales", "--no-input", *options, code=ExitCode.INPUT)
    assert key in done.err
    assert not (tmp_path / "domains").exists()


def test_a_file_is_of_the_domain_that_its_name_says(central: Central) -> None:
    (central.path / "domains/other.yml").write_bytes((central.path / "domains/sales.yml").read_bytes())
    assert "says `name: sales`" in central.run("plan", "other", code=ExitCode.INPUT).err


def test_a_domain_that_nobody_wrote_is_said_with_those_that_there_are(central: Central) -> None:
    done = central.run("plan", "sale", code=ExitCode.INPUT)
    assert "no domain `sale`" in done.err
    assert "sales" in done.err
