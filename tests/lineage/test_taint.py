"""Which classified columns reach a port unmasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshport.artifacts import load_project
from meshport.lineage import column_lineage
from meshport.lineage.taint import Exposed, exposed_columns
from meshport.mesh import Mesh
from meshport.products import derive
from meshport.standards import load_standards
from tests.lineage.projects import node, write
from tests.lineage.test_commands import SECTIONS

CLASSIFIED = {"email": {"name": "email", "config": {"meta": {"classification": "pii.email"}}}, "id": {"name": "id"}}
RAW = node("raw", kind="source", identifier="raw", columns=CLASSIFIED)


def exposed(
    tmp_path: Path, staging: str, port: str, columns: dict[str, Any], sanitisers: tuple[str, ...] = ()
) -> list[Exposed]:
    nodes = (
        RAW,
        node("stg", staging, reads=("source.shop.raw",)),
        node(
            "people",
            port,
            reads=("model.shop.stg",),
            group="sales",
            access="public",
            columns={name: {"name": name, "data_type": "varchar", **more} for name, more in columns.items()},
        ),
    )
    project = load_project(write(tmp_path, *nodes, **SECTIONS))
    standards = load_standards()
    products = [item.product for item in derive(project, Mesh(domain="shop"), standards)]
    classified = {name for name, each in standards.classifications.items() if each.masks}
    return exposed_columns(project, products, classified, sanitisers, column_lineage(project))


def classified_as(name: str) -> dict[str, Any]:
    return {"config": {"meta": {"classification": name}}}


def test_a_renamed_and_changed_column_is_found_with_its_path(tmp_path: Path) -> None:
    (found,) = exposed(
        tmp_path,
        "select id, lower(email) as mail from db.main.raw",
        "select id, 'to: ' || mail as contact from db.main.stg",
        {"id": {}, "contact": {}},
    )
    assert (found.product_key, found.port, found.column, found.classification) == (
        "shop.sales",
        "people",
        "contact",
        "pii.email",
    )
    assert found.path == ("raw.email", "stg.mail", "people.contact")


@pytest.mark.parametrize(
    ("staging", "port", "columns"),
    [
        ("select id, email as mail from db.main.raw", "select id from db.main.stg", {"id": {}}),
        (
            "select id, email as mail from db.main.raw",
            "select mail as contact from db.main.stg",
            {"contact": classified_as("pii.email")},
        ),
        (
            "select id, email as mail from db.main.raw",
            "select split_part(mail, '@', 2) as mail_domain from db.main.stg",
            {"mail_domain": classified_as("public")},
        ),
        (
            "select id, case when email is null then 'no' else 'yes' end as has_mail from db.main.raw",
            "select has_mail from db.main.stg",
            {"has_mail": {}},
        ),
        ("select id from db.main.raw where email is not null", "select id from db.main.stg", {"id": {}}),
    ],
    ids=["not taken", "masked by its own classification", "declared public", "only read", "only filtered by"],
)
def test_what_is_hidden_declared_or_only_read_is_not_exposed(
    tmp_path: Path, staging: str, port: str, columns: dict[str, Any]
) -> None:
    assert exposed(tmp_path, staging, port, columns) == []


@pytest.mark.parametrize(
    ("expression", "hidden"),
    [
        ("sha256(lower(email))", True),
        ("md5(email) || id", True),
        ("sha256(email) || email", False),
        ("upper(email)", False),
    ],
)
def test_a_sanitiser_ends_it_only_where_every_use_is_inside(tmp_path: Path, expression: str, hidden: bool) -> None:
    found = exposed(
        tmp_path,
        f"select id, {expression} as mail from db.main.raw",
        "select mail as contact from db.main.stg",
        {"contact": {}},
        ("sha256", "md5"),
    )
    assert (found == []) is hidden


def test_without_compiled_code_nothing_is_claimed(tmp_path: Path) -> None:
    """Nothing is found, and lineage says itself that it is blind: a policy looks at both."""
    assert exposed(tmp_path, "", "select mail as contact from db.main.stg", {"contact": {}}) == []
